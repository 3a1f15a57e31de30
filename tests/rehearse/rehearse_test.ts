import { join } from "node:path";
import { assert, assertEquals } from "../assert.ts";
import { counterproof } from "../cli/command_line.ts";
import { inFolder } from "../runs/example.ts";
import { tinyRecipe } from "./tiny_recipe.ts";

/** A rehearsed recipe in the JSON of the command. */
interface Rehearsed {
  readonly recipe: string;
  readonly ok: boolean;
  readonly patch: object | null;
  readonly stages: readonly { stage: string; command: string | null; ok: boolean; found: string; megabytes: number }[];
}

Deno.test("rehearse carries a recipe out from its index to its report, through a kill, by commands that can be typed", async () => {
  await inFolder(async (folder) => {
    const [file, keep] = [join(folder, "tiny.json"), join(folder, "kept")];
    await Deno.writeTextFile(file, JSON.stringify(tinyRecipe()));
    const { code, out, err } = await counterproof(["rehearse", file, "--backend", "cpu", "--keep", keep, "--json"]);
    const { recipes: [found] } = JSON.parse(out) as { recipes: Rehearsed[] };
    assertEquals(code, 0, err);
    const wrong = found.stages.filter(({ ok }) => !ok);
    assertEquals([found.recipe, found.ok, wrong], [file, true, []]);
    assertEquals(found.stages.map(({ stage }) => stage), [
      ...["build", "shrink", "index", "audit", "reconstruct", "plan", "train", "resume", "threshold", "evaluate"],
      "report",
    ]);
    const { batch } = found.patch as { batch: { size: number } };
    assertEquals(found.patch, { batch: { size: batch.size }, epochs: 2, reconstruct: { steps: 2 } });
    const of = (name: string) => found.stages.find(({ stage }) => stage === name)!;
    assert(/killed after step 3; losses \d\.\d+, /.test(of("train").found), of("train").found);
    assert(/from step 2; step 3 lost \d\.\d+ again, done/.test(of("resume").found), of("resume").found);
    assertEquals(of("train").command, of("resume").command);
    assert(
      of("evaluate").found.includes("2 test sets") && of("evaluate").found.includes("biggan"),
      of("evaluate").found,
    );
    assert(Deno.build.os !== "linux" || of("train").megabytes > 50, "the peak of a process is told");
    assert(err.includes('derive(recipe, {"batch"') && err.includes("resume"), err);
    const inside = (await Array.fromAsync(Deno.readDir(keep)))[0].name;
    assert((await Deno.stat(join(keep, inside, "report.html"))).isFile, "what is kept has the page");
  });
});

Deno.test("rehearse tells the stage that fails with its error, and exits with 1", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "tiny.json");
    const broken = { ...tinyRecipe(), batch: { ...tinyRecipe().batch, size: 4 }, onNaN: null, clip: null };
    await Deno.writeTextFile(file, JSON.stringify({ ...broken, optimizer: { ...broken.optimizer, rate: 1e38 } }));
    const { code, out, err } = await counterproof(["rehearse", file, "--backend", "cpu", "--json"]);
    const { recipes: [found] } = JSON.parse(out) as { recipes: Rehearsed[] };
    assertEquals([code, found.ok], [1, false]);
    const last = found.stages.at(-1)!;
    assertEquals([last.stage, last.ok], ["train", false]);
    assert(/loss|finite/.test(last.found) && err.includes("train failed (deno task run recipe.json"), err);
  });
});

Deno.test("rehearse refuses a name that is no system, with the nearest, and a folder that holds something", async () => {
  const { code, err } = await counterproof(["rehearse", "dual-los"]);
  assert(code === 2 && err.includes('did you mean "dual-loss"?'), err);
  const none = await counterproof(["rehearse"]);
  assert(none.code === 2 && none.err.includes("no recipe is given"), none.err);
});
