import { assert, assertEquals } from "../assert.ts";
import { genImageTree } from "../data/genimage_tree.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

Deno.test("data index tells by class and generator what is there and what is not, as a table and as JSON", async () => {
  await inFolder(async (data) => {
    await genImageTree(data, 2);
    await Deno.writeTextFile(`${data}/GenImage/BigGAN/imagenet_ai_0419_biggan/val/ai/a.png`, "no picture");
    const { code, out, err } = await counterproof(["data", "index", data, "--layout", "genImage"]);
    assertEquals([code, err], [0, "Counting the files of genImage …\n"]);
    assert(/^test +fake +biggan +2 +– +1 +– +png$/m.test(out), out);
    assert(out.includes("Not there: adm of train. Cannot read genImage from"), out);
    assert(out.includes("No run can use 1 of 17:\n  GenImage/BigGAN/imagenet_ai_0419_biggan/val/ai/a.png: text"), out);
    assert(out.includes('17 samples stand in "'), out);
    const json = await counterproof(["data", "index", data, "--layout", "genImage", "--json"]);
    const [report] = JSON.parse(json.out);
    assertEquals([report.file, report.rows], [`${data}/index-genImage.parquet`, 17]);
  });
});

Deno.test("data index takes the data sets of a definition, and refuses what names none", async () => {
  await inFolder(async (data) => {
    const named = await counterproof(["data", "index", data, "--definition", "experiments/pocket.ts"]);
    assertEquals([named.code, named.out.includes("index-pocket.parquet")], [0, true]);
    const cases: [string[], number, string][] = [
      [[data], 2, "neither of --layout and --definition given"],
      [[data, "--layout", "pocket", "--definition", "x.ts"], 2, "both of --layout and --definition given"],
      [[data, "--layout", "genimage"], 2, 'did you mean "genImage"?'],
      [[`${data}/none`, "--layout", "genImage"], 2, "there is no such folder"],
      [[data, "--layout", "genImage"], 1, "found no images in 16 of 16 folders"],
    ];
    for (const [args, expected, part] of cases) {
      const { code, err } = await counterproof(["data", "index", ...args]);
      assertEquals([args, code], [args, expected]);
      assert(err.includes(part), err);
    }
  });
});
