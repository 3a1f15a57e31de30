import { join } from "node:path";
import type { Need } from "../../lib/data/needs.ts";
import { derive } from "../../lib/experiment.ts";
import { inpainting } from "../../lib/reconstruct/mod.ts";
import { findRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { counterproof } from "./command_line.ts";
import { definitionImports as imports, inFile } from "./definition_file.ts";

const root = new URL("../../", import.meta.url);

Deno.test("a misspelt option in a definition ends the command with its nearest name and nothing else", async () => {
  const code = `${imports}export default derive(methods.dual(), { loss: { contrastive: { margn: 0.2 } } } as never);`;
  await inFile(code, async (file, folder) => {
    const { code, out, err } = await counterproof(["run", file, "--runs", join(folder, "runs")]);
    assertEquals([code, out], [1, ""]);
    assert(err.includes("margn") && err.includes('did you mean "margin"?'), err);
    assertEquals(err.trim().split("\n").length, 1, err);
  });
});

Deno.test("the published recipe says what it lacks before anything is trained", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    const file = new URL("experiments/dual_loss.ts#dual", root);
    const { code, out, err } = await counterproof(["run", file.pathname + file.hash, "--runs", runs]);
    assertEquals([code, out], [1, ""]);
    assert(err.includes("--data") || err.includes("data"), err);
    assert(err.includes("weights"), err);
    assert(!err.includes("\n    at "), err);
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  });
});

Deno.test("run --json tells every event as a line, from a definition in JSON to the record of the run", async () => {
  await inFolder(async (folder) => {
    await writeTinyWorld(folder);
    const [file, runs] = [join(folder, "tiny.json"), join(folder, "runs")];
    await Deno.writeTextFile(file, JSON.stringify(tinyDual()));
    const args = ["run", file, "--json", "--backend", "cpu", "--data", folder, "--runs", runs];
    const { code, out, err } = await counterproof(args);
    assertEquals(code, 0, err);
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(new Set(lines.map(({ name, seed }) => `${name} ${seed}`)), new Set(["tiny dual 1"]));
    const kinds = lines.map(({ kind }) => kind);
    assertEquals([kinds[0], kinds.at(-1)], ["start", "done"]);
    assertEquals(kinds.filter((kind) => kind === "step").length, 6);
    assertEquals(kinds.filter((kind) => kind === "epoch").length, 2);
    assert(!kinds.includes("evaluate") && !kinds.includes("probe"), kinds.join());
    const { record, folder: made } = lines.at(-1);
    const { steps: _steps, scores: _scores, probe: _probe, validation: _validation, ...header } =
      (await findRecord(runs, record.id))!;
    assertEquals(record, JSON.parse(JSON.stringify(header)));
    assert((await Deno.stat(join(made, "record.json"))).isFile);
    assert(err.includes("tiny dual, epoch 2:") && err.includes("accuracy %"), err);

    const again = await counterproof(["run", made, ...args.slice(2)]);
    assertEquals([again.code, again.out], [0, `${out.trimEnd().split("\n").at(-1)}\n`]);
  });
});

Deno.test("run names all that is missing before the first of several experiments begins", async () => {
  await inFolder(async (folder) => {
    await writeTinyWorld(folder);
    const [file, runs] = [join(folder, "two.json"), join(folder, "runs")];
    const lacking = derive(tinyDual(), { seed: 2, reconstruct: inpainting({ model: "sd1" }) });
    await Deno.writeTextFile(file, JSON.stringify([tinyDual(), lacking]));
    const { code, out, err } = await counterproof(["run", file, "--data", folder, "--runs", runs]);
    assertEquals([code, out], [1, ""]);
    assert(err.startsWith("One thing missing, and nothing was started:\n"), err);
    assert(err.includes("optimum-cli export onnx --model runwayml/stable-diffusion-inpainting"), err);
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  });
});

Deno.test("run --dry-run prints the plan, starts nothing, and exits with 1 when something is missing", async () => {
  await inFolder(async (folder) => {
    await writeTinyWorld(folder);
    const [file, runs] = [join(folder, "tiny.json"), join(folder, "runs")];
    await Deno.writeTextFile(file, JSON.stringify(tinyDual()));
    const args = ["run", file, "--dry-run", "--backend", "cpu", "--runs", runs];
    const { code, out, err } = await counterproof([...args, "--steps", "3", "--data", folder]);
    assertEquals(code, 0, err);
    for (const line of ["Training: 2 epochs × 3 steps = 6 steps, 12 rows a step", "Measured here: 3 steps on cpu"]) {
      assert(out.includes(line), out);
    }
    assert(/^all that is known +\d+ s$/m.test(out), out);
    const missing = await counterproof([...args, "--steps", "0", "--json"]);
    assertEquals(missing.code, 1);
    const plan = JSON.parse(missing.out);
    // one folder lacks what is trained on and what is tested on: 324,000 and 24,000 images
    assertEquals(plan.missing.map(({ kind, gigabytes }: Need) => `${kind}, ${gigabytes} GB`), [
      "data, 77 GB",
      "data, 6 GB",
    ]);
    assertEquals(plan.plans.map(({ name, steps }: { name: string; steps: number }) => [name, steps]), [[
      "tiny dual",
      97_200, // by what is published of GenImage
    ]]);
    assert(missing.err.includes("Disk: about 83 GB") && missing.err.includes("are free"), missing.err);
    const alone = await counterproof(["run", file, "--steps", "3"]);
    assert(alone.code === 2 && alone.err.includes("--dry-run"), alone.err);
    assertEquals(await Deno.stat(runs).then(() => true, () => false), false);
  });
});
