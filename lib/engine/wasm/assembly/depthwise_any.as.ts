// A depthwise convolution of any stride, dilation and number of filters a channel, and its gradients: a tap at a time,
// four channels at once where each has one filter.
import { at, clear, copy, get, mulAdd, set } from "./vector.as";

/** to += a · b over `count` floats. */
@inline
function addProducts(to: usize, a: usize, b: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(at(to, i), mulAdd(v128.load(at(a, i)), v128.load(at(b, i)), v128.load(at(to, i))));
  }
  for (; i < count; i++) set(to, i, get(to, i) + get(a, i) * get(b, i));
}

/** Images [from, to) of y [N, OH, OW, C·Q]; the filter is [KH, KW, C, Q], `bias` [C·Q] or 0. */
export function depthwiseAny(
  x: usize,
  filter: usize,
  bias: usize,
  y: usize,
  h: i32,
  w: i32,
  c: i32,
  q: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
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
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        const t = at(y, ((image * oh + i) * ow + j) * c * q);
        if (bias) copy(t, bias, c * q);
        else clear(t, c * q);
        for (let a = 0; a < kh; a++) {
          const row = i * sh + a * dh - top;
          if (row < 0 || row >= h) continue;
          for (let b = 0; b < kw; b++) {
            const column = j * sw + b * dw - left;
            if (column < 0 || column >= w) continue;
            const p = at(x, ((image * h + row) * w + column) * c);
            const f = at(filter, (a * kw + b) * c * q);
            if (q == 1) addProducts(t, p, f, c);
            else for (let channel = 0; channel < c; channel++) {
              const v = get(p, channel);
              for (let m = channel * q; m < channel * q + q; m++) set(t, m, get(t, m) + v * get(f, m));
            }
          }
        }
      }
    }
  }
}

/** Images [from, to) of dx [N, H, W, C]; the filter is [KH, KW, C, Q], dy [N, OH, OW, C·Q]. */
export function depthwiseAnyInputGrad(
  dy: usize,
  filter: usize,
  dx: usize,
  h: i32,
  w: i32,
  c: i32,
  q: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
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
    const target = at(dx, image * h * w * c);
    clear(target, h * w * c);
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        const d = at(dy, ((image * oh + i) * ow + j) * c * q);
        for (let a = 0; a < kh; a++) {
          const row = i * sh + a * dh - top;
          if (row < 0 || row >= h) continue;
          for (let b = 0; b < kw; b++) {
            const column = j * sw + b * dw - left;
            if (column < 0 || column >= w) continue;
            const t = at(target, (row * w + column) * c);
            const f = at(filter, (a * kw + b) * c * q);
            if (q == 1) addProducts(t, d, f, c);
            else for (let channel = 0; channel < c; channel++) {
              let sum = get(t, channel);
              for (let m = channel * q; m < channel * q + q; m++) sum += get(d, m) * get(f, m);
              set(t, channel, sum);
            }
          }
        }
      }
    }
  }
}

/** Partial sum `chunk` [KH, KW, C, Q] of the filter's gradient over the images [from, to). */
export function depthwiseAnyFilterGrad(
  x: usize,
  dy: usize,
  partials: usize,
  h: i32,
  w: i32,
  c: i32,
  q: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  from: i32,
  to: i32,
  chunk: i32,
  _scratch: usize,
): void {
  const sums = at(partials, chunk * kh * kw * c * q);
  clear(sums, kh * kw * c * q);
  for (let image = from; image < to; image++) {
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        const d = at(dy, ((image * oh + i) * ow + j) * c * q);
        for (let a = 0; a < kh; a++) {
          const row = i * sh + a * dh - top;
          if (row < 0 || row >= h) continue;
          for (let b = 0; b < kw; b++) {
            const column = j * sw + b * dw - left;
            if (column < 0 || column >= w) continue;
            const p = at(x, ((image * h + row) * w + column) * c);
            const f = at(sums, (a * kw + b) * c * q);
            if (q == 1) addProducts(f, p, d, c);
            else for (let channel = 0; channel < c; channel++) {
              for (let m = channel * q; m < channel * q + q; m++) set(f, m, get(f, m) + get(p, channel) * get(d, m));
            }
          }
        }
      }
    }
  }
}
