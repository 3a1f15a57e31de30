import { fileURLToPath } from "node:url";
import { methodNames, methodOptions } from "../../lib/cli/reconstruct_method.ts";
import { shardOf } from "../../lib/cli/reconstruct.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import * as room from "../../lib/reconstruct/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { writeMakingWorld } from "../making_world.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const pipelines = fileURLToPath(new URL("../golden/pipelines", import.meta.url));

Deno.test("the command line has the options of every method, and no others", () => {
  const makers = room as unknown as Readonly<Record<string, (options: object) => object>>;
  const options = methodNames.flatMap((name) => Object.keys(makers[name]({ model: "sd1" })));
  const own = new Set(options.filter((name) => name !== "kind" && name !== "of"));
  assertEquals([...own].sort(), Object.keys(methodOptions).sort());
  assertEquals(
    [...methodNames].sort(),
    [...Object.keys(room.methods), "latentError"].filter((name) => name !== "residual").sort(),
  );
});

Deno.test("a shard is typed as 3/16", () => {
  assertEquals([shardOf("3/16"), shardOf(undefined)], [{ index: 3, of: 16 }, { index: 1, of: 1 }]);
  for (const typed of ["0/2", "3/2", "3", "a/b", "1/2/3"]) assertThrows(() => shardOf(typed), Error, "as 3/16");
});

Deno.test("reconstruct makes what one method makes of a folder, tells of what it cannot read, and goes on", () =>
  inFolder(async (folder) => {
    await writeMakingWorld(folder);
    await Deno.writeTextFile(`${folder}/photographs/bad.jpg`, "no picture");
    const given = ["reconstruct", "--data", folder, "--method", "vae", "--pipeline", `${pipelines}/tiny-sd`];
    const args = [...given, "--artifacts", `${folder}/made`, "--batch", "5", "--posterior", "mean"];
    const half = await counterproof([...args, "--shard", "1/2"]);
    assertEquals(half.code, 0, half.err);
    assert(/^vae: \d+ of \d+ images of shard 1\/2 are in /.test(half.out), half.out);
    const { code, out, err } = await counterproof([...args, "--json"]);
    assertEquals(code, 0, err);
    const { made: [report] } = JSON.parse(out);
    assertEquals([report.part.kind, report.part.model, report.part.posterior], ["vae", "tiny-sd", "mean"]);
    assertEquals([report.total, report.found + report.made, report.unreadable.length], [25, 24, 1]);
    assert(report.found > 0 && err.includes("passed over so far"), err);
    const { width, height } = await decodeImage(`${report.folder}/photographs/00.png.png`);
    assertEquals([width, height], [16, 16]);
  }));

Deno.test("reconstruct writes error maps for LaRE², and a VAE's fakes for AlignedForensics", () =>
  inFolder(async (folder) => {
    const image = { data: new Uint8Array(16 * 16 * 3).fill(90), width: 16, height: 16 };
    const bytes = await encodeImage(image, { format: "png" });
    await Deno.mkdir(`${folder}/set/train/coco/0_real`, { recursive: true });
    for (const name of ["n01440764_1.JPEG", "b.jpg"]) {
      await Deno.writeFile(`${folder}/set/train/coco/0_real/${name}`, bytes);
    }
    const pipeline = ["--pipeline", `${pipelines}/tiny-sd`];
    const aligned = ["reconstruct", "--data", `${folder}/set`, "--method", "vae", ...pipeline, "--as", "aligned"];
    assertEquals((await counterproof([...aligned, "--to", `${folder}/set`])).code, 0);
    const names = (await Array.fromAsync(Deno.readDir(`${folder}/set/train/coco/1_fake`))).map(({ name }) => name);
    assertEquals(names.sort(), ["b.png", "n01440764_1.JPEG"]);
    await Deno.writeTextFile(`${folder}/list.txt`, `set/train/coco/0_real/n01440764_1.JPEG\t0\n`);
    const lare = [
      "reconstruct",
      "--data",
      `${folder}/list.txt`,
      "--method",
      "latentError",
      ...pipeline,
      "--size",
      "32",
    ];
    const { code, err } = await counterproof([...lare, "--ensemble", "2", "--as", "lare", "--to", `${folder}/lare`]);
    assertEquals(code, 0, err);
    assertEquals(await Deno.readTextFile(`${folder}/lare/maps.txt`), `${folder}/lare/maps/n01440764_1.pt\t0\n`);
  }));

Deno.test("reconstruct takes what is there of a data set, for DRCT's code photographs of MSCOCO alone", () =>
  inFolder(async (folder) => {
    await writeMakingWorld(folder);
    await Deno.mkdir(`${folder}/MSCOCO/val2017`, { recursive: true });
    await Deno.rename(`${folder}/photographs/00.png`, `${folder}/MSCOCO/val2017/000000000139.png`);
    const method = ["--method", "inpainting", "--steps", "2", "--model", "sd1"];
    const to = ["--pipeline", `${pipelines}/tiny-sd-inpaint`, "--as", "drct", "--to", `${folder}/drct`];
    const { code, err } = await counterproof(["reconstruct", "--data", `${folder}/MSCOCO`, ...method, ...to]);
    assertEquals(code, 0, err);
    assert(err.includes("It is there in part, and its images are taken as they lie"), err);
    await Deno.stat(`${folder}/drct/DR/MSCOCO/step2_full_inpainting/val2017/000000000139.png`);
  }));

Deno.test("reconstruct refuses what it does not understand, with what to do", () =>
  inFolder(async (folder) => {
    await writeMakingWorld(folder);
    const pipeline = ["--pipeline", `${pipelines}/tiny-sd`];
    const cases: [string[], number, string][] = [
      [[], 2, "--data is missing"],
      [["--data", folder, "--method", "vea", ...pipeline], 2, 'did you mean "vae"?'],
      [["--data", folder, "--method", "vae", "--steps", "3", ...pipeline], 2, 'unknown option "steps"'],
      [["--data", folder, "--method", "ddim", "--steps", "0", ...pipeline], 2, "given 0, expected a whole number ≥ 1"],
      [
        ["--data", folder, "--method", "vae", "--to", folder, ...pipeline],
        2,
        "with --to alone: expected --as drct|aligned",
      ],
      [
        ["--data", folder, "--method", "vae", "--as", "drct", "--to", folder, ...pipeline],
        1,
        "DRCT reads those of inpainting()",
      ],
      [["--data", `${folder}/none`, "--method", "vae", ...pipeline], 1, "there is no such file"],
      [
        ["--data", folder, "--method", "inpainting", "--artifacts", `${folder}/artifacts`, ...pipeline],
        1,
        "expected one for inpainting",
      ],
      [["--data", folder, "--method", "vae", "--pipeline", folder], 1, "Cannot use the pipeline"],
      [["experiments/pocket.ts", "--method", "vae"], 2, "the definition says what is made"],
    ];
    const all = await Promise.all(cases.map(([args]) => counterproof(["reconstruct", ...args])));
    for (const [i, [args, expected, part]] of cases.entries()) {
      assertEquals([args, all[i].code], [args, expected], all[i].err);
      assert(all[i].err.includes(part), all[i].err);
    }
    // of what is refused no empty folder is left
    await assertRejects(() => Deno.stat(`${folder}/artifacts`), Deno.errors.NotFound);
  }));
