/** What measured ratios mean beside the one before. */
import { median } from "../median.ts";

/** A bench, held against the baseline. */
export interface Judged {
  readonly name: string;
  /** The least of the processes, in turns with the older code the median; null: it was not measured, the bench is no more. */
  readonly ratio: number | null;
  /** Null: it is new. */
  readonly baseline: number | null;
  /** How far the ratio may lie above the baseline, a share of it; null without one. */
  readonly band: number | null;
  /** Processes that measured it. */
  readonly processes: number;
  readonly verdict: Verdict;
  /** Whether more processes would not change that. */
  readonly settled: boolean;
}

/**
 * Slower: above the band in every process, or by the median of the turns with the older code. Faster: below it in more
 * than half of the processes, or by that median.
 */
export type Verdict = "as before" | "slower" | "faster" | "new" | "gone";

/** What is known of a bench. */
type Before = { readonly ratio: number; readonly band: number } | null;

/** Least band: a finer one would ask for more processes each time. */
export const LEAST_BAND = 0.06;

/** Widest band, of which a slowdown of 15 % stands out in all processes. What does so by chance is found out in turns. */
export const MOST_BAND = 0.08;

/** The band of the median of turns with the older code: half way to a slowdown of 15 %. */
export const BAND_IN_TURNS = 0.075;

/** A median of turns that lies as near as this says after some turns what it would say after all. */
const NEAR = 0.03;

/** Turns before a median is believed to lie near, and most turns of a bench that does not. */
export const LEAST_TURNS = 5, MOST_TURNS = 11;

/** Most processes that measure a bench beside the baseline before it is called slower or faster. */
export const MOST_PROCESSES = 7;

/** One process of each side, one after the other. */
export interface Turn {
  readonly own: number;
  readonly other: number;
}

/**
 * The band of a bench from its ratios in several runs of the same code: twice as far as the two lowest lie apart, from
 * {@linkcode LEAST_BAND} to {@linkcode MOST_BAND}. What disturbs a run makes it slower; where two of some runs agree they
 * were not disturbed, and neither will be one of the processes that have to agree before a bench is called slower.
 */
export function bandOf(ratios: readonly number[]): number {
  const [least, next = least] = ratios.toSorted((a, b) => a - b);
  return Math.min(MOST_BAND, Math.max(LEAST_BAND, 2 * (next / least - 1)));
}

/**
 * Holds the ratios of a bench, one a process, against its baseline. It is settled once a process finds it within its band,
 * or {@linkcode MOST_PROCESSES} have not: the same code may be compiled or laid out in memory worse in one process than in
 * most, and a process may be disturbed from its beginning to its end.
 */
export function judge(name: string, ratios: readonly number[], before: Before): Judged {
  const verdict = verdictOf(ratios, before);
  return {
    ...{ name, baseline: before?.ratio ?? null, band: before?.band ?? null, processes: ratios.length },
    ratio: ratios.length === 0 ? null : Math.min(...ratios),
    verdict,
    settled: (verdict !== "slower" && verdict !== "faster") || ratios.length >= MOST_PROCESSES,
  };
}

/**
 * Holds a bench against older code that was measured in turns with it, by the median of the ratios of neighbouring turns:
 * what disturbs a process may make its ratio higher or lower, as it takes more of the bench or of the reference. It is
 * settled at once where one turn is all that is `wanted` and that is near, else behind 5 turns that are near, or 11.
 *
 * @param turns at least one
 */
export function judgeTurns(name: string, turns: readonly Turn[], wanted: number = LEAST_TURNS): Judged {
  const change = median(turns.map(({ own, other }) => own / other));
  const baseline = median(turns.map(({ other }) => other));
  const verdict = change > 1 + BAND_IN_TURNS ? "slower" : change < 1 / (1 + BAND_IN_TURNS) ? "faster" : "as before";
  const near = Math.abs(Math.log(change)) < Math.log1p(NEAR);
  return {
    ...{ name, ratio: baseline * change, baseline, band: BAND_IN_TURNS, processes: turns.length, verdict },
    settled: turns.length >= (near ? wanted : MOST_TURNS),
  };
}

function verdictOf(ratios: readonly number[], before: Before): Verdict {
  if (ratios.length === 0) return "gone";
  if (before === null) return "new";
  const [top, bottom] = [before.ratio * (1 + before.band), before.ratio / (1 + before.band)];
  if (ratios.every((ratio) => ratio > top)) return "slower";
  return 2 * ratios.filter((ratio) => ratio < bottom).length > ratios.length ? "faster" : "as before";
}
