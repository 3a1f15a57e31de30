// Gaussian error linear unit with the exact error function, and its derivative.
import { at, loadSome, mulAdd, splat, storeSome } from "./vector.as";

/**
 * e^x for x in −87…88, to 1 unit in the last place or so: x = n·ln 2 + r, a polynomial in r (Cephes expf),
 * and n added to the exponent. The large constant rounds x / ln 2 to the nearest integer.
 */
@inline
export function exponential(value: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(value, splat(88)), splat(-87));
  const shifted = mulAdd(x, splat(1.44269504), splat(12582912));
  const n = f32x4.sub(shifted, splat(12582912));
  const r = mulAdd(n, splat(2.12194440e-4), mulAdd(n, splat(-0.693359375), x));
  let p = mulAdd(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = mulAdd(p, r, splat(8.3334519073e-3));
  p = mulAdd(p, r, splat(4.1665795894e-2));
  p = mulAdd(p, r, splat(1.6666665459e-1));
  p = mulAdd(p, r, splat(0.5));
  p = f32x4.add(mulAdd(f32x4.mul(r, r), p, r), splat(1));
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000)));
}

/** e^(−x²/2) */
@inline
function bell(x: v128): v128 {
  return exponential(f32x4.mul(f32x4.mul(x, x), splat(-0.5)));
}

/** Φ(x) from x and e^(−x²/2): Abramowitz and Stegun 7.1.26, absolute error at most 1.5e-7. */
@inline
function normalBelow(x: v128, density: v128): v128 {
  const t = f32x4.div(splat(1), mulAdd(f32x4.abs(x), splat(0.3275911 * 0.70710678118), splat(1)));
  let p = mulAdd(splat(1.061405429), t, splat(-1.453152027));
  p = mulAdd(p, t, splat(1.421413741));
  p = mulAdd(p, t, splat(-0.284496736));
  p = mulAdd(p, t, splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), density), splat(0.5)); // Φ(−|x|)
  return v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(x, splat(0)));
}

@inline
function geluOf(x: v128): v128 {
  return f32x4.mul(x, normalBelow(x, bell(x)));
}

/** y = gelu(x) over the floats [from, to). */
export function gelu(x: usize, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) v128.store(at(y, i), geluOf(v128.load(at(x, i))));
  if (i < to) storeSome(at(y, i), geluOf(loadSome(at(x, i), to - i)), to - i);
}

@inline
function slope(x: v128): v128 {
  const density = bell(x);
  return mulAdd(f32x4.mul(x, splat(0.39894228)), density, normalBelow(x, density));
}

/** y = gelu(x), and x becomes gelu′(x): they have the costly exponential in common. */
@inline
export function geluAndSlope(x: usize, y: usize, count: i32): void {
  const v = loadSome(x, count);
  const density = bell(v);
  const below = normalBelow(v, density);
  storeSome(y, f32x4.mul(v, below), count);
  storeSome(x, mulAdd(f32x4.mul(v, splat(0.39894228)), density, below), count);
}

/** dx = dy · gelu′(x) over the floats [from, to). */
export function geluGrad(x: usize, dy: usize, dx: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  let i = from;
  for (; i + 4 <= to; i += 4) v128.store(at(dx, i), f32x4.mul(v128.load(at(dy, i)), slope(v128.load(at(x, i)))));
  if (i < to) storeSome(at(dx, i), f32x4.mul(loadSome(at(dy, i), to - i), slope(loadSome(at(x, i), to - i))), to - i);
}
