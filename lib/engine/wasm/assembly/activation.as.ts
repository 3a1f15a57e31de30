// Gradients of piecewise linear activations.
import { at, get, set, splat } from "./vector.as";

/** dx = dy where x > 0, dy · slope elsewhere; floats [from, to). */
export function reluGrad(
  x: usize,
  dy: usize,
  slope: f32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const d = v128.load(at(dy, i));
    const positive = f32x4.gt(v128.load(at(x, i)), splat(0));
    v128.store(at(dx, i), v128.bitselect(d, f32x4.mul(d, splat(slope)), positive));
  }
  for (; i < to; i++) set(dx, i, get(x, i) > 0 ? get(dy, i) : get(dy, i) * slope);
}
