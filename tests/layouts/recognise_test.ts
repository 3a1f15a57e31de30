import {
  aligned,
  drct2M,
  elsaD3,
  forenSynths,
  genImage,
  type Layout,
  layouts,
  universalFakeDetect,
} from "../../lib/layouts/mod.ts";
import { recognise, shapes } from "../../lib/layouts/recognise.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { collect, tree } from "./tree.ts";

/** A few files of each data set, as it is published. */
const published: Readonly<Record<string, readonly string[]>> = {
  genImage: ["nature/n1.JPEG", "ai/1.png"].map((file) => `GenImage/ADM/imagenet_ai_0508_adm/val/${file}`),
  drct2M: ["MSCOCO/val2017/000000000009.jpg", "DRCT-2M/sd-turbo/val2017/000000000009.png"],
  aligned: ["0_real/a.jpg", "1_fake/a.png"].map((file) =>
    `latent_diffusion_trainingset/train/latent_diffusion_class2image/${file}`
  ),
  elsaD3: ["ELSA_D3/default/train/0000.parquet"],
  forenSynths: ["progan/bird/0_real/1.png", "biggan/0_real/1.png"].map((file) => `ForenSynths/test/${file}`),
  universalFakeDetect: ["laion/0_real/1.png", "dalle/1_fake/1.png"].map((file) => `diffusion_datasets/${file}`),
};

const named: Readonly<Record<string, Layout>> = {
  genImage: genImage({ generators: ["adm"] }),
  drct2M: drct2M({ generators: ["sd-turbo"] }),
  aligned: aligned(),
  elsaD3: elsaD3(),
  forenSynths: forenSynths(),
  universalFakeDetect: universalFakeDetect({ generators: ["dalle"] }),
};

Deno.test("every layout that lies in a data folder has its shape", () => {
  const others = ["pocket", "reencoded", "matched"]; // shipped with the library, and views of what another reads
  assertEquals(Object.keys(shapes).sort(), Object.keys(layouts).filter((kind) => !others.includes(kind)).sort());
});

for (const [kind, files] of Object.entries(published)) {
  Deno.test(`recognise() knows ${kind}, also from the folder above it and the one inside`, async () => {
    await tree(files, async (data) => {
      const [best] = await recognise(data);
      assertEquals([best.kind, best.data], [kind as typeof best.kind, data]);
      const folder = `${data}/${files[0].split("/")[0]}`;
      assert((await recognise(folder)).some((fit) => fit.kind === kind && fit.data === data));
      await Deno.mkdir(`${data}/up`);
      await Deno.symlink(data, `${data}/up/down`);
      assert((await recognise(`${data}/up`)).some((fit) => fit.kind === kind && fit.data === `${data}/up/down`));
    });
  });

  Deno.test(`another layout than ${kind} is refused with what was found and what fits`, async () => {
    await tree(files, async (data) => {
      for (const [other, layout] of Object.entries(named)) {
        if (other === kind) continue;
        const error = await assertRejects(() => collect(layout, data, "test"), Deno.errors.NotFound);
        assert(error.message.includes(`expected  ${shapes[other as keyof typeof shapes].expects}`), error.message);
        assert(error.message.includes(`found     ${files[0].split("/")[0]}`) || kind === "drct2M", error.message);
        assert(error.message.includes(`the nearest layout that fits is ${kind}`), `${other}: ${error.message}`);
      }
    });
  });
}

Deno.test("a data folder named a level too low is told with the right one", async () => {
  await tree(published.genImage, async (data) => {
    const read = () => collect(named.genImage, `${data}/GenImage`, "test");
    const error = await assertRejects(read, Deno.errors.NotFound, `the data folder "${data}" has the layout genImage`);
    assertEquals(/^found {5}.*/m.exec(error.message)?.[0], "found     ADM");
  });
  await tree([], async (data) => {
    const error = await assertRejects(() => collect(named.genImage, data, "test"), Deno.errors.NotFound);
    assert(error.message.endsWith("found     no folders"), error.message);
  });
});

Deno.test("a data set that merely lacks a part is refused without advice", async () => {
  await tree(published.genImage, async (data) => {
    const both = genImage({ generators: ["adm", "glide"] });
    const error = await assertRejects(() => collect(both, data, "test"), Deno.errors.NotFound, "in 2 of 4 folders");
    assert(!error.message.includes("expected  "), error.message);
  });
});
