// Sums: over rows, over partial sums, over segments.
import { accumulate, at, clear, copy, get, set } from "./vector.as";

/** Partial sum `chunk` [C] of the rows [from, to) of x [R, C]. */
export function columnSums(x: usize, c: i32, partials: usize, from: i32, to: i32, chunk: i32, _scratch: usize): void {
  const sum = at(partials, chunk * c);
  clear(sum, c);
  for (let r = from; r < to; r++) accumulate(sum, at(x, r * c), c);
}

/** y[i] = Σ over `count` partial sums, `size` floats apart, in ascending order; i in [from, to). */
export function addPartials(
  partials: usize,
  count: i32,
  size: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  copy(at(y, from), at(partials, from), to - from);
  for (let p = 1; p < count; p++) accumulate(at(y, from), at(partials, p * size + from), to - from);
}

/** Sums over the middle axis: x [A, R, C] → y [A, C]; a in [from, to). */
export function middleSums(
  x: usize,
  rows: i32,
  c: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let a = from; a < to; a++) {
    const sum = at(y, a * c);
    clear(sum, c);
    for (let r = 0; r < rows; r++) accumulate(sum, at(x, (a * rows + r) * c), c);
  }
}

/** y [S, C]: row ids[r] gets row r of x added, in ascending order; columns [from, to). */
export function segmentSums(
  x: usize,
  ids: usize,
  rows: i32,
  c: i32,
  segments: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let s = 0; s < segments; s++) clear(at(y, s * c + from), to - from);
  for (let r = 0; r < rows; r++) {
    const s = load<i32>(at(ids, r));
    if (s >= 0 && s < segments) accumulate(at(y, s * c + from), at(x, r * c + from), to - from);
  }
}

/** y = x + a row of bias; rows [from, to). */
export function addBias(
  x: usize,
  bias: usize,
  c: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(x, r * c);
    const q = at(y, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) v128.store(at(q, i), f32x4.add(v128.load(at(p, i)), v128.load(at(bias, i))));
    for (; i < c; i++) set(q, i, get(p, i) + get(bias, i));
  }
}
