// Convolution [N, H, W, C] * [KH, KW, C, O] in three directions, by matrix products over blocks of unrolled windows.
import { accumulate, at, clear, copy, smaller } from "./vector.as";
import { product, PRODUCT_SCRATCH } from "./matmul.as";

const BLOCK: i32 = 256; // output pixels unrolled at a time

/** Windows of the output pixels [first, first + count) as rows of KH·KW·C values; zeros outside of the image. */
function unroll(
  x: usize,
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
  first: i32,
  count: i32,
  to: usize,
): void {
  const line = kw * c;
  const lineBytes = <usize> line << 2;
  let column = first % ow;
  let row = first / ow % oh;
  let image = first / (ow * oh);
  for (let r = 0; r < count; r++) {
    const j0 = column * sw - left;
    for (let a = 0; a < kh; a++) {
      const i = row * sh + a - top;
      if (i < 0 || i >= h) clear(to, line);
      else {
        const from = at(x, (image * h + i) * w * c);
        if (j0 >= 0 && j0 + kw <= w) copy(to, at(from, j0 * c), line);
        else {
          for (let b = 0; b < kw; b++) {
            const j = j0 + b;
            if (j < 0 || j >= w) clear(at(to, b * c), c);
            else copy(at(to, b * c), at(from, j * c), c);
          }
        }
      }
      to += lineBytes;
    }
    if (++column == ow) {
      column = 0;
      if (++row == oh) {
        row = 0;
        image++;
      }
    }
  }
}

/** Bytes of scratch that a thread needs for windows of `k` values. */
export function conv2dScratch(k: i32): usize {
  return PRODUCT_SCRATCH + (<usize> (BLOCK * k + 16) << 2);
}

/** Output pixels [from, to) of N·OH·OW; activation 0 = none, 1 = ReLU. */
export function conv2d(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  filter: usize,
  kh: i32,
  kw: i32,
  o: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  bias: usize,
  activation: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const k = kh * kw * c;
  const windows = scratch + PRODUCT_SCRATCH;
  for (let r = from; r < to; r += BLOCK) {
    const count = smaller(BLOCK, to - r);
    unroll(x, h, w, c, kh, kw, sh, sw, top, left, oh, ow, r, count, windows);
    product(count, o, k, windows, k, 0, filter, o, 0, at(y, r * o), o, 0, bias, activation, 0, scratch);
  }
}

/** Gradient of the input: images [from, to). `bias` [C] or 0 is what every pixel of dx begins with. */
export function conv2dInputGrad(
  dx: usize,
  h: i32,
  w: i32,
  c: i32,
  filter: usize,
  kh: i32,
  kw: i32,
  o: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  bias: usize,
  dy: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const k = kh * kw * c;
  const line = kw * c;
  const lineBytes = <usize> line << 2;
  const windows = scratch + PRODUCT_SCRATCH;
  const pixels = oh * ow;
  for (let image = from; image < to; image++) {
    const target = at(dx, image * h * w * c);
    if (bias) { for (let p = 0; p < h * w; p++) copy(at(target, p * c), bias, c); }
    else clear(target, h * w * c);
    for (let first = 0; first < pixels; first += BLOCK) {
      const count = smaller(BLOCK, pixels - first);
      product(count, k, o, at(dy, (image * pixels + first) * o), o, 0, filter, o, 1, windows, k, 0, 0, 0, 0, scratch);
      let source = windows;
      for (let r = 0; r < count; r++) {
        const j0 = (first + r) % ow * sw - left;
        const i0 = (first + r) / ow * sh - top;
        for (let a = 0; a < kh; a++) {
          const i = i0 + a;
          if (i >= 0 && i < h) {
            const row = at(target, i * w * c);
            if (j0 >= 0 && j0 + kw <= w) accumulate(at(row, j0 * c), source, line);
            else {
              for (let b = 0; b < kw; b++) {
                const j = j0 + b;
                if (j >= 0 && j < w) accumulate(at(row, j * c), at(source, b * c), c);
              }
            }
          }
          source += lineBytes;
        }
      }
    }
  }
}

/** Gradient of the filter: partial sum `chunk` over the output pixels [from, to). */
export function conv2dFilterGrad(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  o: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  dy: usize,
  partials: usize,
  from: i32,
  to: i32,
  chunk: i32,
  scratch: usize,
): void {
  const k = kh * kw * c;
  const windows = scratch + PRODUCT_SCRATCH;
  const sum = at(partials, chunk * k * o);
  for (let r = from; r < to; r += BLOCK) {
    const count = smaller(BLOCK, to - r);
    unroll(x, h, w, c, kh, kw, sh, sw, top, left, oh, ow, r, count, windows);
    product(k, o, count, windows, k, 1, at(dy, r * o), o, 0, sum, o, i32(r > from), 0, 0, 0, scratch);
  }
}
