// One AdamW update of all parameters in place.
import { at, larger, loadSome, mulAdd, smaller, splat, storeSome } from "./vector.as";

/** 4-byte words of a parameter in the table: the addresses of itself, gradient and moments, its end, 1 − rate·decay. */
const WORDS: i32 = 6;

/**
 * Floats [from, to) of all parameters laid end to end. A parameter's end in the table counts them so, itself included.
 * `size` = rate / (1 − β₁^step), `root` = 1 / √(1 − β₂^step): PyTorch's formula with the constants taken out of the
 * loop.
 */
export function adam(
  table: usize,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  size: f32,
  root: f32,
  epsilon: f32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  let start = 0;
  for (let row = table; start < to; row = at(row, WORDS)) {
    const param = <usize> load<u32>(row), gradient = <usize> load<u32>(at(row, 1));
    const first = <usize> load<u32>(at(row, 2)), second = <usize> load<u32>(at(row, 3));
    const end = load<i32>(at(row, 4));
    const shrink = load<f32>(at(row, 5));
    const stop = smaller(to, end) - start;
    for (let i = larger(from, start) - start; i < stop; i += 4) {
      const n = stop - i;
      const g = loadSome(at(gradient, i), n);
      const m = mulAdd(loadSome(at(first, i), n), splat(beta1), f32x4.mul(g, splat(rest1)));
      const v = mulAdd(loadSome(at(second, i), n), splat(beta2), f32x4.mul(f32x4.mul(g, g), splat(rest2)));
      const denominator = mulAdd(f32x4.sqrt(v), splat(root), splat(epsilon));
      const p = f32x4.mul(loadSome(at(param, i), n), splat(shrink));
      storeSome(at(param, i), f32x4.sub(p, f32x4.div(f32x4.mul(m, splat(size)), denominator)), n);
      storeSome(at(first, i), m, n);
      storeSome(at(second, i), v, n);
    }
    start = end;
  }
}
