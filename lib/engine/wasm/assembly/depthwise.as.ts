// Depthwise convolution of stride 1, one filter [K, K] a channel, in three directions. An image is copied into
// scratch with its border first, so that the inner loops never ask where they are.
import { at, clear, copy, get, larger, mulAdd, set, smaller, splat } from "./vector.as";

const SPAN: i32 = 8; // output pixels of one row at a time

function frame(x: usize, h: i32, w: i32, c: i32, top: i32, left: i32, height: i32, width: i32, to: usize): void {
  for (let r = 0; r < height; r++) {
    const row = at(to, r * width * c);
    const i = r - top;
    if (i < 0 || i >= h) clear(row, width * c);
    else {
      clear(row, left * c);
      copy(at(row, left * c), at(x, i * w * c), w * c);
      clear(at(row, (left + w) * c), (width - left - w) * c);
    }
  }
}

/** Up to 8 pixels of a row, 4 channels. `turned` walks the filter backwards: the gradient of the input. */
function span(
  p: usize,
  row: usize,
  filter: usize,
  k: i32,
  c: i32,
  bias: v128,
  to: usize,
  count: i32,
  turned: i32,
): void {
  const pixel = <usize> c << 2;
  const step = turned ? -pixel : pixel;
  let f = turned ? filter + <usize> (k * k - 1) * pixel : filter;
  let s0 = bias, s1 = bias, s2 = bias, s3 = bias, s4 = bias, s5 = bias, s6 = bias, s7 = bias;
  for (let a = 0; a < k; a++) {
    let q = p;
    for (let b = 0; b < k; b++) {
      const v = v128.load(f);
      let r = q;
      s0 = mulAdd(v128.load(r), v, s0);
      r += pixel;
      s1 = mulAdd(v128.load(r), v, s1);
      r += pixel;
      s2 = mulAdd(v128.load(r), v, s2);
      r += pixel;
      s3 = mulAdd(v128.load(r), v, s3);
      r += pixel;
      s4 = mulAdd(v128.load(r), v, s4);
      r += pixel;
      s5 = mulAdd(v128.load(r), v, s5);
      r += pixel;
      s6 = mulAdd(v128.load(r), v, s6);
      r += pixel;
      s7 = mulAdd(v128.load(r), v, s7);
      q += pixel;
      f += step;
    }
    p += row;
  }
  v128.store(to, s0);
  if (count > 1) v128.store(to + pixel, s1);
  if (count > 2) v128.store(to + pixel * 2, s2);
  if (count > 3) v128.store(to + pixel * 3, s3);
  if (count > 4) v128.store(to + pixel * 4, s4);
  if (count > 5) v128.store(to + pixel * 5, s5);
  if (count > 6) v128.store(to + pixel * 6, s6);
  if (count > 7) v128.store(to + pixel * 7, s7);
}

/** Bytes of scratch that a thread needs for one framed image. */
export function depthwiseScratch(
  h: i32,
  w: i32,
  c: i32,
  k: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
): usize {
  return <usize> (larger(oh + k - 1, top + h) * larger((ow + SPAN - 1) / SPAN * SPAN + k - 1, left + w) * c + 16) << 2;
}

/** Images [from, to) of y [N, OH, OW, C]. `bias` [C] or 0. */
export function depthwise(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  filter: usize,
  k: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  bias: usize,
  y: usize,
  turned: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const height = larger(oh + k - 1, top + h);
  const width = larger((ow + SPAN - 1) / SPAN * SPAN + k - 1, left + w);
  const row = <usize> (width * c) << 2;
  for (let image = from; image < to; image++) {
    frame(at(x, image * h * w * c), h, w, c, top, left, height, width, scratch);
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j += SPAN) {
        const p = at(scratch, (i * width + j) * c);
        const target = at(y, ((image * oh + i) * ow + j) * c);
        const count = smaller(SPAN, ow - j);
        let channel = 0;
        for (; channel + 4 <= c; channel += 4) {
          const start = bias ? v128.load(at(bias, channel)) : splat(0);
          span(at(p, channel), row, at(filter, channel), k, c, start, at(target, channel), count, turned);
        }
        for (; channel < c; channel++) {
          for (let t = 0; t < count; t++) {
            let sum: f32 = bias ? get(bias, channel) : 0;
            for (let a = 0; a < k; a++) {
              for (let b = 0; b < k; b++) {
                const tap = turned ? k * k - 1 - a * k - b : a * k + b;
                sum += get(p, (a * width + b + t) * c + channel) * get(filter, tap * c + channel);
              }
            }
            set(target, t * c + channel, sum);
          }
        }
      }
    }
  }
}

