/** Differences of what a run has once, as the epochs it took: paired by seed, and judged by how far the seeds lie apart. */
import { studentInterval } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { arrivals } from "./arrivals.ts";
import type { Apart } from "./claims.ts";
import { findMethod, type Method } from "./methods.ts";
import type { DifferenceOptions } from "./paired_rows.ts";

interface OfSeeds {
  readonly name: string;
  readonly digits: number;
  /** Null where the run did not measure it. */
  readonly of: (record: RunRecord) => number | null;
}

const last = (record: RunRecord) => record.history.at(-1)?.distances ?? null;

/** What a run has once, by its name in claims. */
export const seedMetrics = {
  epochsToReach: {
    name: "epochs to the best validation accuracy",
    digits: 1,
    of: (record) => arrivals([record])[0]?.epoch ?? null,
  },
  realDistance: {
    name: "distance of photographs from their reconstructions",
    digits: 3,
    of: (run) => last(run)?.real ?? null,
  },
  fakeDistance: {
    name: "distance of fakes from their reconstructions",
    digits: 3,
    of: (run) => last(run)?.fake ?? null,
  },
} as const satisfies Record<string, OfSeeds>;

/** Whether a claim's metric is one of {@linkcode seedMetrics}. */
export function isOfSeeds(metric: string): metric is keyof typeof seedMetrics {
  return Object.hasOwn(seedMetrics, metric);
}

/**
 * How far two methods lie apart over the seeds that both have, with Student's 95 % interval; the words why that is not
 * known where fewer than two of them measured it.
 */
export function seedApart(
  methods: readonly Method[],
  { of, against, metric }: DifferenceOptions & { readonly metric: keyof typeof seedMetrics },
): Apart | string {
  const { name, digits, of: measure } = seedMetrics[metric];
  const others = new Map(findMethod(methods, against).records.map((record) => [record.experiment.seed, record]));
  const apart = findMethod(methods, of).records.flatMap((record) => {
    const other = others.get(record.experiment.seed);
    const [mine, theirs] = [measure(record), other === undefined ? null : measure(other)];
    return mine === null || theirs === null ? [] : [mine - theirs];
  });
  if (apart.length === 0) return `no seed of both has measured the ${name}`;
  const { value, low, high } = studentInterval(apart);
  if (low === null || high === null) return `one seed gives no interval of the ${name}`;
  return { value, low, high, name, p: null, seeds: apart.length, over: "seeds", digits };
}
