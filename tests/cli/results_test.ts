import { join } from "node:path";
import { methods } from "../../experiments/pocket.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const terms = { classification: 0.7 };

/** Made-up runs of the ablation as it is defined. */
async function ablation(seeds: readonly number[], changes: Partial<RunRecord> = {}): Promise<RunRecord[]> {
  const hash = await pocketIdentity();
  return Object.entries(methods).flatMap(([name, make], i) =>
    seeds.map((seed) => {
      const experiment = make({ seed });
      const synthetic = syntheticRecord({
        name,
        seed,
        terms,
        distance: 1 + i / 10,
        generators: ["latent-nearest", "pixel-ddpm", "latent-noskip"],
        probe: 7,
        epochs: 10,
        steps: 100,
        distances: name !== "plain",
      });
      const environment = { ...synthetic.environment, hashes: { pocket: hash } };
      const print = fingerprint(experiment);
      return { ...synthetic, environment, id: print, fingerprint: print, experiment, ...changes };
    })
  );
}

async function write(runs: string, records: readonly RunRecord[]): Promise<void> {
  for (const record of records) {
    await writeRecord(runFolder(runs, { name: record.experiment.name, id: record.id }), record);
  }
}

Deno.test("results writes up what the runs say, the same bytes from the same runs", async () => {
  await inFolder(async (folder) => {
    const [runs, out] = [join(folder, "runs"), join(folder, "deep", "results.md")];
    const records = await ablation([1, 2]);
    await write(runs, records);
    const first = await counterproof(["results", "--runs", runs, "--out", out]);
    assertEquals([first.err, first.code], ["", 0]);
    assert(first.out.includes("8 runs are written up"), first.out);
    const text = await Deno.readTextFile(out);
    for (
      const part of [
        await pocketIdentity(),
        "deno task demo --seeds 2 --backend wasm\n",
        "Accuracy over the unseen generators, dual − contrastive-only: ",
        "| tested on | plain | with-reconstructions | contrastive-only | dual | trivial cues (probe) |",
        "| contrastive-only − with-reconstructions | ",
        "| with-reconstructions − plain | ",
        "| dual − plain | ",
        "| points [95 %] | seed 1 | seed 2 |",
        "real ↔ its reconstruction",
        "77.18 %",
        "81.01 %",
        "In the pocket world ",
        "deno task run experiments/dual_loss.ts#dual --data DIR",
      ]
    ) assert(text.includes(part), `${part}\n${text}`);
    assert(!text.includes("2026"), "a date stands in the results");
    // another order on disk and other dates are no other results
    await Deno.remove(runs, { recursive: true });
    await write(runs, records.toReversed().map((record) => ({ ...record, started: "2030-01-01T00:00:00.000Z" })));
    const again = await counterproof(["results", "--runs", runs, "--out", out, "--json"]);
    assertEquals(JSON.parse(again.out), { file: out, runs: 8 });
    assertEquals([await Deno.readTextFile(out), again.err], [text, first.out]);
  });
});

Deno.test("results says which variants and seeds are there, and what makes the others", async () => {
  await inFolder(async (runs) => {
    const out = join(runs, "results.md");
    const none = await counterproof(["results", "--runs", runs, "--out", out]);
    assertEquals([none.code, none.out], [1, ""]);
    assert(none.err.includes("  dual: none\n") && none.err.includes("demo --seeds 5"), none.err);
    const records = await ablation([1, 2]);
    const other = { ...records[0], id: "0".repeat(64), fingerprint: "0".repeat(64) };
    await write(runs, [...records.slice(1), other]);
    const some = await counterproof(["results", "--runs", runs, "--out", out]);
    assertEquals(some.code, 1);
    for (const part of ["  plain: seeds 2\n", "  dual: seeds 1, 2\n", "1 finished run of another definition"]) {
      assert(some.err.includes(part), some.err);
    }
    assertEquals(await Deno.stat(out).catch(() => null), null);
  });
});

Deno.test("results refuses runs that were made on another world", async () => {
  await inFolder(async (runs) => {
    const [first, ...rest] = await ablation([1]);
    const hashes = { pocket: "ab".repeat(32) };
    await write(runs, [{ ...first, environment: { ...first.environment, hashes } }, ...rest]);
    const { code, err } = await counterproof(["results", "--runs", runs, "--out", join(runs, "results.md")]);
    assertEquals(code, 1);
    assert(err.includes('results of "plain", seed 1') && err.includes("pocket world abababababab, the one"), err);
  });
});
