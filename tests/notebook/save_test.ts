import { decodeImage } from "../../lib/image/decode.ts";
import { rasterise } from "../../lib/image/svg.ts";
import { canDraw } from "../../lib/notebook/picture.ts";
import { savePicture } from "../../lib/notebook/save.ts";
import { figure } from "../../lib/report/figure.ts";
import { plot } from "../../lib/report/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { everyFigure } from "../report/figures.ts";

const small = plot.cost([{ name: "LaRE", seconds: [0.04, 0.05] }, { name: "DIRE", seconds: [2.1] }]);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("savePicture() writes every figure as an SVG with its words, which loads nothing", async () => {
  await inFolder(async (folder) => {
    for (const [name, one] of Object.entries(everyFigure())) {
      assert(canDraw(one), name);
      await savePicture(one, `${folder}/${name}.svg`);
      const svg = await Deno.readTextFile(`${folder}/${name}.svg`);
      assert(!/href="(?!data:|#)/.test(svg), `${name} has an address`);
      assert(!svg.includes("STRIPPED"), `${name} names a font that is none`);
      const words = [...svg.matchAll(/<text[^>]*>(?:<tspan[^>]*>)?([^<]+)</g)].map(([, text]) => text);
      for (const axis of ["xaxis", "yaxis"] as const) {
        const title = one.layout[axis]?.title;
        const text = typeof title === "object" ? title.text ?? "" : "";
        assert(text === "" || words.includes(text), `${name} lacks "${text}": ${words}`);
      }
    }
  });
});

Deno.test("savePicture() writes equal figures equally, on white, on black or on no ground", async () => {
  await inFolder(async (folder) => {
    const [a, b] = [`${folder}/a.svg`, `${folder}/b.svg`];
    await savePicture(small, a);
    await savePicture(small, b);
    assertEquals(await Deno.readTextFile(a), await Deno.readTextFile(b));
    const grounds: string[] = [];
    for (const theme of ["light", "dark", null] as const) {
      await savePicture(small, a, { theme, width: 500 });
      const svg = await Deno.readTextFile(a);
      assert(/^<svg [^>]*width="500"/.test(svg), svg.slice(0, 200));
      grounds.push(/<rect [^>]*style="fill: ([^"]*)"/.exec(svg)![1]);
    }
    assertEquals(grounds, [
      "rgb(255, 255, 255); fill-opacity: 1;",
      "rgb(20, 22, 26); fill-opacity: 1;",
      "rgb(0, 0, 0); fill-opacity: 0;",
    ]);
  });
});

Deno.test("savePicture() writes a PNG of as many pixels as told, with ink on it", async () => {
  await inFolder(async (folder) => {
    await savePicture(small, `${folder}/a.png`, { width: 400, height: 200, scale: 1.5 });
    const { width, height, data } = await decodeImage(`${folder}/a.png`);
    assertEquals([width, height], [600, 300]);
    assert(data.some((value) => value < 80) && data.filter((value) => value > 250).length > data.length / 2);
  });
});

Deno.test("savePicture() refuses what it cannot write, and leaves no file", async () => {
  await inFolder(async (folder) => {
    await assertRejects(() => savePicture(small, `${folder}/a.pdf`), RangeError, ".svg or .png");
    const surface = figure([{ type: "surface", z: [[1, 2], [3, 4]] }], {});
    await assertRejects(() => savePicture(surface, `${folder}/a.svg`), RangeError, '"surface"');
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("rasterise() refuses what is no SVG, and scales beyond its range", async () => {
  await assertRejects(() => rasterise("no picture"), TypeError, "expected an SVG");
  await assertRejects(() => rasterise("<svg/>", { scale: 9 }), RangeError, "at most 8");
});
