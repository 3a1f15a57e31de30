// Convolution by 3×3 at stride 1, in tiles of 2×2 output pixels of 16 products each where plain sums take 36: F(2×2, 3×3)
// of Lavin and Gray 2016, and its transpose for the filter's gradient. Channels come in fours.
//
// A row of four values d goes to Bᵀd = (d0 − d2, d1 + d2, d2 − d1, d1 − d3), a filter's row g to Gg = (g0,
// (g0 + g1 + g2) / 2, (g0 − g1 + g2) / 2, g2), sums m come back as Aᵀm = (m0 + m1 + m2, m1 − m2 − m3); each along both
// axes.
import { at, clear, copy, smaller, splat } from "./vector.as";
import { product, PRODUCT_SCRATCH } from "./matmul.as";

/** Tiles at a time: what they are made into and their sums should stay in L2. They change no bit of a tile. */
function blockOf(c: i32, o: i32): i32 {
  const fitting = 12288 / (c + o);
  return fitting < 16 ? 16 : fitting > 192 ? 192 : fitting & ~3;
}

/** Bytes of scratch that a thread needs; `gradient`: for the gradient of the filter. */
export function winogradScratch(c: i32, o: i32, gradient: i32): usize {
  const block = blockOf(c, o);
  const sums = gradient ? 16 * c * o : 0;
  return PRODUCT_SCRATCH + (<usize> (16 * block * (c + o) + 16 * c + sums + 64) << 2);
}

/** G g Gᵀ of a filter [3, 3, C, O]: u [16, C, O]; rows [from, to) of C. */
export function winogradFilter(
  filter: usize,
  c: i32,
  o: i32,
  u: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const tap = <usize> (c * o) << 2;
  const half = splat(0.5);
  for (let i = from * o; i < to * o; i += 4) {
    for (let row = 0; row < 4; row++) {
      // row of G times the filter's rows, one filter column after another
      const first = at(filter, i);
      const g0 = filterRow(first, tap * 3, row, half);
      const g1 = filterRow(first + tap, tap * 3, row, half);
      const g2 = filterRow(first + tap * 2, tap * 3, row, half);
      const outer = f32x4.add(g0, g2);
      let target = at(u, i) + <usize> (row * 4) * tap;
      v128.store(target, g0);
      target += tap;
      v128.store(target, f32x4.mul(f32x4.add(outer, g1), half));
      target += tap;
      v128.store(target, f32x4.mul(f32x4.sub(outer, g1), half));
      target += tap;
      v128.store(target, g2);
    }
  }
}

@inline
function filterRow(g: usize, step: usize, row: i32, half: v128): v128 {
  if (row == 0) return v128.load(g);
  if (row == 3) return v128.load(g + step * 2);
  const outer = f32x4.add(v128.load(g), v128.load(g + step * 2));
  const inner = v128.load(g + step);
  return f32x4.mul(row == 1 ? f32x4.add(outer, inner) : f32x4.sub(outer, inner), half);
}

/**
 * Bᵀ d B of the 4×4 pixels around a tile: 16 rows of `c` values, `plane` bytes apart. A tile that reaches beyond the
 * image is copied to `patch` with zeros first.
 */
