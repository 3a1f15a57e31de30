import { join } from "node:path";
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
