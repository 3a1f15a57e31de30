// Batch normalisation over all axes but the last, x [R, C], with what follows it: a residual and a ReLU.
import { at, clear, get, mulAdd, set, splat } from "./vector.as";

/** Partial sum `chunk` [C] of (x − mean)² over the rows [from, to). */
export function centredSquares(
  x: usize,
  mean: usize,
  c: i32,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  _scratch: usize,
): void {
  const sum = at(partials, chunk * c);
  clear(sum, c);
  for (let r = from; r < to; r++) {
    const p = at(x, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const d = f32x4.sub(v128.load(at(p, i)), v128.load(at(mean, i)));
      v128.store(at(sum, i), mulAdd(d, d, v128.load(at(sum, i))));
    }
    for (; i < c; i++) {
      const d = get(p, i) - get(mean, i);
      set(sum, i, get(sum, i) + d * d);
    }
  }
}

/** Bytes of scratch that a thread needs for a factor a channel. */
export function batchNormScratch(c: i32): usize {
  return <usize> (3 * c + 16) << 2;
}

/** to = 1 / √(variance + ε), times `weight` unless that is 0. */
function factors(variance: usize, weight: usize, epsilon: f32, c: i32, to: usize): void {
  for (let i = 0; i < c; i++) {
    const factor: f32 = 1 / sqrt<f32>(get(variance, i) + epsilon);
    set(to, i, weight ? factor * get(weight, i) : factor);
  }
}

/**
 * Rows [from, to) of y = (x − mean) / √(variance + ε) · weight + bias, plus `residual` [R, C] (0: none), at least 0
 * with `relu`.
 */
export function batchNorm(
  x: usize,
  weight: usize,
  bias: usize,
  mean: usize,
  variance: usize,
  residual: usize,
  relu: i32,
  epsilon: f32,
  c: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  factors(variance, weight, epsilon, c, scratch);
  const least: f32 = relu ? 0 : -Infinity;
  for (let r = from; r < to; r++) {
    const p = at(x, r * c), q = at(y, r * c), other = residual ? at(residual, r * c) : 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const d = f32x4.sub(v128.load(at(p, i)), v128.load(at(mean, i)));
      let v = mulAdd(d, v128.load(at(scratch, i)), v128.load(at(bias, i)));
      if (other) v = f32x4.add(v, v128.load(at(other, i)));
      v128.store(at(q, i), f32x4.max(v, splat(least)));
    }
    for (; i < c; i++) {
      let v = (get(p, i) - get(mean, i)) * get(scratch, i) + get(bias, i);
      if (other) v += get(other, i);
      set(q, i, max<f32>(v, least));
    }
  }
}

/** dy, or 0 where the output `y` of a ReLU is; y = 0: no ReLU. */
@inline
function masked(dy: usize, y: usize, i: i32): v128 {
  const d = v128.load(at(dy, i));
  return y ? v128.and(d, f32x4.gt(v128.load(at(y, i)), splat(0))) : d;
}

@inline
function maskedOne(dy: usize, y: usize, i: i32): f32 {
  return y && !(get(y, i) > 0) ? 0 : get(dy, i);
}

/** Partial sum `chunk` [2, C] of the gradients of weight, Σ dy·(x − mean)/√(variance + ε), and bias, Σ dy. */
export function batchNormSums(
  x: usize,
  dy: usize,
  y: usize,
  mean: usize,
  variance: usize,
  epsilon: f32,
  c: i32,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  scratch: usize,
): void {
  const ofWeight = at(partials, chunk * 2 * c);
  const ofBias = at(ofWeight, c);
  factors(variance, 0, epsilon, c, scratch);
  clear(ofWeight, 2 * c);
  for (let r = from; r < to; r++) {
    const p = at(x, r * c), d = at(dy, r * c), o = y ? at(y, r * c) : 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const g = masked(d, o, i);
      const centred = f32x4.sub(v128.load(at(p, i)), v128.load(at(mean, i)));
      const unit = f32x4.mul(centred, v128.load(at(scratch, i)));
      v128.store(at(ofWeight, i), mulAdd(g, unit, v128.load(at(ofWeight, i))));
      v128.store(at(ofBias, i), f32x4.add(g, v128.load(at(ofBias, i))));
    }
    for (; i < c; i++) {
      const g = maskedOne(d, o, i);
      set(ofWeight, i, get(ofWeight, i) + g * ((get(p, i) - get(mean, i)) * get(scratch, i)));
      set(ofBias, i, get(ofBias, i) + g);
    }
  }
}

/**
 * Rows [from, to) of dx, from the sums over all rows: weight / √(variance + ε) · (dy − `part`·ofBias −
 * unit · `part`·ofWeight). `part` is 1 / R, or 0 where mean and variance were given and not taken of x.
 */
export function batchNormGrad(
  x: usize,
  weight: usize,
  dy: usize,
  y: usize,
  mean: usize,
  variance: usize,
  ofWeight: usize,
  ofBias: usize,
  epsilon: f32,
  part: f32,
  c: i32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  // dx = scale · (dy − shift − (x − mean) · slope), all three by the channel
  const shift = at(scratch, c), slope = at(shift, c);
  factors(variance, 0, epsilon, c, scratch);
  for (let i = 0; i < c; i++) {
    set(shift, i, part * get(ofBias, i));
    set(slope, i, part * get(ofWeight, i) * get(scratch, i));
    set(scratch, i, get(scratch, i) * get(weight, i));
  }
  for (let r = from; r < to; r++) {
    const p = at(x, r * c), d = at(dy, r * c), o = y ? at(y, r * c) : 0, q = at(dx, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const centred = f32x4.sub(v128.load(at(p, i)), v128.load(at(mean, i)));
      const g = f32x4.sub(masked(d, o, i), v128.load(at(shift, i)));
      const v = f32x4.sub(g, f32x4.mul(centred, v128.load(at(slope, i))));
      v128.store(at(q, i), f32x4.mul(v, v128.load(at(scratch, i))));
    }
    for (; i < c; i++) {
      const v = maskedOne(d, o, i) - get(shift, i) - (get(p, i) - get(mean, i)) * get(slope, i);
      set(q, i, v * get(scratch, i));
    }
  }
}
