/** Many runs: every one in a process of its own, here or under Slurm. One is a sweep as well. */
import { derive, type Experiment } from "../experiment.ts";
import { inNotebook } from "../notebook/kernel.ts";
import { showSweep } from "../notebook/sweep.ts";
import type { RunOptions } from "../run.ts";
import { checkWritable, readRecord } from "../runs/store.ts";
import { carry } from "./carry.ts";
import type { Decided, Sweep, SweepEvent, SweepTable } from "./events.ts";
import { bestOf, type Halving, metricOf, type Rung, rungsOf, valueAt } from "./halving.ts";
import { placeFor } from "./open.ts";
import { type Place, type Resources, whereOf } from "./place.ts";
import { hasReached, isOver, rowOf, type Standee, standeeOf, type SweepRow, unitsOf } from "./rows.ts";
import { sweepRuns } from "./runs.ts";
import { type Going, sweepLeft } from "./sweep_left.ts";

/** Where and how a sweep runs. */
export interface SweepOptions extends Omit<RunOptions, "fresh" | "detached"> {
  /** "local", "local:4", "slurm" or "slurm:100": where processes run, and how many at a time at most. Default "local". */
  readonly on?: string;
  /** What each process may take. */
  readonly resources?: Resources;
  /** Seeds for every definition instead of its own. */
  readonly seeds?: readonly number[] | null;
  /** Stops bad points early; null, the default: every run goes to its end. */
  readonly halving?: Halving | null;
  /** A run whose process dies so often and gets no further is given up. Default 3. */
  readonly tries?: number;
}

/**
 * Runs many definitions, one process for each run, and finds those that are finished: whatever stopped it, the same call
 * goes on. A run that fails costs its own point and no other. With `halving`, bad points are stopped early, and what is
 * left of a run equals bit for bit one that was never stopped.
 *
 * In a notebook a table of all runs shows under the cell how they stand; its interrupt stops all of them, and their
 * checkpoints are kept.
 *
 * @returns the records of all runs that are done, and how every run stands
 * @throws as {@linkcode sweepEvents}
 *
 * @example
 * ```ts ignore
 * const { records } = await sweep(grid(dual, { λ: [0.01, 0.05, 0.2], γ: [0.1, 0.5, 1] }), { seeds: [1, 2, 3] });
 * plot.heatmap(compare(records), { x: "λ", y: "γ", value: "auc" });
 * await sweep(draws(dual, { λ: logUniform(0.01, 1) }, { points: 27 }), { halving: { factor: 3 }, on: "slurm:9" });
 * ```
 */
export async function sweep(
  definitions: Experiment | readonly Experiment[],
  options: SweepOptions = {},
): Promise<Sweep> {
  const told = inNotebook()
    ? showSweep((signal) => sweepEvents(definitions, { ...options, signal }), { signal: options.signal })
    : sweepEvents(definitions, options);
  for await (const event of told) if (event.kind === "done") return event.sweep;
  throw new Error("Cannot sweep: it ended without a result");
}

/**
 * The same, told step by step. Ends with "done". Whoever stops reading stops all runs, which keep their places.
 *
 * @throws {Deno.errors.NotFound} when data, reconstructions or weights are missing: before any run starts
 * @throws {RangeError} for a place, seeds or a way of halving that cannot be
 * @throws {Error} when the folder of runs cannot be written, or Slurm refuses
 * @throws {DOMException} "AbortError" when `signal` stops it; every run has kept its place
 */
