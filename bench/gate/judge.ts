/** What measured ratios mean beside the one before. */
import { median } from "../median.ts";

/** A bench, held against the baseline. */
export interface Judged {
  readonly name: string;
  /** The median of the processes; null: it was not measured, since the bench is no more. */
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

/** Slower and faster: the median lies outside of the band. */
export type Verdict = "as before" | "slower" | "faster" | "new" | "gone";

/** What is known of a bench. */
type Before = { readonly ratio: number; readonly band: number } | null;

/** Bands lie between: a finer one would send more to be measured in turns, and of a wider one 15 % might not stand out. */
export const LEAST_BAND = 0.04, MOST_BAND = 0.07;

/** The band of the median of turns with older code: half way to a slowdown of 15 %. */
const BAND_IN_TURNS = 0.075;

/** A median that lies as near as this is believed. */
const NEAR = 0.03;

/** Processes that measure a bench: where the median lies near, and where it never does. */
export const PROCESSES = { near: 2, most: 5 } as const;

/** Turns with older code, alike. */
export const TURNS = { near: 5, most: 11 } as const;

/** One process of each side, one after the other. */
export interface Turn {
  readonly own: number;
  readonly other: number;
}

/**
 * The band of a bench from its ratios in several runs of the same code: twice as far as half of them lie from their
 * median, within {@linkcode LEAST_BAND} and {@linkcode MOST_BAND}.
 */
export function bandOf(ratios: readonly number[]): number {
  const middle = median(ratios);
  const off = median(ratios.map((ratio) => Math.abs(ratio / middle - 1)));
  return Math.min(MOST_BAND, Math.max(LEAST_BAND, 2 * off));
}

/**
 * Holds the ratios of a bench, one a process, against its baseline, by their median: a process may be disturbed from its
 * beginning to its end, and takes more or, where the reference is disturbed more, less than the code does.
 */
export function judge(name: string, ratios: readonly number[], before: Before): Judged {
  const common = { name, baseline: before?.ratio ?? null, band: before?.band ?? null, processes: ratios.length };
  if (ratios.length === 0) return { ...common, ratio: null, verdict: "gone", settled: true };
  const ratio = median(ratios);
  if (before === null) return { ...common, ratio, verdict: "new", settled: true };
  return { ...common, ratio, ...told(ratio / before.ratio, { band: before.band, count: ratios.length, ...PROCESSES }) };
}

/**
 * Holds a bench against older code that was measured in turns with it, by the median of the ratios of neighbouring turns:
 * what disturbs a machine for minutes disturbs both.
 *
 * @param turns at least one
 * @param least turns before a near median is believed
 */
export function judgeTurns(name: string, turns: readonly Turn[], least: number): Judged {
  const [change, baseline] = [median(turns.map(({ own, other }) => own / other)), median(turns.map((t) => t.other))];
  return {
    ...{ name, ratio: baseline * change, baseline, band: BAND_IN_TURNS, processes: turns.length },
    ...told(change, { band: BAND_IN_TURNS, count: turns.length, ...TURNS, near: least }),
  };
}

/** What a change of the median says after so many measurements. */
function told(
  change: number,
  { band, count, near, most }: {
    readonly band: number;
    readonly count: number;
    readonly near: number;
    readonly most: number;
  },
): Pick<Judged, "verdict" | "settled"> {
  const isNear = Math.abs(Math.log(change)) < Math.log1p(NEAR);
  return {
    verdict: change > 1 + band ? "slower" : change < 1 / (1 + band) ? "faster" : "as before",
    settled: count >= (isNear ? near : most),
  };
}
