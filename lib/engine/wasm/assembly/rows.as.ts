// Passes over rows [R, C] that meet a row [C]: an activation's gradient with its bias's, LayerScale's sum and its
// gradient.
import { at, clear, get, mulAdd, set, splat } from "./vector.as";

/**
 * dz = dy · kept, or with `relu` dy where kept > 0; rows [from, to). Partial sum `chunk` [C] of dz goes along: the
 * gradient of the bias.
 */
export function activationGrad(
  dy: usize,
  kept: usize,
  relu: i32,
  c: i32,
  dz: usize,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  _scratch: usize,
): void {
  const sum = at(partials, chunk * c);
  clear(sum, c);
  for (let r = from; r < to; r++) {
    const d = at(dy, r * c), k = at(kept, r * c), q = at(dz, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const given = v128.load(at(d, i)), v = v128.load(at(k, i));
      const g = relu ? v128.and(given, f32x4.gt(v, splat(0))) : f32x4.mul(given, v);
      v128.store(at(q, i), g);
      v128.store(at(sum, i), f32x4.add(v128.load(at(sum, i)), g));
    }
    for (; i < c; i++) {
      const g: f32 = relu ? (get(k, i) > 0 ? get(d, i) : 0) : get(d, i) * get(k, i);
      set(q, i, g);
      set(sum, i, get(sum, i) + g);
    }
  }
}

/** z = x + y · scale; rows [from, to). */
export function addScaled(
  x: usize,
  y: usize,
  scale: usize,
  c: i32,
  z: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const p = at(x, r * c), o = at(y, r * c), q = at(z, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      v128.store(at(q, i), mulAdd(v128.load(at(o, i)), v128.load(at(scale, i)), v128.load(at(p, i))));
    }
    for (; i < c; i++) set(q, i, get(p, i) + get(o, i) * get(scale, i));
  }
}

/** Of {@linkcode addScaled}: rows [from, to) of dy · scale, and partial sum `chunk` [C] of dy · y. */
export function addScaledGrad(
  y: usize,
  scale: usize,
  dy: usize,
  c: i32,
  ofY: usize,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  _scratch: usize,
): void {
  const sum = at(partials, chunk * c);
  clear(sum, c);
  for (let r = from; r < to; r++) {
    const o = at(y, r * c), d = at(dy, r * c), q = at(ofY, r * c);
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const g = v128.load(at(d, i));
      v128.store(at(q, i), f32x4.mul(g, v128.load(at(scale, i))));
      v128.store(at(sum, i), mulAdd(g, v128.load(at(o, i)), v128.load(at(sum, i))));
    }
    for (; i < c; i++) {
      set(q, i, get(d, i) * get(scale, i));
      set(sum, i, get(sum, i) + get(d, i) * get(o, i));
    }
  }
}
