import { fallingOrder } from "./order.ts";
import type { Column } from "./rows.ts";

/**
 * Rows from the highest score to the lowest. Sorting is the slow half of every ranking metric; it is done
 * once here, so that a bootstrap only walks the ranking again under other weights.
 */
export interface Ranking {
  /** Label of each place, 1 = fake. */
  readonly label: Uint8Array;
  /** Whether the next place has a lower score: the end of a block of equal scores. */
  readonly last: Uint8Array;
  /** Which weight belongs to each place: the row, or whatever the rows were grouped by. */
  readonly unit: Int32Array;
  /** Score of each block, falling. */
  readonly score: Float64Array;
}

/**
 * Sorts rows by score, the highest first.
 *
 * @param unit index of each row's weight; the row itself when it is left out
 */
export function rank(labels: Column, scores: Column, unit?: Column): Ranking {
  const size = labels.length;
  const order = fallingOrder(scores);
  const label = new Uint8Array(size);
  const last = new Uint8Array(size);
  const units = new Int32Array(size);
  const score = new Float64Array(size);
  let blocks = 0;
  for (let place = 0; place < size; place++) {
    const row = order[place];
    label[place] = labels[row];
    units[place] = unit === undefined ? row : unit[row];
    if (place === size - 1 || scores[row] !== scores[order[place + 1]]) {
      last[place] = 1;
      score[blocks++] = scores[row];
    }
  }
  return { label, last, unit: units, score: score.slice(0, blocks) };
}

/** How to make a ranking coarser. */
interface CoarserOptions {
  /** How many blocks it may have, or a few more. */
  readonly blocks: number;
  /** A score that no block may reach across. */
  readonly threshold: number;
}

/**
 * A ranking whose neighbouring blocks are one, so that statistics walk fewer: all have about as many rows, and count as
 * if they were tied at their mean. With 20,000 blocks of a million rows a draw of TPR at 5 % FPR moves by 3 % of its
 * standard error (root mean square), that of any other statistic by less.
 */
export function coarser(ranking: Ranking, { blocks, threshold }: CoarserOptions): Ranking {
  const { label, last, score } = ranking;
  if (score.length <= blocks) return ranking;
  const ends = new Uint8Array(last.length);
  const means: number[] = [];
  let block = 0, sum = 0, rows = 0;
  for (let place = 0; place < label.length; place++) {
    sum += score[block];
    rows += 1;
    if (last[place] === 0) continue;
    const crosses = score[block] > threshold && !(score[block + 1] > threshold);
    block += 1;
    if (rows * blocks < label.length && !crosses && block < score.length) continue;
    ends[place] = 1;
    means.push(sum / rows);
    sum = rows = 0;
  }
  return { ...ranking, last: ends, score: Float64Array.from(means) };
}

/**
 * How many rows of each class score at least so much: what every metric is made of. It holds the ROC curve, the
 * precision-recall curve and the calibration curve, one point for each distinct score.
 */
export interface Curve {
  /** Distinct scores, falling. */
  readonly score: Float64Array;
  /** Weight of the fakes with this score or a higher one. */
  readonly fakes: Float64Array;
  /** And of the photographs. */
  readonly reals: Float64Array;
}

/** The curve of a ranking whose rows all count the same. */
export function curveOf(labels: Column, scores: Column): Curve {
  const ranking = rank(labels, scores);
  return weigh(ranking, new Int32Array(labels.length).fill(1));
}

/**
 * The curve of a ranking whose rows count as often as the weight of their unit says, a whole number.
 *
 * @param into a curve of the same ranking whose counts are written over
 */
export function weigh(ranking: Ranking, weights: Int32Array, into: Curve = emptyCurve(ranking)): Curve {
  const { label, last, unit } = ranking;
  const { fakes, reals } = into;
  // whole numbers of 32 bits: sums of doubles took twice as long
  let fake = 0, rows = 0, block = 0;
  for (let place = 0; place < label.length; place++) {
    const weight = weights[unit[place]];
    rows = (rows + weight) | 0;
    fake = (fake + (weight & -label[place])) | 0; // no branch: labels are as good as random to a processor
    if (last[place] === 0) continue;
    fakes[block] = fake;
    reals[block] = rows - fake;
    block += 1;
  }
  return into;
}

/** A curve of nothing, to be written over by {@linkcode weigh}. */
export function emptyCurve({ score }: Ranking): Curve {
  return { score, fakes: new Float64Array(score.length), reals: new Float64Array(score.length) };
}

/** Weight of both classes, and of what is called fake: the rows that score above a threshold. */
export interface Calls {
  readonly fake: number;
  readonly real: number;
  /** Fakes that are called fake. */
  readonly found: number;
  /** Photographs that are called fake. */
  readonly alarms: number;
}

/** What is called fake when fake begins above a threshold; a score that equals it is called real. */
export function callsAt(curve: Curve, threshold: number): Calls {
  return callsOf(curve, blocksWhere(curve, (block) => curve.score[block] > threshold));
}

/** What is called fake when the first so many blocks are. */
export function callsOf({ fakes, reals }: Curve, blocks: number): Calls {
  const end = fakes.length - 1;
  const [found, alarms] = blocks === 0 ? [0, 0] : [fakes[blocks - 1], reals[blocks - 1]];
  return { fake: fakes[end], real: reals[end], found, alarms };
}

/** How many blocks a condition holds for that holds up to some block and for none behind it. */
export function blocksWhere({ score }: Curve, holds: (block: number) => boolean): number {
  let low = 0, high = score.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
