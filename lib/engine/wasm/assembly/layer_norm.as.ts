// Layer normalisation over the last axis.
import { at, clear, get, mulAdd, set, splat, sumLanes } from "./vector.as";

/** Rows [from, to) of y [R, C]; `statistics` [R, 2] gets each row's mean and reciprocal deviation. */
export function layerNorm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  statistics: usize,
  c: i32,
  epsilon: f32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(x, r * c);
    const q = at(y, r * c);
    let total = splat(0), squares = splat(0);
    let rest: f32 = 0, restSquares: f32 = 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) total = f32x4.add(total, v128.load(at(p, i)));
    for (; i < c; i++) rest += get(p, i);
    const mean = (sumLanes(total) + rest) / <f32> c;
    const means = splat(mean);
    for (i = 0; i + 4 <= c; i += 4) {
      const d = f32x4.sub(v128.load(at(p, i)), means);
      squares = mulAdd(d, d, squares);
    }
    for (; i < c; i++) restSquares += (get(p, i) - mean) * (get(p, i) - mean);
    const scale: f32 = 1 / sqrt<f32>((sumLanes(squares) + restSquares) / <f32> c + epsilon);
    const scales = splat(scale);
    set(statistics, 2 * r, mean);
    set(statistics, 2 * r + 1, scale);
    for (i = 0; i + 4 <= c; i += 4) {
      const unit = f32x4.mul(f32x4.sub(v128.load(at(p, i)), means), scales);
      v128.store(at(q, i), mulAdd(unit, v128.load(at(weight, i)), v128.load(at(bias, i))));
    }
    for (; i < c; i++) set(q, i, (get(p, i) - mean) * scale * get(weight, i) + get(bias, i));
  }
}

/** dx of the rows [from, to), and partial sum `chunk` [2, C] of the gradients of weight and bias. */
export function layerNormGrad(
  x: usize,
  weight: usize,
  dy: usize,
  statistics: usize,
  dx: usize,
  c: i32,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  _scratch: usize,
): void {
  const ofWeight = at(partials, chunk * 2 * c);
  const ofBias = at(ofWeight, c);
  clear(ofWeight, 2 * c);
  for (let r = from; r < to; r++) {
    const p = at(x, r * c);
    const d = at(dy, r * c);
    const q = at(dx, r * c);
    const mean = get(statistics, 2 * r), scale = get(statistics, 2 * r + 1);
    const means = splat(mean), scales = splat(scale);
    let sums = splat(0), products = splat(0);
    let sum: f32 = 0, product: f32 = 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const unit = f32x4.mul(f32x4.sub(v128.load(at(p, i)), means), scales);
      const dv = v128.load(at(d, i));
      const g = f32x4.mul(dv, v128.load(at(weight, i)));
      sums = f32x4.add(sums, g);
      products = mulAdd(g, unit, products);
      v128.store(at(ofWeight, i), mulAdd(dv, unit, v128.load(at(ofWeight, i))));
      v128.store(at(ofBias, i), f32x4.add(v128.load(at(ofBias, i)), dv));
    }
    for (; i < c; i++) {
      const unit = (get(p, i) - mean) * scale;
      const g = get(d, i) * get(weight, i);
      sum += g;
      product += g * unit;
      set(ofWeight, i, get(ofWeight, i) + get(d, i) * unit);
      set(ofBias, i, get(ofBias, i) + get(d, i));
    }
    const a = (sumLanes(sums) + sum) / <f32> c, b = (sumLanes(products) + product) / <f32> c;
    const as4 = splat(a), bs4 = splat(b);
    for (i = 0; i + 4 <= c; i += 4) {
      const unit = f32x4.mul(f32x4.sub(v128.load(at(p, i)), means), scales);
      const g = f32x4.mul(v128.load(at(d, i)), v128.load(at(weight, i)));
      v128.store(at(q, i), f32x4.mul(scales, f32x4.sub(f32x4.sub(g, as4), f32x4.mul(unit, bs4))));
    }
    for (; i < c; i++) {
      const unit = (get(p, i) - mean) * scale;
      set(q, i, scale * (get(d, i) * get(weight, i) - a - unit * b));
    }
  }
}
