/** Which variants of a system are compared with which, and how far those lie apart. */
import { holm } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { type Apart, apartIn, apartText, type Claim } from "./claims.ts";
import { markdownTable } from "./markdown.ts";
import { points, probability } from "./numbers.ts";
import type { DifferenceOptions } from "./paired_rows.ts";
import { differencesBySeed } from "./seeds.ts";
import type { TextColumn } from "./text.ts";

/** What decides which pairs are told. */
export interface Compared {
  /** By name, in the order of the ablation: each a step on from the one before. */
  readonly variants: readonly string[];
  /** The pair that answers the system's question. */
  readonly question: DifferenceOptions;
  readonly claims: readonly Pick<Claim, "of" | "against">[];
}

/**
 * The pairs whose differences answer something: the question first, then those of the claims, then each variant against
 * the one before it, from the last step to the first, and at the end all steps in one. Each once, whichever way
 * round, and none of a variant that is not among them.
 */
export function comparedPairs({ variants, question, claims }: Compared): DifferenceOptions[] {
  const steps = variants.slice(1).map((of, i) => ({ of, against: variants[i] })).reverse();
  const whole = variants.length < 2 ? [] : [{ of: variants[variants.length - 1], against: variants[0] }];
  const all = [question, ...claims, ...steps, ...whole]
    .filter(({ of, against }) => of !== against && variants.includes(of) && variants.includes(against));
  const pairs = new Map<string, DifferenceOptions>();
  for (const { of, against } of all) {
    const either = JSON.stringify([of, against].sort());
    if (!pairs.has(either)) pairs.set(either, { of, against });
  }
  return [...pairs.values()];
}

/** One pair in one metric. */
export interface PairRow extends DifferenceOptions {
  /** The words why it is not known, where the two cannot be paired. */
  readonly apart: Apart | string;
  /** Its p-value, corrected for as many pairs as are told; null where there is none. */
  readonly corrected: number | null;
  /** Each seed's own difference. */
  readonly seeds: ReadonlyMap<number, number>;
}

/** How far pairs lie apart in one metric, with p-values corrected by Holm's way for all of them. */
export function pairRows(
  records: readonly RunRecord[],
  pairs: readonly DifferenceOptions[],
  metric: "accuracy" | "auc",
): PairRow[] {
  const rows = pairs.map((pair) => ({ ...pair, apart: apartIn(records, { ...pair, metric }) }));
  const corrected = correctedPs(rows.map(({ apart }) => apart));
  return rows.map((row, i) => ({
    ...row,
    corrected: corrected[i],
    seeds: typeof row.apart === "string"
      ? new Map()
      : new Map(differencesBySeed(records, row).map((own) => [own.seed, own[metric]])),
  }));
}

/** Holm's p-values of what has one; null of the rest. */
export function correctedPs(apart: readonly (Apart | string | null)[]): (number | null)[] {
  const ps = apart.map((one) => one === null || typeof one === "string" ? null : one.p);
  const corrected = holm(ps.filter((p) => p !== null));
  return ps.map((p) => p === null ? null : corrected.shift()!);
}

/** Pairs as a Markdown table: the difference in points with its interval, p-values, and each seed's own difference. */
export function pairsMarkdown(rows: readonly PairRow[], { title, seeds }: {
  /** Of the metric. */
  readonly title: string;
  readonly seeds: readonly number[];
}): string {
  const known = rows.flatMap((row) => typeof row.apart === "string" ? [] : [{ ...row, apart: row.apart }]);
  return markdownTable([
    { title, cells: known.map(({ of, against }) => `${of} − ${against}`) },
    { title: "points [95 %]", cells: known.map(({ apart }) => apartText(apart)), right: true },
    { title: "p", cells: known.map(({ apart }) => pText(apart.p)), right: true },
    ...(known.length > 1 ? [{ title: "p (Holm)", cells: known.map((row) => pText(row.corrected)), right: true }] : []),
    ...seeds.map((seed): TextColumn => ({
      title: `seed ${seed}`,
      cells: known.map(({ seeds }) => seeds.has(seed) ? points(seeds.get(seed)!) : "–"),
      right: true,
    })),
  ]);
}

/** A p-value in a cell, a dash where there is none. */
export function pText(p: number | null): string {
  return p === null ? "–" : probability(p);
}
