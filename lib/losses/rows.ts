/** The rows of a batch: how many of which group, and their mean. */
// B samples
import { add, mean, mul, type Scalar, sub, sum, type Tensor1D } from "../engine/ops.ts";
import type { Groups, LossInput } from "../types.ts";

/** Rows by group, cut out of a batch. */
export interface Rows {
  readonly real: number;
  /** Everything that is not a photograph: fakes and reconstructions, which stand behind the real rows. */
  readonly other: number;
}

/**
 * How many rows are real and how many are not.
 *
 * @throws {TypeError} when the groups do not add up to the rows
 * @throws {RangeError} when there is no row at all
 */
export function countRows(name: string, { embedding, logits, labels, groups }: LossInput): Rows {
  const { real, fake, realRec, fakeRec } = groups;
  const other = fake + realRec + fakeRec;
  for (const { shape: [rows] } of [embedding, logits, labels]) {
    if (rows !== real + other) {
      throw new TypeError(
        `Cannot take the ${name} loss: ${rows} rows, but the groups are ${
          told(groups)
        }, expected as many rows as these`,
      );
    }
  }
  if (real + other === 0) throw new RangeError(`Cannot take the ${name} loss: the batch has no rows`);
  return { real, other };
}

/**
 * As {@linkcode countRows}, for a loss that compares the classes.
 *
 * @throws {RangeError} when a class has no row
 */
export function countClasses(name: string, input: LossInput): Rows {
  const rows = countRows(name, input);
  if (rows.real > 0 && rows.other > 0) return rows;
  throw new RangeError(
    `Cannot take the ${name} loss: the batch has ${told(input.groups)}, expected rows of both classes`,
  );
}

/** Group counts for a message. */
export function told({ real, fake, realRec, fakeRec }: Groups): string {
  return `${real} real, ${fake} fake, ${realRec} realRec, ${fakeRec} fakeRec`;
}

/**
 * The mean of a classification loss over the rows, or, balanced, half the mean over real rows plus half the mean
 * over the others, so that three fakes to a photograph do not move the threshold. Scalar.
 *
 * @throws {RangeError} when `balanced` and a class has no row
 */
export function meanOfRows(name: string, loss_B: Tensor1D, { input, balanced }: {
  input: LossInput;
  balanced: boolean;
}): Scalar {
  if (!balanced) return mean<Scalar>(loss_B);
  const { real, other } = countRows(name, input);
  if (real === 0 || other === 0) {
    throw new RangeError(
      `Cannot balance the ${name} loss: the batch has ${told(input.groups)}, expected rows of both classes`,
    );
  }
  // by label rather than by position, so that rows may stand in any order
  const share_B = add(mul(input.labels, 0.5 / other), mul(sub(1, input.labels), 0.5 / real));
  return sum<Scalar>(mul(loss_B, share_B));
}

/** @throws {TypeError} when the model does not give `classes` logits a row */
export function checkLogits(name: string, input: LossInput, { classes, other }: {
  classes: 1 | 2;
  /** The loss that fits the other number of logits. */
  other: string;
}): void {
  const [, given] = input.logits.shape;
  if (given !== classes) {
    throw new TypeError(
      `Cannot take the ${name} loss: the model gives ${given} logits a row, expected ${classes}; ` +
        `set "classes: ${classes}" in the head or take ${other}()`,
    );
  }
}
