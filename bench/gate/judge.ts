/** What measured ratios mean beside the one before. */

/** A bench, held against the baseline. */
export interface Judged {
  readonly name: string;
  /** The least of the processes; null: it was not measured, since the bench is no more. */
  readonly ratio: number | null;
  /** Null: it is new. */
  readonly baseline: number | null;
  /** How far the ratio may lie above the baseline, a share of it; null without one. */
  readonly band: number | null;
  /** Processes that measured it. */
  readonly processes: number;
  readonly verdict: Verdict;
}

/** Slower: above the band in every process. Faster: below it in more than half of them. */
export type Verdict = "as before" | "slower" | "faster" | "new" | "gone";

/** What is known of a bench. */
type Before = { readonly ratio: number; readonly band: number } | null;

/** Least band: a finer one would ask for more processes each time. */
export const LEAST_BAND = 0.06;

/** Widest band: a wider one would let a slowdown of 15 % pass. What lies outside by chance is found out beside the older commit. */
export const MOST_BAND = 0.1;

/**
 * The band of two commits that are measured in turns, each several times: that of one side, times the root of two. How
 * widely a bench spreads does not matter there, since the least of either side are compared.
 */
export const BAND_IN_TURNS = Math.SQRT2 * LEAST_BAND;

/**
 * The band of a bench from its ratios in several runs of the same code: twice as far as the two lowest lie apart, from
 * {@linkcode LEAST_BAND} to {@linkcode MOST_BAND}. What disturbs a run makes it slower; where two of some runs agree they
 * were not disturbed, and neither will be one of the processes that have to agree before a bench is called slower.
 */
export function bandOf(ratios: readonly number[]): number {
  const [least, next = least] = ratios.toSorted((a, b) => a - b);
  return Math.min(MOST_BAND, Math.max(LEAST_BAND, 2 * (next / least - 1)));
}

/** Holds the ratios of a bench, one a process, against its baseline. */
export function judge(name: string, ratios: readonly number[], before: Before): Judged {
  return {
    ...{ name, baseline: before?.ratio ?? null, band: before?.band ?? null, processes: ratios.length },
    ratio: ratios.length === 0 ? null : Math.min(...ratios),
    verdict: verdictOf(ratios, before),
  };
}

function verdictOf(ratios: readonly number[], before: Before): Verdict {
  if (ratios.length === 0) return "gone";
  if (before === null) return "new";
  const [top, bottom] = [before.ratio * (1 + before.band), before.ratio / (1 + before.band)];
  if (ratios.every((ratio) => ratio > top)) return "slower";
  return 2 * ratios.filter((ratio) => ratio < bottom).length > ratios.length ? "faster" : "as before";
}
