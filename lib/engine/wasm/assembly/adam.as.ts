// One AdamW update in place.
import { at, loadSome, mulAdd, splat, storeSome } from "./vector.as";

/**
 * Floats [from, to) of a parameter and its two moments. `shrink` = 1 − rate·decay, `size` = rate / (1 − β₁^step),
 * `root` = 1 / √(1 − β₂^step): PyTorch's formula with the constants taken out of the loop.
 */
export function adam(
  param: usize,
  gradient: usize,
  first: usize,
  second: usize,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  shrink: f32,
  size: f32,
  root: f32,
  epsilon: f32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let i = from; i < to; i += 4) {
    const n = to - i;
    const g = loadSome(at(gradient, i), n);
    const m = mulAdd(loadSome(at(first, i), n), splat(beta1), f32x4.mul(g, splat(rest1)));
    const v = mulAdd(loadSome(at(second, i), n), splat(beta2), f32x4.mul(f32x4.mul(g, g), splat(rest2)));
    const denominator = mulAdd(f32x4.sqrt(v), splat(root), splat(epsilon));
    const p = f32x4.mul(loadSome(at(param, i), n), splat(shrink));
    storeSome(at(param, i), f32x4.sub(p, f32x4.div(f32x4.mul(m, splat(size)), denominator)), n);
    storeSome(at(first, i), m, n);
    storeSome(at(second, i), v, n);
  }
}
