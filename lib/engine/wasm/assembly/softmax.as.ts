// Softmax and log-softmax over rows, and their gradients.
import { at, get, mulAdd, set, splat, sumLanes } from "./vector.as";
import { exponential } from "./gelu.as";

/** e^x of one value as a vector's lane has it. */
@inline
function exponentialOf(value: f32): f32 {
  return f32x4.extract_lane(exponential(splat(value)), 0);
}

@inline
function largest(p: usize, c: i32): f32 {
  let i = 0;
  let most: f32 = -Infinity;
  if (c >= 4) {
    let v = v128.load(p);
    for (i = 4; i + 4 <= c; i += 4) v = f32x4.max(v, v128.load(at(p, i)));
    most = max<f32>(
      max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
      max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
    );
  }
  for (; i < c; i++) most = max<f32>(most, get(p, i));
  return most;
}

/** Rows [from, to) of y [R, C] = e^(x − max) / Σ e^(x − max), or its logarithm. */
export function softmax(
  x: usize,
  c: i32,
  logarithm: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(x, r * c), q = at(y, r * c);
    const most = largest(p, c);
    let sums = splat(0);
    let rest: f32 = 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const e = exponential(f32x4.sub(v128.load(at(p, i)), splat(most)));
      sums = f32x4.add(sums, e);
      v128.store(at(q, i), e);
    }
    for (; i < c; i++) {
      const e = exponentialOf(get(p, i) - most);
      rest += e;
      set(q, i, e);
    }
    const sum = sumLanes(sums) + rest;
    if (logarithm) {
      const level = most + logarithmOf(sum);
      for (i = 0; i + 4 <= c; i += 4) v128.store(at(q, i), f32x4.sub(v128.load(at(p, i)), splat(level)));
      for (; i < c; i++) set(q, i, get(p, i) - level);
    } else {
      const share: f32 = 1 / sum;
      for (i = 0; i + 4 <= c; i += 4) v128.store(at(q, i), f32x4.mul(v128.load(at(q, i)), splat(share)));
      for (; i < c; i++) set(q, i, get(q, i) * share);
    }
  }
}

/**
 * ln x for x ≥ 2⁻¹²⁶, to about 1 unit in the last place of double the precision wanted: x = 2ⁿ · m with m in √½…√2,
 * ln m = 2 · artanh((m − 1) / (m + 1)) by its series. In f64, since it is taken once a row.
 */
function logarithmOf(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  const n = (bits - 0x3f3504f3) >> 23;
  const m = <f64> reinterpret<f32>(bits - (n << 23));
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const series = 1 + z * (1 / 3.0 + z * (1 / 5.0 + z * (1 / 7.0 + z * (1 / 9.0 + z * (1 / 11.0 + z / 13.0)))));
  return <f32> (<f64> n * 0.6931471805599453 + 2 * s * series);
}

/** Rows [from, to) of dx = (dy − Σ dy·y) · y, the gradient of softmax. */
export function softmaxGrad(
  y: usize,
  dy: usize,
  c: i32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(y, r * c), d = at(dy, r * c), q = at(dx, r * c);
    let sums = splat(0);
    let rest: f32 = 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) sums = mulAdd(v128.load(at(p, i)), v128.load(at(d, i)), sums);
    for (; i < c; i++) rest += get(p, i) * get(d, i);
    const sum = sumLanes(sums) + rest;
    for (i = 0; i + 4 <= c; i += 4) {
      v128.store(at(q, i), f32x4.mul(f32x4.sub(v128.load(at(d, i)), splat(sum)), v128.load(at(p, i))));
    }
    for (; i < c; i++) set(q, i, (get(d, i) - sum) * get(p, i));
  }
}

/** Rows [from, to) of dx = dy − e^y · Σ dy, the gradient of log-softmax. */
export function logSoftmaxGrad(
  y: usize,
  dy: usize,
  c: i32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(y, r * c), d = at(dy, r * c), q = at(dx, r * c);
    let sums = splat(0);
    let rest: f32 = 0;
    let i = 0;
    for (; i + 4 <= c; i += 4) sums = f32x4.add(sums, v128.load(at(d, i)));
    for (; i < c; i++) rest += get(d, i);
    const sum = sumLanes(sums) + rest;
    for (i = 0; i + 4 <= c; i += 4) {
      v128.store(at(q, i), f32x4.sub(v128.load(at(d, i)), f32x4.mul(exponential(v128.load(at(p, i))), splat(sum))));
    }
    for (; i < c; i++) set(q, i, get(d, i) - exponentialOf(get(p, i)) * sum);
  }
}