export async function* sweepEvents(
  definitions: Experiment | readonly Experiment[],
  options: SweepOptions = {},
): AsyncGenerator<SweepEvent, void> {
  const { on = "local", resources = {}, seeds = null, halving = null, tries = 3, signal, ...given } = options;
  const where = whereOf(on);
  const experiments = withSeeds(Array.isArray(definitions) ? definitions : [definitions as Experiment], seeds);
  const metric = halving === null ? null : metricOf(experiments, halving);
  const { runs = "runs", data = null, weights = null, artifacts = "artifacts", pipelines = null } = given;
  // this process makes what is missing, which is none for the machine from which jobs are submitted
  const makes = where.kind === "local";
  const found = yield* sweepRuns(experiments, { runs, data, weights, artifacts, pipelines, makes, signal });
  await checkWritable(runs);
  const standees = await Promise.all(found.map(standeeOf));
  const points = Math.max(...found.map(({ point }) => point)) + 1;
  const lengths = found.map(({ experiment: { epochs } }) => epochs);
  const longest = lengths.includes(null) ? null : Math.max(...lengths as number[]);
  const plan = rungsOf(points, longest, halving);

  let alive: readonly Standee[] = standees;
  let place: Place | null = null;
  const rowIn = (one: Standee): SweepRow => rowOf(one, metric ?? metricOf([one.run.experiment], {}));
  const table = tables(standees, { plan, rowIn, place: () => place?.words ?? null });
  try {
    for (const rung of plan) {
      for (const one of alive) if (!isOver(one) && hasReached(one, rung.epoch)) one.status = "paused";
      yield { kind: "table", table: table(rung, alive) };
      if (alive.some((one) => one.status !== "failed" && !hasReached(one, rung.epoch))) {
        place ??= await placeFor({ where, resources, standees, options: given });
        // pipelines have done their work here: what is missing now is missing
        const each = {
          runs,
          data,
          weights,
          artifacts,
          ...given,
          pipelines: null,
          threads: place.threads,
          cores: place.cores,
        };
        for await (const event of carry(alive, { place, until: rung.epoch, options: each, tries, signal })) {
          if (event.kind === "look") yield { kind: "table", table: table(rung, alive) };
          else if (event.kind === "ended") yield { kind: "ended", row: rowIn(event.standee) };
          else yield event;
        }
      }
      if (rung.epoch === null) continue;
      const { next, points } = decided(alive, { epoch: rung.epoch, kept: rung.kept, metric: metric! });
      yield { kind: "rung", epoch: rung.epoch, metric: metric!, points };
      for (const one of alive) if (!next.includes(one) && !isOver(one)) one.status = "stopped";
      alive = next;
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    await place?.[Symbol.asyncDispose]();
  }
  const done = standees.filter(({ status }) => status === "done");
  const records = await Promise.all(done.map(({ run: { folder } }) => readRecord(folder)));
  yield { kind: "table", table: table(plan[plan.length - 1], alive) };
  yield { kind: "done", sweep: { records, rows: standees.map(rowIn) } };
}

/** Who goes on, by the mean of each point over its seeds. */
function decided(
  alive: readonly Standee[],
  { epoch, metric, kept }: { readonly epoch: number; readonly metric: string; readonly kept: number },
): { readonly next: readonly Standee[]; readonly points: readonly Decided[] } {
  const points = [...Map.groupBy(alive, ({ run }) => run.point).values()];
  const values = points.map((seeds) => {
    const each = seeds.map(({ run, history, status }) =>
      status === "failed" ? NaN : valueAt(run.experiment, history, { metric, epoch })
    );
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  });
  const best = bestOf(values, kept);
  return {
    next: best.flatMap((i) => points[i]),
    points: points.map(([{ run: { experiment: { name, tags } } }], i) => {
      return { name, tags, value: Number.isNaN(values[i]) ? null : values[i], goesOn: best.includes(i) };
    }),
  };
}

/** Makes tables, with the time that is left. */
function tables(
  standees: readonly Standee[],
  { plan, rowIn, place }: {
    readonly plan: readonly Rung[];
    readonly rowIn: (one: Standee) => SweepRow;
    readonly place: () => string | null;
  },
): (rung: Rung, alive: readonly Standee[]) => SweepTable {
  const estimate = sweepLeft();
  const seeds = standees.length / new Set(standees.map(({ run }) => run.point)).size;
  return (rung, alive) => {
    const runs = standees.map((one): Going => {
      const { status, standing, run: { experiment: { name, epochs } } } = one;
      const done = unitsOf(one);
      const whole = epochs ?? 1;
      const goesOn = alive.includes(one) && status !== "failed";
      const wanted = goesOn ? Math.max(done, Math.min(whole, rung.epoch ?? whole)) : done;
      return { kind: name, done, wanted, whole, going: standing?.kind === "going" && status === "running" };
    });
    const later = laterUnits(plan, { rung, seeds, alive });
    const sum = (of: (run: Going) => number) => runs.reduce((sum, run) => sum + of(run), 0);
    const secondsLeft = estimate.left(runs, performance.now() / 1000, later);
    const counts = { done: sum(({ done }) => done), total: sum(({ wanted }) => wanted) + later };
    return { rows: standees.map(rowIn), place: place(), until: rung.epoch, ...counts, secondsLeft };
  };
}

/** Units of the rungs behind this one, by whoever will go on. */
function laterUnits(
  plan: readonly Rung[],
  { rung, seeds, alive }: { readonly rung: Rung; readonly seeds: number; readonly alive: readonly Standee[] },
): number {
  const mean = alive.reduce((sum, { run }) => sum + (run.experiment.epochs ?? 1), 0) / Math.max(1, alive.length);
  let before = rung.epoch ?? mean;
  let later = 0;
  for (const next of plan.slice(plan.indexOf(rung) + 1)) {
    later += next.points * seeds * Math.max(0, Math.min(mean, next.epoch ?? mean) - before);
    before = next.epoch ?? mean;
  }
  return later;
}

/** Every definition under every seed; null: as they are. */
function withSeeds(experiments: readonly Experiment[], seeds: readonly number[] | null): readonly Experiment[] {
  if (experiments.length === 0) throw new RangeError("Cannot sweep: no definitions are given, expected at least one");
  if (seeds === null) return experiments;
  if (seeds.length === 0 || seeds.some((seed) => !Number.isSafeInteger(seed) || seed < 0)) {
    throw new RangeError(`Cannot sweep with the seeds ${JSON.stringify(seeds)}: expected whole numbers from 0`);
  }
  return experiments.flatMap((one) => seeds.map((seed) => derive(one, { seed })));
}
