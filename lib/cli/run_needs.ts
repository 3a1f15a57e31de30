import type { Outside } from "../data/needs.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "./places.ts";

/** Folders, and whether finished runs count. */
interface Where extends Outside {
  readonly runs: string;
  readonly fresh: boolean;
}

/**
 * Refuses to run experiments that lack data, weights, vocabulary or pipelines, before the first of them begins. Those that
 * are finished need nothing.
 *
 * @throws {Deno.errors.NotFound} naming all that is missing, each thing with what gets it
 */
export async function refuseMissing(
  experiments: readonly Experiment[],
  { runs, fresh, ...outside }: Where,
): Promise<void> {
  const { missingText, needsOf } = await load<typeof import("../data/needs.ts")>("lib/data/needs.ts");
  const { fingerprint } = await load<typeof import("../definition/fingerprint.ts")>("lib/definition/fingerprint.ts");
  const { findRuns } = await load<typeof import("../runs/index.ts")>("lib/runs/index.ts");
  const open: Experiment[] = [];
  for (const experiment of experiments) {
    const found = fresh ? [] : await findRuns(runs, { fingerprint: fingerprint(experiment) });
    if (!found.some(({ status }) => status === "done")) open.push(experiment);
  }
  const missing = (await needsOf(open, outside)).filter(({ problem }) => problem !== null);
  if (missing.length > 0) throw new Deno.errors.NotFound(missingText(missing));
}