function inputTile(x: usize, h: i32, w: i32, c: i32, i0: i32, j0: i32, patch: usize, v: usize, plane: usize): void {
  const pixel = <usize> c << 2;
  let source = x + <isize> ((i0 * w + j0) * c) * 4;
  let line = <usize> w * pixel;
  if (i0 < 0 || j0 < 0 || i0 + 4 > h || j0 + 4 > w) {
    for (let a = 0; a < 4; a++) {
      const i = i0 + a;
      for (let b = 0; b < 4; b++) {
        const j = j0 + b;
        const to = patch + <usize> (a * 4 + b) * pixel;
        if (i < 0 || i >= h || j < 0 || j >= w) clear(to, c);
        else copy(to, at(x, (i * w + j) * c), c);
      }
    }
    source = patch;
    line = pixel * 4;
  }
  for (let row = 0; row < 4; row++) {
    let p = source + line * (row == 0 ? 0 : row == 2 ? 2 : 1);
    let q = source + line * (row == 3 ? 3 : row == 2 ? 1 : 2);
    let to = v + plane * (row * 4);
    for (let channel = 0; channel < c; channel += 4) {
      let d0: v128, d1: v128, d2: v128, d3: v128;
      let s = p, t = q;
      if (row == 1) {
        d0 = f32x4.add(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d1 = f32x4.add(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d2 = f32x4.add(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d3 = f32x4.add(v128.load(s), v128.load(t));
      } else {
        d0 = f32x4.sub(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d1 = f32x4.sub(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d2 = f32x4.sub(v128.load(s), v128.load(t));
        s += pixel;
        t += pixel;
        d3 = f32x4.sub(v128.load(s), v128.load(t));
      }
      let target = to;
      v128.store(target, f32x4.sub(d0, d2));
      target += plane;
      v128.store(target, f32x4.add(d1, d2));
      target += plane;
      v128.store(target, f32x4.sub(d2, d1));
      target += plane;
      v128.store(target, f32x4.sub(d1, d3));
      p += 16;
      q += 16;
      to += 16;
    }
  }
}

/** Aᵀ m A plus bias, at least `least`, to the pixels of a tile that exist. */
function outputTile(
  m: usize,
  plane: usize,
  bias: usize,
  least: v128,
  o: i32,
  y: usize,
  line: usize,
  below: bool,
  beside: bool,
): void {
  const pixel = <usize> o << 2;
  for (let channel = 0; channel < o; channel += 4) {
    let p = at(m, channel);
    const start = bias ? v128.load(at(bias, channel)) : splat(0);
    let a = v128.load(p), b = v128.load(p + plane * 4), c = v128.load(p + plane * 8), d = v128.load(p + plane * 12);
    let top = f32x4.add(f32x4.add(a, b), c), low = f32x4.sub(f32x4.sub(b, c), d);
    let y00 = top, y10 = low;
    p += plane;
    a = v128.load(p), b = v128.load(p + plane * 4), c = v128.load(p + plane * 8), d = v128.load(p + plane * 12);
    top = f32x4.add(f32x4.add(a, b), c), low = f32x4.sub(f32x4.sub(b, c), d);
    y00 = f32x4.add(y00, top), y10 = f32x4.add(y10, low);
    let y01 = top, y11 = low;
    p += plane;
    a = v128.load(p), b = v128.load(p + plane * 4), c = v128.load(p + plane * 8), d = v128.load(p + plane * 12);
    top = f32x4.add(f32x4.add(a, b), c), low = f32x4.sub(f32x4.sub(b, c), d);
    y00 = f32x4.add(y00, top), y10 = f32x4.add(y10, low);
    y01 = f32x4.sub(y01, top), y11 = f32x4.sub(y11, low);
    p += plane;
    a = v128.load(p), b = v128.load(p + plane * 4), c = v128.load(p + plane * 8), d = v128.load(p + plane * 12);
    y01 = f32x4.sub(y01, f32x4.add(f32x4.add(a, b), c));
    y11 = f32x4.sub(y11, f32x4.sub(f32x4.sub(b, c), d));
    let to = at(y, channel);
    v128.store(to, f32x4.max(f32x4.add(y00, start), least));
    if (beside) v128.store(to + pixel, f32x4.max(f32x4.add(y01, start), least));
    if (below) {
      to += line;
      v128.store(to, f32x4.max(f32x4.add(y10, start), least));
      if (beside) v128.store(to + pixel, f32x4.max(f32x4.add(y11, start), least));
    }
  }
}

/** Tiles [from, to) of y [N, OH, OW, O] by the filter that {@linkcode winogradFilter} made. */
export function winograd(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  u: usize,
  o: i32,
  top: i32,
  left: i32,
  oh: i32,
  ow: i32,
  bias: usize,
  relu: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const block = blockOf(c, o);
  const high = (oh + 1) / 2, wide = (ow + 1) / 2;
  const v = scratch + PRODUCT_SCRATCH;
  const m = at(v, 16 * block * c);
  const patch = at(m, 16 * block * o);
  const plane = <usize> (block * c) << 2, sums = <usize> (block * o) << 2;
  const least = splat(relu ? 0 : -Infinity);
  for (let first = from; first < to; first += block) {
    const count = smaller(block, to - first);
    for (let t = 0; t < count; t++) {
      const tile = first + t;
      const image = at(x, tile / (high * wide) * h * w * c);
      inputTile(image, h, w, c, tile / wide % high * 2 - top, tile % wide * 2 - left, patch, at(v, t * c), plane);
    }
    for (let t = 0; t < 16; t++) {
      const part = at(u, t * c * o);
      product(count, o, c, v + plane * t, c, 0, part, o, 0, m + sums * t, o, 0, 0, 0, 0, scratch);
    }
    for (let t = 0; t < count; t++) {
      const tile = first + t;
      const i = tile / wide % high * 2, j = tile % wide * 2;
      const target = at(y, ((tile / (high * wide) * oh + i) * ow + j) * o);
      outputTile(at(m, t * o), sums, bias, least, o, target, <usize> (ow * o) << 2, i + 1 < oh, j + 1 < ow);
    }
  }
}

/** A dy Aᵀ of a tile of dy: 16 rows of `o` values, `plane` bytes apart. */
function gradientTile(dy: usize, o: i32, line: usize, below: bool, beside: bool, d: usize, plane: usize): void {
  const pixel = <usize> o << 2;
  const none = splat(0);
  for (let channel = 0; channel < o; channel += 4) {
    const p = at(dy, channel);
    const y00 = v128.load(p), y01 = beside ? v128.load(p + pixel) : none;
    const y10 = below ? v128.load(p + line) : none, y11 = below && beside ? v128.load(p + line + pixel) : none;
    let to = at(d, channel);
    let a = y00, b = y01;
    for (let row = 0; row < 4; row++) {
      if (row == 1) a = f32x4.add(y00, y10), b = f32x4.add(y01, y11);
      else if (row == 2) a = f32x4.sub(y00, y10), b = f32x4.sub(y01, y11);
      else if (row == 3) a = f32x4.neg(y10), b = f32x4.neg(y11);
      v128.store(to, a);
      to += plane;
      v128.store(to, f32x4.add(a, b));
      to += plane;
      v128.store(to, f32x4.sub(a, b));
      to += plane;
      v128.store(to, f32x4.neg(b));
      to += plane;
    }
  }
}

/** Partial sum `chunk` [3, 3, C, O] of the filter's gradient over the tiles [from, to). */
export function winogradFilterGrad(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  o: i32,
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
  const block = blockOf(c, o);
  const high = (oh + 1) / 2, wide = (ow + 1) / 2;
  const v = scratch + PRODUCT_SCRATCH;
  const d = at(v, 16 * block * c);
  const sums = at(d, 16 * block * o);
  const patch = at(sums, 16 * c * o);
  const plane = <usize> (block * c) << 2, dPlane = <usize> (block * o) << 2, step = <usize> (c * o) << 2;
  for (let first = from; first < to; first += block) {
    const count = smaller(block, to - first);
    for (let t = 0; t < count; t++) {
      const tile = first + t;
      const i = tile / wide % high * 2, j = tile % wide * 2;
      const image = tile / (high * wide);
      inputTile(at(x, image * h * w * c), h, w, c, i - top, j - left, patch, at(v, t * c), plane);
      const source = at(dy, ((image * oh + i) * ow + j) * o);
      gradientTile(source, o, <usize> (ow * o) << 2, i + 1 < oh, j + 1 < ow, at(d, t * o), dPlane);
    }
    for (let t = 0; t < 16; t++) {
      const more = i32(first > from);
      product(c, o, count, v + plane * t, c, 1, d + dPlane * t, o, 0, sums + step * t, o, more, 0, 0, 0, scratch);
    }
  }
  // Gᵀ P G
  const target = at(partials, chunk * 9 * c * o);
  for (let i = 0; i < c * o; i += 4) {
    for (let column = 0; column < 3; column++) {
      const p = at(sums, i);
      const s0 = gradientColumn(p, step, column), s1 = gradientColumn(p + step * 4, step, column);
      const s2 = gradientColumn(p + step * 8, step, column), s3 = gradientColumn(p + step * 12, step, column);
      const half = f32x4.mul(f32x4.add(s1, s2), splat(0.5));
      const tap = at(target, i) + step * column;
      v128.store(tap, f32x4.add(s0, half));
      v128.store(tap + step * 3, f32x4.mul(f32x4.sub(s1, s2), splat(0.5)));
      v128.store(tap + step * 6, f32x4.add(half, s3));
    }
  }
}

/** Column of P G from four values of P. */
@inline
function gradientColumn(p: usize, step: usize, column: i32): v128 {
  const b = v128.load(p + step), c = v128.load(p + step * 2);
  if (column == 1) return f32x4.mul(f32x4.sub(b, c), splat(0.5));
  const half = f32x4.mul(f32x4.add(b, c), splat(0.5));
  return f32x4.add(half, v128.load(column == 0 ? p : p + step * 3));
}