/** One row of 3 taps of the filter's gradient, 4 channels, over a whole image. */
function taps3(p: usize, row: usize, dy: usize, c: i32, oh: i32, ow: i32, to: usize): void {
  const pixel = <usize> c << 2;
  let s0 = v128.load(to), s1 = v128.load(to + pixel), s2 = v128.load(to + pixel * 2);
  for (let i = 0; i < oh; i++) {
    let q = p;
    for (let j = 0; j < ow; j++) {
      const d = v128.load(dy);
      let r = q;
      s0 = mulAdd(v128.load(r), d, s0);
      r += pixel;
      s1 = mulAdd(v128.load(r), d, s1);
      r += pixel;
      s2 = mulAdd(v128.load(r), d, s2);
      q += pixel;
      dy += pixel;
    }
    p += row;
  }
  v128.store(to, s0);
  v128.store(to + pixel, s1);
  v128.store(to + pixel * 2, s2);
}

/** As {@linkcode taps3} with 5 taps. */
function taps5(p: usize, row: usize, dy: usize, c: i32, oh: i32, ow: i32, to: usize): void {
  const pixel = <usize> c << 2;
  let s0 = v128.load(to), s1 = v128.load(to + pixel), s2 = v128.load(to + pixel * 2);
  let s3 = v128.load(to + pixel * 3), s4 = v128.load(to + pixel * 4);
  for (let i = 0; i < oh; i++) {
    let q = p;
    for (let j = 0; j < ow; j++) {
      const d = v128.load(dy);
      let r = q;
      s0 = mulAdd(v128.load(r), d, s0);
      r += pixel;
      s1 = mulAdd(v128.load(r), d, s1);
      r += pixel;
      s2 = mulAdd(v128.load(r), d, s2);
      r += pixel;
      s3 = mulAdd(v128.load(r), d, s3);
      r += pixel;
      s4 = mulAdd(v128.load(r), d, s4);
      q += pixel;
      dy += pixel;
    }
    p += row;
  }
  v128.store(to, s0);
  v128.store(to + pixel, s1);
  v128.store(to + pixel * 2, s2);
  v128.store(to + pixel * 3, s3);
  v128.store(to + pixel * 4, s4);
}

/** As {@linkcode taps3} with 7 taps. */
function taps7(p: usize, row: usize, dy: usize, c: i32, oh: i32, ow: i32, to: usize): void {
  const pixel = <usize> c << 2;
  let s0 = v128.load(to), s1 = v128.load(to + pixel), s2 = v128.load(to + pixel * 2), s3 = v128.load(to + pixel * 3);
  let s4 = v128.load(to + pixel * 4), s5 = v128.load(to + pixel * 5), s6 = v128.load(to + pixel * 6);
  for (let i = 0; i < oh; i++) {
    let q = p;
    for (let j = 0; j < ow; j++) {
      const d = v128.load(dy);
      let r = q;
      s0 = mulAdd(v128.load(r), d, s0);
      r += pixel;
      s1 = mulAdd(v128.load(r), d, s1);
      r += pixel;
      s2 = mulAdd(v128.load(r), d, s2);
      r += pixel;
      s3 = mulAdd(v128.load(r), d, s3);
      r += pixel;
      s4 = mulAdd(v128.load(r), d, s4);
      r += pixel;
      s5 = mulAdd(v128.load(r), d, s5);
      r += pixel;
      s6 = mulAdd(v128.load(r), d, s6);
      q += pixel;
      dy += pixel;
    }
    p += row;
  }
  v128.store(to, s0);
  v128.store(to + pixel, s1);
  v128.store(to + pixel * 2, s2);
  v128.store(to + pixel * 3, s3);
  v128.store(to + pixel * 4, s4);
  v128.store(to + pixel * 5, s5);
  v128.store(to + pixel * 6, s6);
}

/** Gradient of the filter: partial sum `chunk` [K, K, C] over the images [from, to). */
export function depthwiseFilterGrad(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  dy: usize,
  k: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  scratch: usize,
): void {
  const height = larger(oh + k - 1, top + h);
  const width = larger(ow + k - 1, left + w);
  const row = <usize> (width * c) << 2;
  const sum = at(partials, chunk * k * k * c);
  clear(sum, k * k * c);
  for (let image = from; image < to; image++) {
    frame(at(x, image * h * w * c), h, w, c, top, left, height, width, scratch);
    const d = at(dy, image * oh * ow * c);
    let channel = 0;
    if (k == 3 || k == 5 || k == 7) {
      for (; channel + 4 <= c; channel += 4) {
        for (let a = 0; a < k; a++) {
          const p = at(scratch, a * width * c + channel);
          const target = at(sum, a * k * c + channel);
          if (k == 7) taps7(p, row, at(d, channel), c, oh, ow, target);
          else if (k == 5) taps5(p, row, at(d, channel), c, oh, ow, target);
          else taps3(p, row, at(d, channel), c, oh, ow, target);
        }
      }
    }
    for (; channel < c; channel++) {
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          let s: f32 = 0;
          for (let i = 0; i < oh; i++) {
            for (let j = 0; j < ow; j++) {
              s += get(scratch, ((i + a) * width + j + b) * c + channel) * get(d, (i * ow + j) * c + channel);
            }
          }
          const tap = (a * k + b) * c + channel;
          set(sum, tap, get(sum, tap) + s);
        }
      }
    }
  }
}
