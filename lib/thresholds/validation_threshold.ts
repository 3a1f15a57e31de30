import { checkChoice, checkNumber } from "../definition/check.ts";
import { isRecord, type Maker, type Part, part } from "../definition/part.ts";
import { type FrozenThreshold, frozenThreshold, frozenThresholds, type ThresholdGoal } from "../metrics/mod.ts";
import { random } from "../random.ts";
import type { ScoreColumns } from "../types.ts";

/**
 * The threshold that does best on validation images drawn by a seed, and is kept for every test.
 *
 * Source: AlignedForensics chooses it on "a random subset of 5000 real and fake images" of its validation data; whether
 * 5,000 of each class or in all, its text leaves open.
 */
export interface ValidationThreshold extends Part<"validationThreshold"> {
  /** How many are drawn, a whole number ≥ 2; where there are fewer all are taken. Null: all. */
  readonly images: number | null;
  /** Whether so many are drawn in all, or of each class, photographs and fakes. */
  readonly by: "all" | "class";
  /**
   * What is best: the share of images called what they are, the mean of both classes' shares, or the share of fakes that
   * are found while at most a share `fpr` of the photographs is called fake.
   */
  readonly goal: ThresholdGoal;
  /** Of the draw. */
  readonly seed: number;
}

/** Makes a {@linkcode ValidationThreshold} part. */
export const validationThreshold: Maker<ValidationThreshold> = part("validationThreshold", {
  images: 5000,
  by: "all",
  goal: "accuracy",
  seed: 1,
}, {
  check: ({ images, by, goal, seed }) => {
    if (images !== null) checkNumber("validationThreshold.images", images, { from: 2, integer: true });
    checkChoice("validationThreshold.by", by, ["all", "class"]);
    if (isRecord(goal)) checkNumber("validationThreshold.goal.fpr", goal.fpr, { from: 0, to: 1 });
    else checkChoice("validationThreshold.goal", goal, ["accuracy", "balancedAccuracy"]);
    checkNumber("validationThreshold.seed", seed, { from: 0, integer: true });
  },
});

/**
 * The threshold of validation scores.
 *
 * @throws {RangeError} when the images that are drawn lack a class
 */
export function freezeOnValidation(spec: ValidationThreshold, rows: ScoreColumns): FrozenThreshold {
  const { images, by, goal, seed } = spec;
  if (by === "all" || images === null) return frozenThresholds(rows, { goal, images, seed }).all;
  const drawn = [0, 1].flatMap((label) => {
    const members = rows.label.flatMap((one, row) => one === label ? [row] : []);
    const order = random(seed, "threshold", label).permutation(members.length);
    return Array.from(order.subarray(0, images), (i) => members[i]);
  });
  return frozenThreshold(drawn.map((row) => rows.label[row]), drawn.map((row) => rows.score[row]), { goal });
}
