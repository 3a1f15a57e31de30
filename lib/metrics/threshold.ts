/** Where fake begins, chosen on validation data and then kept. */
import { random } from "../random.ts";
import { type Calls, callsOf, type Curve, curveOf } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";
import { type SetColumns, testSets } from "./test_sets.ts";

/**
 * What a threshold is to do on the rows that it is chosen on: call as many of them right as it can, as large shares of
 * both classes as it can, or find as many fakes as it can while at most a share `fpr` of the photographs is called fake.
 */
export type ThresholdGoal = "accuracy" | "balancedAccuracy" | { readonly fpr: number };

/** A threshold, and what it does on the rows that it was chosen on. Plain JSON. */
export interface FrozenThreshold {
  /** A row is called fake when its score is above this. */
  readonly threshold: number;
  /** What it is best at. */
  readonly goal: ThresholdGoal;
  /** Rows that it was chosen on. */
  readonly real: number;
  /** See `real`. */
  readonly fake: number;
  /** Of those images at the threshold, a fraction. */
  readonly accuracy: number;
  /** Of the photographs among them. */
  readonly realAccuracy: number;
  /** Of the fakes among them. */
  readonly fakeAccuracy: number;
}

/**
 * The threshold that reaches a goal best on validation data. Every cut between two neighbouring scores is tried, and
 * those at the ends, where nothing or everything is called fake; the threshold lies halfway between the two scores, at the
 * highest score where nothing is called fake, and one below the lowest where everything is. Of cuts that are equally good
 * the one nearest to 0.5 is taken, which asks for the least change.
 *
 * @param labels 1 = fake
 * @throws {RangeError} when either class is missing, or `fpr` is out of range
 */
export function frozenThreshold(
  labels: Column,
  scores: Column,
  { goal = "accuracy" }: { readonly goal?: ThresholdGoal } = {},
): FrozenThreshold {
  if (typeof goal === "object" && !(goal.fpr >= 0 && goal.fpr <= 1)) {
    throw new RangeError(`Cannot freeze a threshold for a false positive rate of ${goal.fpr}: expected a rate (0…1)`);
  }
  const { real, fake } = countBoth("a threshold", labels, scores);
  const curve = curveOf(labels, scores);
  let best = { value: -Infinity, threshold: NaN, calls: callsOf(curve, 0) };
  for (let blocks = 0; blocks <= curve.score.length; blocks++) {
    const calls = callsOf(curve, blocks);
    const value = worth(calls, goal);
    if (value < best.value) continue;
    const threshold = between(curve, blocks);
    if (value > best.value || Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5)) {
      best = { value, threshold, calls };
    }
  }
  const { threshold, calls: { found, alarms } } = best;
  return {
    threshold,
    goal,
    real,
    fake,
    accuracy: (found + real - alarms) / (real + fake),
    realAccuracy: (real - alarms) / real,
    fakeAccuracy: found / fake,
  };
}

/** How good a cut is; below zero where it is not allowed. Whole numbers, so that equal cuts are found equal. */
function worth({ real, fake, found, alarms }: Calls, goal: ThresholdGoal): number {
  if (goal === "accuracy") return found + real - alarms;
  if (goal === "balancedAccuracy") return found * real + (real - alarms) * fake;
  return alarms / real <= goal.fpr ? found : -1;
}

function between({ score }: Curve, blocks: number): number {
  if (blocks === 0) return score[0];
  if (blocks === score.length) return score[blocks - 1] - 1;
  const [above, below] = [score[blocks - 1], score[blocks]];
  const middle = below + (above - below) / 2;
  return middle < above ? middle : below; // no number lies between neighbouring ones
}

/** Which thresholds. */
export interface FrozenThresholdsOptions {
  /** What is best; default "accuracy". */
  readonly goal?: ThresholdGoal;
  /** One for all validation rows, or one for each set of `testSets`, each of which is a generator's. */
  readonly per?: "all" | "set";
  /** How many validation rows are drawn at random and looked at; null: all. AlignedForensics takes 5,000. */
  readonly images?: number | null;
  /** Of the draw. */
  readonly seed?: number;
}

/**
 * Thresholds of validation rows, in all or for each generator.
 *
 * @param rows of the validation split; those with a corruption do not count
 * @returns by set; one called "all" where there is one for all
 * @throws {RangeError} when the rows drawn for a threshold lack a class, or `images` is no whole number of at least 2
 */
export function frozenThresholds(
  rows: SetColumns & { readonly score: Column },
  { goal = "accuracy", per = "all", images = null, seed = 0 }: FrozenThresholdsOptions = {},
): Record<string, FrozenThreshold> {
  if (images !== null && (!Number.isInteger(images) || images < 2)) {
    throw new RangeError(
      `Cannot freeze a threshold on ${images} images: expected a whole number of at least 2, or null`,
    );
  }
  const sets = testSets(rows);
  const groups: Iterable<[string, ArrayLike<number>]> = per === "set"
    ? sets
    : [["all", [...new Set([...sets.values()].flatMap((set) => [...set]))].sort((a, b) => a - b)]];
  return Object.fromEntries(
    Array.from(groups, ([name, group]) => {
      const drawn = images === null || images >= group.length
        ? Array.from(group)
        : Array.from(random(seed, "threshold", name).permutation(group.length).subarray(0, images), (i) => group[i]);
      const labels = drawn.map((row) => rows.label[row]);
      return [name, frozenThreshold(labels, drawn.map((row) => rows.score[row]), { goal })];
    }),
  );
}
