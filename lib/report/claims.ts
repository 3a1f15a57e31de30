/** What was published of a system, and what some runs say to it. */
import type { Metric } from "../metrics/mod.ts";
import type { Interval, RunRecord } from "../types.ts";
import { groupMethods } from "./methods.ts";
import { metricWords } from "./metrics_text.ts";
import { change, points, pointsInterval } from "./numbers.ts";
import { type DifferenceOptions, pairedRows } from "./paired_rows.ts";
import { isOfSeeds, seedApart } from "./seed_apart.ts";
import { onSharedSets } from "./shared_sets.ts";

/** One published claim, as a difference between two variants of a system. */
export interface Claim extends DifferenceOptions {
  /** What was reported, with its figure. */
  readonly text: string;
  /**
   * What is compared: a metric as records name it, over the unseen generators, or what a run has of each seed, as
   * `seedMetrics` lists it.
   */
  readonly metric: string;
  /** What was reported of `of` − `against`. */
  readonly expected: "higher" | "lower";
  /** Why runs of this world cannot decide it, in words; left out where they can. */
  readonly undecidable?: string;
}

/** What becomes of a claim: by the interval of the paired difference alone. */
export type Verdict = "holds" | "does not hold" | "not told apart" | "cannot be decided";

/** How far two variants lie apart in one number, with the 95 % interval. */
export interface Apart extends Interval {
  /** What it is a difference of, in words. */
  readonly name: string;
  /** Two-sided, of the paired bootstrap; null where that draws nothing. */
  readonly p: number | null;
  /** How many seeds both have. */
  readonly seeds: number;
  /** Over what it is a mean. */
  readonly over: "the unseen generators" | "all test sets" | "seeds";
  /** How its numbers are told: fractions in points, others with so many digits. */
  readonly digits: number | "points";
}

/** A claim and what became of it. */
export interface Judgement {
  readonly claim: Claim;
  readonly verdict: Verdict;
  /** Null where it cannot be decided. */
  readonly apart: Apart | null;
  /** Why it cannot be decided, in words. */
  readonly reason: string | null;
}

/**
 * What runs say to a claim. It holds where the interval of the difference leaves out 0 on the side that is claimed, does
 * not where it leaves it out on the other, and is not told apart where it contains 0. Where nothing here could tell, the
 * reason is told: the claim's own, a variant that was not run, a metric that nothing measured, a single seed.
 *
 * @param records finished runs, in which variants are methods by their names
 */
export function judge(records: readonly RunRecord[], claim: Claim): Judgement {
  const undecided = (reason: string): Judgement => ({ claim, verdict: "cannot be decided", apart: null, reason });
  if (claim.undecidable !== undefined) return undecided(claim.undecidable);
  const apart = apartIn(records, claim);
  if (typeof apart === "string") return undecided(apart);
  const higher = claim.expected === "higher";
  const [claimed, other] = higher ? [apart.low > 0, apart.high < 0] : [apart.high < 0, apart.low > 0];
  const verdict = claimed ? "holds" : other ? "does not hold" : "not told apart";
  return { claim, verdict, apart, reason: null };
}

/** How far two variants lie apart in one number, or the words why that is not known. */
export function apartIn(
  records: readonly RunRecord[],
  { of, against, metric }: Pick<Claim, "of" | "against" | "metric">,
): Apart | string {
  const methods = groupMethods(onSharedSets(records));
  const missing = [of, against].find((name) => !methods.some((method) => method.name === name));
  if (missing !== undefined) return `"${missing}" is no variant that was run here`;
  if (isOfSeeds(metric)) return seedApart(methods, { of, against, metric });
  try {
    const { rows, ps, seeds } = pairedRows(methods, { of, against });
    const unseen = rows.findIndex(({ role }) => role === "mean of unseen");
    const place = unseen >= 0 ? unseen : rows.findIndex(({ role }) => role === "mean");
    if (!Object.hasOwn(rows[place].value, metric)) return `nothing here measures "${metric}" with an interval`;
    const name = metric as keyof typeof rows[number]["value"];
    const words = metricWords(name satisfies Metric);
    return {
      ...rows[place].value[name],
      name: words.name,
      p: ps[place].value[name],
      seeds,
      over: unseen >= 0 ? "the unseen generators" : "all test sets",
      digits: words.share ? "points" : 3,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}

/** A difference and its interval as a table has it: "+1.3 [−0.4, +3.0]". */
export function apartText({ value, low, high, digits }: Apart): string {
  if (digits === "points") return pointsInterval(value, low, high);
  return `${change(value, digits)} [${change(low, digits)}, ${change(high, digits)}]`;
}

/** A verdict as a table has it, with the reason where there is one. */
export function verdictText({ verdict, reason }: Pick<Judgement, "verdict" | "reason">): string {
  return reason === null ? `${verdict} here` : `${verdict} here: ${reason}`;
}

/** What became of a claim as sentences: how large the difference is, between which ends, and what that says. */
export function claimSentence({ claim: { of, against }, verdict, apart, reason }: Judgement): string {
  if (apart === null) return `This cannot be decided here: ${reason}.`;
  const { name, over, digits, seeds, value, low, high } = apart;
  const told = (number: number): string => digits === "points" ? points(number) : change(number, digits);
  const end = {
    "holds": "leaves out 0 on the side that is claimed: the claim holds",
    "does not hold": "leaves out 0 on the other side than is claimed: the claim does not hold",
    "not told apart": "contains 0: the two are not told apart",
    "cannot be decided": "tells nothing",
  }[verdict];
  return `${name[0].toUpperCase()}${name.slice(1)} over ${over}, ${of} − ${against}: ` +
    `${told(value)}${digits === "points" ? " points" : ""}. The 95 % interval, ${told(low)} to ${told(high)}, ${end} ` +
    `${seeds === 1 ? "in this one pair of runs" : "here"}.`;
}
