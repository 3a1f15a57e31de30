import { join } from "node:path";
import type { Experiment } from "../../lib/experiment.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { toJson } from "../../lib/runs/record.ts";
import { runFolder } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { syntheticRecord } from "../report/records.ts";

/** Which runs to make up. */
export interface Many {
  readonly count: number;
  /** Makes the definition of run i, under its seed. */
  readonly define: (i: number) => Experiment;
  /** Of each record's history. */
  readonly epochs?: number;
}

/**
 * A store of made-up finished runs that differ in definition, metrics and start, as fast as it can be written: nothing
 * is synced, and neither the steps nor the scores that the records name are there.
 *
 * @returns the folders, in the order of i
 */
export async function writeManyRuns(runs: string, { count, define, epochs = 10 }: Many): Promise<string[]> {
  // what is slow to make up is made once; the metrics of a run are those of one of a few scores
  const few = Array.from({ length: Math.min(8, count) }, (_, i) => {
    const { scores, probe: _probe, steps: _steps, ...header } = syntheticRecord({ name: "many", seed: i + 1, epochs });
    return { ...header, metrics: evaluateScores(scores) };
  });
  const link = { file: "scores.parquet", sha256: "0".repeat(64) };
  const folders: string[] = [];
  for (let i = 0; i < count; i++) {
    const experiment = define(i);
    const print = fingerprint(experiment);
    const id = fingerprint({ definition: print, data: i });
    const started = new Date(Date.UTC(2026, 0, 1) + 60_000 * i).toISOString();
    const header = { ...few[i % few.length], id, fingerprint: print, experiment, started };
    const folder = runFolder(runs, { name: experiment.name, id });
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "record.json"), toJson({ ...header, scores: [link], probe: null }));
    folders.push(folder);
  }
  return folders;
}

/** Changes the record of a run in place. */
export async function changeRun(folder: string, changes: Partial<RunRecord>): Promise<void> {
  const file = join(folder, "record.json");
  await Deno.writeTextFile(file, toJson({ ...JSON.parse(await Deno.readTextFile(file)), ...changes }));
}
