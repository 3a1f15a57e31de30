import { join } from "node:path";
import { systems } from "../../experiments/systems.ts";
import { gatherSamples } from "../../lib/data/pairs.ts";
import type { ResultNumbers } from "../../lib/cli/results_numbers.ts";
import type { Experiment } from "../../lib/experiment.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import { writeRecord } from "../../lib/runs/store.ts";
import { identified } from "../../lib/train/identified.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** Writes a made-up finished run where the very definition would be looked for. */
async function writeFinished(runs: string, experiment: Experiment, distance: number): Promise<void> {
  const samples = await gatherSamples(experiment, { data: null, artifacts: join(runs, "artifacts") });
  const { id, definition, data, folder, hashes } = await identified(experiment, samples, { runs, data: null });
  const { name, seed } = experiment;
  const synthetic = syntheticRecord({ name, seed, distance, sources: 8, epochs: 10, steps: 100, distances: true });
  const environment = { ...synthetic.environment, hashes: { ...hashes, pocket: await pocketIdentity() } };
  await writeRecord(folder, { ...synthetic, id, fingerprint: definition, data, experiment, environment });
}

Deno.test("finished runs of a system are found by demo, written up by results, and confirmed by check-results", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    const { pocket, claims, title } = systems["dual-loss"];
    for (const [i, make] of Object.values(pocket).entries()) await writeFinished(runs, make({ seed: 1 }), 1 + i / 4);
    const where = ["--systems", "dual-loss", "--runs", runs];

    const demo = await counterproof(["demo", "--seeds", "1", "--json", ...where]);
    assertEquals(demo.code, 0, demo.err);
    const answer = "\nAccuracy over the unseen generators, dual − contrastive-only: ";
    for (const part of [`\n${title}\n`, answer, "demo-dual-loss.html", ...claims.map(({ text }) => `“${text}”\n  `)]) {
      assert(demo.err.includes(part), demo.err);
    }
    assert(demo.err.includes(`task results --systems dual-loss --runs ${runs}`), demo.err);
    const count = Object.keys(pocket).length;
    assert(demo.err.includes(`\n${count} runs found finished\n`), demo.err); // none was made
    const page = await Deno.readTextFile(join(runs, "demo-dual-loss.html"));
    assert(page.includes(`<h1>${title}</h1>`) && page.includes("Beside the published numbers"));
    const told = JSON.parse(demo.out);
    assertEquals(told.systems.map((one: { system: string; claims: object[] }) => [one.system, one.claims.length]), [
      ["dual-loss", claims.length],
    ]);

    const out = join(folder, "results.md");
    const results = await counterproof(["results", "--out", out, "--json", ...where]);
    const written = JSON.parse(results.out);
    assertEquals([results.code, written.runs, written.numbers], [0, count, join(folder, "results.json")]);
    assert((await Deno.readTextFile(out)).includes(`## ${title}\n`));

    const check = await counterproof(["check-results", "--results", written.numbers, ...where]);
    assertEquals(check.code, 0, check.err);
    assert(check.err.includes("Making 1 run again (dual-loss: "), check.err);
    assert(check.out.includes("0 outside. The results are confirmed."), check.out);
    const numbers: ResultNumbers = JSON.parse(await Deno.readTextFile(written.numbers));
    const moved = JSON.stringify(numbers).replaceAll(/"accuracy":([\d.]+)/g, '"accuracy":0.01');
    await Deno.writeTextFile(written.numbers, moved);
    const outside = await counterproof(["check-results", "--results", written.numbers, "--json", ...where]);
    assertEquals(outside.code, 1);
    assert(JSON.parse(outside.out).rows[0].verdict === "outside" && outside.err.includes("not confirmed"), outside.err);
  });
});
