// Pooling and its gradients.
import { at, clear, get, larger, mulAdd, set, smaller, splat } from "./vector.as";

/**
 * Rows [from, to) of all images' y [N·OH, OW, C]: the largest value of a window, or with `mean` the mean of those of
 * its values that lie inside of the image.
 */
export function pool(
  x: usize,
  y: usize,
  mean: i32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let r = from; r < to; r++) {
    const i = r % oh * sh - top;
    const top0 = larger(0, i), bottom = smaller(h, i + kh);
    const source = at(x, r / oh * h * w * c);
    for (let j = 0; j < ow; j++) {
      const left0 = larger(0, j * sw - left), right = smaller(w, j * sw - left + kw);
      const t = at(y, (r * ow + j) * c);
      const start: f32 = mean ? 0 : -Infinity;
      const part: f32 = mean ? 1 / <f32> ((bottom - top0) * (right - left0)) : 1;
      let channel = 0;
      for (; channel + 4 <= c; channel += 4) {
        let v = splat(start);
        for (let a = top0; a < bottom; a++) {
          let p = at(source, (a * w + left0) * c + channel);
          for (let b = left0; b < right; b++) {
            const one = v128.load(p);
            v = mean ? f32x4.add(v, one) : f32x4.max(v, one);
            p += <usize> c << 2;
          }
        }
        v128.store(at(t, channel), mean ? f32x4.mul(v, splat(part)) : v);
      }
      for (; channel < c; channel++) {
        let v = start;
        for (let a = top0; a < bottom; a++) {
          for (let b = left0; b < right; b++) {
            const one = get(source, (a * w + b) * c + channel);
            v = mean ? v + one : max<f32>(v, one);
          }
        }
        set(t, channel, mean ? v * part : v);
      }
    }
  }
}

@inline
function give(to: usize, lane: i32, value: f32): void {
  if (lane >= 0) set(to, lane, get(to, lane) + value);
}

/**
 * Of max pooling: images [from, to) of dx [N, H, W, C]. The first maximum of a window takes it, as the cpu backend
 * and PyTorch have it.
 */
export function maxPoolGrad(
  x: usize,
  dy: usize,
  dx: usize,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let image = from; image < to; image++) {
    const source = at(x, image * h * w * c);
    const target = at(dx, image * h * w * c);
    clear(target, h * w * c);
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        const d = at(dy, ((image * oh + i) * ow + j) * c);
        const top0 = larger(0, i * sh - top), bottom = smaller(h, i * sh - top + kh);
        const left0 = larger(0, j * sw - left), right = smaller(w, j * sw - left + kw);
        let channel = 0;
        for (; channel + 4 <= c; channel += 4) {
          let best = f32x4.splat(-Infinity);
          let where = i32x4.splat(-1);
          for (let a = top0; a < bottom; a++) {
            for (let b = left0; b < right; b++) {
              const offset = (a * w + b) * c;
              const v = v128.load(at(source, offset + channel));
              const better = f32x4.gt(v, best);
              best = v128.bitselect(v, best, better);
              where = v128.bitselect(i32x4.splat(offset), where, better);
            }
          }
          const t = at(target, channel), g = at(d, channel);
          give(t, i32x4.extract_lane(where, 0), get(g, 0));
          give(at(t, 1), i32x4.extract_lane(where, 1), get(g, 1));
          give(at(t, 2), i32x4.extract_lane(where, 2), get(g, 2));
          give(at(t, 3), i32x4.extract_lane(where, 3), get(g, 3));
        }
        for (; channel < c; channel++) {
          let best: f32 = -Infinity;
          let where = -1;
          for (let a = top0; a < bottom; a++) {
            for (let b = left0; b < right; b++) {
              const offset = (a * w + b) * c + channel;
              if (get(source, offset) > best) {
                best = get(source, offset);
                where = offset;
              }
            }
          }
          give(target, where, get(d, channel));
        }
      }
    }
  }
}

/** Of average pooling: images [from, to) of dx [N, H, W, C]; every window gives `part` of its dy to each pixel. */
export function avgPoolGrad(
  dy: usize,
  dx: usize,
  part: f32,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const parts = splat(part);
  for (let image = from; image < to; image++) {
    const target = at(dx, image * h * w * c);
    clear(target, h * w * c);
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        const d = at(dy, ((image * oh + i) * ow + j) * c);
        const bottom = smaller(h, i * sh - top + kh), right = smaller(w, j * sw - left + kw);
        for (let a = larger(0, i * sh - top); a < bottom; a++) {
          for (let b = larger(0, j * sw - left); b < right; b++) {
            const t = at(target, (a * w + b) * c);
            let channel = 0;
            for (; channel + 4 <= c; channel += 4) {
              v128.store(at(t, channel), mulAdd(v128.load(at(d, channel)), parts, v128.load(at(t, channel))));
            }
            for (; channel < c; channel++) set(t, channel, get(t, channel) + get(d, channel) * part);
          }
        }
      }
    }
  }
}
