// Sums: over rows, over partial sums, over segments.
import { accumulate, at, clear, copy, get, set, splat, sumLanes } from "./vector.as";

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

/** Sums over the last axis: y[r] = Σ x [R, C]; r in [from, to). */
export function rowSums(x: usize, c: i32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let r = from; r < to; r++) set(y, r, sumOf(at(x, r * c), c));
}

/** Partial sum `chunk` of the floats [from, to). */
export function totalSum(x: usize, partials: usize, from: i32, to: i32, chunk: i32, _scratch: usize): void {
  set(partials, chunk, sumOf(at(x, from), to - from));
}

/** In four times four lanes: a long sum in few would round off more. */
function sumOf(p: usize, c: i32): f32 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let rest: f32 = 0;
  let i = 0;
  for (; i + 16 <= c; i += 16) {
    s0 = f32x4.add(s0, v128.load(at(p, i)));
    s1 = f32x4.add(s1, v128.load(at(p, i + 4)));
    s2 = f32x4.add(s2, v128.load(at(p, i + 8)));
    s3 = f32x4.add(s3, v128.load(at(p, i + 12)));
  }
  for (; i + 4 <= c; i += 4) s0 = f32x4.add(s0, v128.load(at(p, i)));
  for (; i < c; i++) rest += get(p, i);
  return sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))) + rest;
}
