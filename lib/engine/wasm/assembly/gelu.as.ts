// Gaussian error linear unit x · Φ(x) in three forms, and its derivative.
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

/** 1 / (1 + e^(−x)) */
@inline
export function logistic(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(exponential(f32x4.neg(x)), splat(1)));
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

/** The forms, by number: 0 = "erf"; in the others Φ is the logistic function of x · (linear + cubic · x²). */
export const ERF: i32 = 0;
const TANH: i32 = 1;

/** "tanh": (1 + tanh u) / 2 is the logistic function of 2u, u = √(2/π) · (x + 0.044715 x³); "sigmoid": of 1.702 x. */
@inline
function linear(form: i32): v128 {
  return splat(form == TANH ? 1.5957691216 : 1.702);
}

@inline
function cubic(form: i32): v128 {
  return splat(form == TANH ? 0.0713548163 : 0);
}

/** y = gelu(x) over the floats [from, to). */
export function gelu(x: usize, form: i32, y: usize, from: i32, to: i32, _chunk: i32, _scratch: usize): void {
  const a = linear(form), b = cubic(form);
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    const below = form == ERF ? normalBelow(v, bell(v)) : logistic(f32x4.mul(v, mulAdd(f32x4.mul(v, v), b, a)));
    storeSome(at(y, i), f32x4.mul(v, below), to - i);
  }
}

/** y = gelu(x), and x becomes gelu′(x), over `count` floats: they have the costly exponential in common. */
export function geluAndSlope(form: i32, x: usize, y: usize, count: i32): void {
  const a = linear(form), b = cubic(form);
  for (let i = 0; i < count; i += 4) {
    const v = loadSome(at(x, i), count - i);
    let below: v128, slope: v128;
    if (form == ERF) {
      const density = bell(v);
      below = normalBelow(v, density);
      slope = mulAdd(f32x4.mul(v, splat(0.39894228)), density, below);
    } else {
      const bend = f32x4.mul(f32x4.mul(v, v), b);
      below = logistic(f32x4.mul(v, f32x4.add(bend, a)));
      const steep = f32x4.mul(f32x4.mul(below, f32x4.sub(splat(1), below)), mulAdd(bend, splat(3), a));
      slope = mulAdd(v, steep, below);
    }
    storeSome(at(y, i), f32x4.mul(v, below), count - i);
    storeSome(at(x, i), slope, count - i);
  }
}

/** dx = dy · gelu′(x) over the floats [from, to). */
export function geluGrad(
  x: usize,
  dy: usize,
  form: i32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const a = linear(form), b = cubic(form);
  for (let i = from; i < to; i += 4) {
    const v = loadSome(at(x, i), to - i);
    let slope: v128;
    if (form == ERF) {
      const density = bell(v);
      slope = mulAdd(f32x4.mul(v, splat(0.39894228)), density, normalBelow(v, density));
    } else {
      const bend = f32x4.mul(f32x4.mul(v, v), b);
      const below = logistic(f32x4.mul(v, f32x4.add(bend, a)));
      const steep = f32x4.mul(f32x4.mul(below, f32x4.sub(splat(1), below)), mulAdd(bend, splat(3), a));
      slope = mulAdd(v, steep, below);
    }
    storeSome(at(dx, i), f32x4.mul(loadSome(at(dy, i), to - i), slope), to - i);
  }
}
