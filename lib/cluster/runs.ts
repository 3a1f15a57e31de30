/** The runs of a sweep, found before any process starts: which there are, and where each stands or is to stand. */
import { openCaptions } from "../data/captions.ts";
import { identifyData } from "../data/identity.ts";
import type { LackingEvent } from "../data/lacking.ts";
import { gathering } from "../data/pairs.ts";
import { makersFor } from "../data/pipeline_maker.ts";
import { together } from "../data/together.ts";
import { canonical, fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { weightsFile } from "../models/weights.ts";
import { listRuns, type StoredRun } from "../runs/index.ts";
import { folders } from "../runs/store.ts";
import { placeOf } from "../train/identified.ts";

/** One run of a sweep. */
export interface SweepRun {
  readonly experiment: Experiment;
  /** Of the run; its folder is known by it. */
  readonly id: string;
  readonly folder: string;
  /** Number of its point; runs that differ in their seed alone share one. */
  readonly point: number;
}

/** Where runs, data and what is made of it lie. */
export interface Places {
  readonly runs: string;
  readonly data: string | null;
  readonly weights: string | null;
  readonly artifacts: string;
  readonly pipelines: string | null;
  /** Whether what is missing of reconstructions is made in this process, before any run starts; otherwise it is an error. */
  readonly makes: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Finds the runs of some definitions. Data is read once for all definitions that look at the same, so that a thousand
 * points on GenImage read its index once for every seed.
 *
 * Of definitions that are the same run under two names the first is taken.
 *
 * @throws {Deno.errors.NotFound} when data, reconstructions or weights are missing: all of them, and no run that was
 * finished elsewhere can stand in
 */
export async function* sweepRuns(
  experiments: readonly Experiment[],
  places: Places,
): AsyncGenerator<LackingEvent, SweepRun[]> {
  const { runs } = places;
  const among = await folders(runs);
  const identities = new Map<string, Identity>();
  const points = new Map<string, number>();
  const found = new Map<string, SweepRun>();
  const finished = new Map<string, StoredRun>();
  for (const experiment of experiments) {
    const key = dataKey(experiment);
    if (!identities.has(key)) identities.set(key, yield* identityOf(experiment, places));
    const identity = identities.get(key)!;
    const same = canonical({ ...experiment, name: null, tags: null, seed: null });
    const point = points.get(same) ?? points.size;
    points.set(same, point);
    if ("ways" in identity) {
      const { id, folder } = placeOf(experiment, identity, { runs, among });
      if (!found.has(id)) found.set(id, { experiment, id, folder, point });
      continue;
    }
    if (finished.size === 0) {
      for await (const run of listRuns(runs)) if (run.status === "done") finished.set(run.fingerprint!, run);
    }
    const run = finished.get(fingerprint(experiment));
    if (run === undefined) throw identity.missing;
    found.set(run.id!, { experiment, id: run.id!, folder: run.folder, point });
  }
  const twice = experiments.length - found.size;
  if (twice > 0) {
    yield { kind: "notice", text: `${twice} of ${experiments.length} definitions are runs that others name already` };
  }
  return [...found.values()];
}

/** How data is told apart, or that it is not here. */
type Identity = Pick<Awaited<ReturnType<typeof identifyData>>, "ways"> | { readonly missing: Error };

async function* identityOf(experiment: Experiment, places: Places): AsyncGenerator<LackingEvent, Identity> {
  const { data, weights, artifacts, pipelines, makes, signal } = places;
  const pretrained = experiment.model.backbone.weights;
  const weighed = together([
    pretrained === null ? Promise.resolve(null) : weightsFile(pretrained, weights),
    openCaptions(experiment.model, weights),
  ]);
  weighed.catch(() => {}); // told below, with what else is missing
  try {
    // nothing is made, which may take hours, before it is known that the weights are there
    const whole = await weighed.then(() => true, () => false);
    const open = makes && whole ? makersFor(experiment, pipelines) : null;
    const samples = yield* gathering(experiment, { data, artifacts, open, signal });
    await weighed;
    return { ways: (await identifyData(experiment, samples, data)).ways };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const missing = await together([Promise.reject(error), weighed]).then(() => error, (all) => all);
    return { missing };
  }
}

/** Equal for definitions that read the same data and weights. */
function dataKey({ seed, data, ...rest }: Experiment): string {
  // what is not named here may decide what is read: a field that is added makes fewer share and none share wrongly
  const { name: _n, tags: _t, augment: _a, loss: _l, optimizer: _o, schedule: _s, clip: _c, batch: _b, ...more } = rest;
  const { epochs: _e, select: _se, evaluate: _ev, onNaN: _on, trainable: _tr, precision: _p, ...reads } = more;
  return canonical({ ...reads, data, seed: data.validation === null ? seed : null });
}
