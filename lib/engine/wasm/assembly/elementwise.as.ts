// Operations on single values that the stock backend runs as scalar loops or in JavaScript.
import { at, get, loadSome, set, splat, storeSome } from "./vector.as";
import { exponential, logistic } from "./gelu.as";

/** Kinds: e^x, 1 / (1 + e^(−x)), √x, 1/√x, x², −x, the larger of x and 0, 1/x, |x|. */
@inline
function changed(kind: i32, v: v128): v128 {
  if (kind == 0) return exponential(v);
  if (kind == 1) return logistic(v);
  if (kind == 2) return f32x4.sqrt(v);
  if (kind == 3) return f32x4.div(splat(1), f32x4.sqrt(v));
  if (kind == 4) return f32x4.mul(v, v);
  if (kind == 5) return f32x4.neg(v);
  if (kind == 6) return f32x4.max(v, splat(0));
  if (kind == 7) return f32x4.div(splat(1), v);
  return f32x4.abs(v);
}

/** The kind is known where this is put in. */
@inline
function line(kind: i32, x: usize, y: usize, from: i32, to: i32): void {
  let i = from;
  for (; i + 4 <= to; i += 4) v128.store(at(y, i), changed(kind, v128.load(at(x, i))));
  if (i < to) storeSome(at(y, i), changed(kind, loadSome(at(x, i), to - i)), to - i);
}

/** y = f(x), f by its kind; floats [from, to). */
export function change(kind: i32, x: usize, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  if (kind == 0) line(0, x, y, from, to);
  else if (kind == 1) line(1, x, y, from, to);
  else if (kind == 2) line(2, x, y, from, to);
  else if (kind == 3) line(3, x, y, from, to);
  else if (kind == 4) line(4, x, y, from, to);
  else if (kind == 5) line(5, x, y, from, to);
  else if (kind == 6) line(6, x, y, from, to);
  else if (kind == 7) line(7, x, y, from, to);
  else line(8, x, y, from, to);
}

/** y = 1 where x > 0, `slope` elsewhere, x where it is no number; floats [from, to). */
export function step(x: usize, slope: f32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    const known = v128.bitselect(splat(1), splat(slope), f32x4.gt(v, splat(0)));
    storeSome(at(y, i), v128.bitselect(known, v, f32x4.eq(v, v)), to - i);
  }
}

/** y = x within low…high; floats [from, to). */
export function clip(x: usize, low: f32, high: f32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    storeSome(at(y, i), f32x4.max(f32x4.min(v, splat(high)), splat(low)), to - i);
  }
}

/** y = x where x > 0, slope · x elsewhere; floats [from, to). */
export function leakyRelu(x: usize, slope: f32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    const low = f32x4.mul(v, splat(slope));
    storeSome(at(y, i), v128.bitselect(v, low, f32x4.gt(v, splat(0))), to - i);
  }
}

/** dx = dy where x > 0, slope · dy elsewhere; floats [from, to). */
export function leakyReluGrad(x: usize, dy: usize, slope: f32, dx: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const d = loadSome(at(dy, i), to - i);
    const positive = f32x4.gt(loadSome(at(x, i), to - i), splat(0));
    storeSome(at(dx, i), v128.bitselect(d, f32x4.mul(d, splat(slope)), positive), to - i);
  }
}

/** dx = dy · sign(x), 0 where x is; floats [from, to). */
export function absGrad(x: usize, dy: usize, dx: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    const d = loadSome(at(dy, i), to - i);
    const signed = v128.xor(d, v128.and(v, splat(-0.0)));
    storeSome(at(dx, i), v128.and(signed, f32x4.ne(v, splat(0))), to - i);
  }
}

/** y = tanh x = sign(x) · (1 − e^(−2|x|)) / (1 + e^(−2|x|)), absolute error about 1e-7; floats [from, to). */
export function tanh(x: usize, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    const e = exponential(f32x4.mul(f32x4.abs(v), splat(-2)));
    const size = f32x4.div(f32x4.sub(splat(1), e), f32x4.add(splat(1), e));
    storeSome(at(y, i), v128.or(size, v128.and(v, splat(-0.0))), to - i);
  }
}

@inline
function holds(kind: i32, a: v128, b: v128): v128 {
  if (kind == 0) return f32x4.gt(a, b);
  if (kind == 1) return f32x4.ge(a, b);
  if (kind == 2) return f32x4.lt(a, b);
  if (kind == 3) return f32x4.le(a, b);
  if (kind == 4) return f32x4.eq(a, b);
  return f32x4.ne(a, b);
}

/** y = 1 where the comparison holds, a byte each; kinds >, ≥, <, ≤, =, ≠; floats [from, to). */
export function compare(kind: i32, a: usize, b: usize, single: i32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  const one = splat(load<f32>(b));
  for (let i = from; i < to; i += 4) {
    const rest = to - i;
    const bits = i32x4.bitmask(holds(kind, loadSome(at(a, i), rest), single ? one : loadSome(at(b, i), rest)));
    const target = y + <usize> i;
    store<u8>(target, <u8> (bits & 1));
    if (rest > 1) store<u8>(target + 1, <u8> (bits >> 1 & 1));
    if (rest > 2) store<u8>(target + 2, <u8> (bits >> 2 & 1));
    if (rest > 3) store<u8>(target + 3, <u8> (bits >> 3 & 1));
  }
}

/** y = 0 or 1 from bytes; values [from, to). */
export function fromBool(x: usize, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const bytes = v128.load32_zero(x + <usize> i);
    v128.store(at(y, i), f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes))));
  }
  for (; i < to; i++) set(y, i, <f32> load<u8>(x + <usize> i));
}

/** y = a where the byte is not 0, b elsewhere; 4-byte values [from, to). */
export function select(condition: usize, a: usize, b: usize, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const bytes = v128.load32_zero(condition + <usize> i);
    const mask = i32x4.ne(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), i32x4.splat(0));
    v128.store(at(y, i), v128.bitselect(v128.load(at(a, i)), v128.load(at(b, i)), mask));
  }
  for (; i < to; i++) store<i32>(at(y, i), load<u8>(condition + <usize> i) ? load<i32>(at(a, i)) : load<i32>(at(b, i)));
}

/** y = factor · y; floats [from, to). */
export function scale(y: usize, factor: f32, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) storeSome(at(y, i), f32x4.mul(loadSome(at(y, i), to - i), splat(factor)), to - i);
}

/** y = value; floats [from, to). */
export function fill(value: f32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  for (let i = from; i < to; i += 4) storeSome(at(y, i), splat(value), to - i);
}
