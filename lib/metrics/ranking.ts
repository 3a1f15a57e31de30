import type { Column } from "./rows.ts";

/**
 * Rows from the highest score to the lowest. Sorting is the slow half of every ranking metric; it is done
 * once here, so that a bootstrap only walks the ranking again under other weights.
 */
export interface Ranking {
  /** Label of each place, 1 = fake. */
  readonly label: Uint8Array;
  /** Score of each place, falling. */
  readonly score: Float64Array;
  /** Whether the next place has a lower score: the end of a block of equal scores. */
  readonly last: Uint8Array;
  /** Which weight belongs to each place: the row, or whatever the rows were grouped by. */
  readonly unit: Int32Array;
}

/**
 * Sorts rows by score, the highest first.
 *
 * @param unit index of each row's weight; the row itself when it is left out
 */
export function rank(labels: Column, scores: Column, unit?: Column): Ranking {
  const size = labels.length;
  const order = Int32Array.from({ length: size }, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  const label = new Uint8Array(size);
  const score = new Float64Array(size);
  const last = new Uint8Array(size);
  const units = new Int32Array(size);
  for (let place = 0; place < size; place++) {
    const row = order[place];
    label[place] = labels[row];
    score[place] = scores[row];
    last[place] = place === size - 1 || scores[row] !== scores[order[place + 1]] ? 1 : 0;
    units[place] = unit === undefined ? row : unit[row];
  }
  return { label, score, last, unit: units };
}

/** A weight of one for each of `size` units. */
export function ones(size: number): Int32Array {
  return new Int32Array(size).fill(1);
}
