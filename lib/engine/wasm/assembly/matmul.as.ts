// Matrix product in tiles of 4 rows by 8 columns, in all four transpose forms.
// Each element of C is one sum over k in ascending order (blocks of DEPTH), whatever the tile it falls in, so
// that splitting rows or columns over threads never changes a bit. Tiles of 6×8 need 16 vector registers where
// V8 has 15 and fall to a fifth of the speed at some stack positions; 4×8 needs 12 (bench/kernels_bench.ts).
import { at, copy, get, larger, set, smaller } from "./vector.as";
import { geluAndSlope } from "./gelu.as";

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
const DEPTH: i32 = 256; // of k: a panel of B is 8 KiB, half of L1
const WIDTH: i32 = 512; // of N: all panels of B are 512 KiB, in L2
const HEIGHT: i32 = 96; // of M

/** Bytes of scratch that {@linkcode product} wants. */
export const PRODUCT_SCRATCH: usize = (DEPTH * WIDTH + DEPTH * HEIGHT + WIDTH + COLUMNS + ROWS * COLUMNS + 64) << 2;

/** Panels of 4 rows of op(A) = Aᵀ, stored [K, M]: for each k the 4 values side by side. */
function packRows(a: usize, lda: i32, rows: i32, depth: i32, to: usize): void {
  for (let i = 0; i < rows; i += ROWS) {
    let from = at(a, i);
    const step = <usize> lda << 2;
    const some = rows - i;
    if (some >= ROWS) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(from));
        from += step;
        to += ROWS << 2;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        for (let r = 0; r < ROWS; r++) set(to, r, r < some ? get(from, r) : 0);
        from += step;
        to += ROWS << 2;
      }
    }
  }
}

/** Panels of 8 columns of op(B): for each k the 8 values side by side, zeros behind the last column. */
function packColumns(b: usize, ldb: i32, transposed: i32, columns: i32, depth: i32, to: usize): void {
  const step = <usize> ldb << 2;
  for (let j = 0; j < columns; j += COLUMNS) {
    const some = smaller(COLUMNS, columns - j);
    if (!transposed) {
      let from = at(b, j);
      if (some == COLUMNS) {
        for (let k = 0; k < depth; k++) {
          v128.store(to, v128.load(from));
          v128.store(to + 16, v128.load(from + 16));
          from += step;
          to += COLUMNS << 2;
        }
      } else {
        for (let k = 0; k < depth; k++) {
          for (let c = 0; c < COLUMNS; c++) set(to, c, c < some ? get(from, c) : 0);
          from += step;
          to += COLUMNS << 2;
        }
      }
    } else {
      for (let half = 0; half < COLUMNS; half += 4) {
        transposeFour(b, ldb, j + half, some - half, depth, to + (half << 2));
      }
      to += <usize> (depth * COLUMNS) << 2;
    }
  }
}

/** Four rows of B as four columns of a panel, four k at a time; missing rows are zeros. */
function transposeFour(b: usize, ldb: i32, row: i32, some: i32, depth: i32, to: usize): void {
  const step = <usize> ldb << 2;
  const panel: usize = COLUMNS << 2;
  let k = 0;
  if (some >= 4) {
    let r0 = at(b, row * ldb), r1 = r0 + step, r2 = r1 + step, r3 = r2 + step;
    for (; k + 4 <= depth; k += 4) {
      const a = v128.load(r0), c = v128.load(r1), d = v128.load(r2), e = v128.load(r3);
      const low = v128.shuffle<f32>(a, c, 0, 4, 1, 5), high = v128.shuffle<f32>(a, c, 2, 6, 3, 7);
      const low2 = v128.shuffle<f32>(d, e, 0, 4, 1, 5), high2 = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low, low2, 0, 1, 4, 5));
      to += panel;
      v128.store(to, v128.shuffle<f32>(low, low2, 2, 3, 6, 7));
      to += panel;
      v128.store(to, v128.shuffle<f32>(high, high2, 0, 1, 4, 5));
      to += panel;
      v128.store(to, v128.shuffle<f32>(high, high2, 2, 3, 6, 7));
      to += panel;
      r0 += 16;
      r1 += 16;
      r2 += 16;
      r3 += 16;
    }
  }
  for (; k < depth; k++) {
    for (let c = 0; c < 4; c++) set(to, c, c < some ? get(b, (row + c) * ldb + k) : 0);
    to += panel;
  }
}

/**
 * C[4, 8] = start + A·B over `depth`. A is read at a + row·rowStep + k·step (so from the matrix itself, or from
 * packed panels), B from a panel; `start` holds what the sums begin with, `startStep` bytes a row (0: one row for all).
 */
function tile(
  a: usize,
  rowStep: usize,
  step: usize,
  rows: i32,
  b: usize,
  depth: i32,
  c: usize,
  cStep: usize,
  start: usize,
  startStep: usize,
): void {
  // rows that do not exist repeat the first; their sums are thrown away
  let a1 = rows > 1 ? a + rowStep : a;
  let a2 = rows > 2 ? a1 + rowStep : a;
  let a3 = rows > 3 ? a2 + rowStep : a;
  const step2 = step << 1;
  let s00 = v128.load(start), s01 = v128.load(start + 16);
  start += startStep;
  let s10 = v128.load(start), s11 = v128.load(start + 16);
  start += startStep;
  let s20 = v128.load(start), s21 = v128.load(start + 16);
  start += startStep;
  let s30 = v128.load(start), s31 = v128.load(start + 16);
  // two k at a time: a tenth faster, since the addresses move half as often
  const end = b + (<usize> (depth & ~1) << 5);
  while (b < end) {
    let b0 = v128.load(b), b1 = v128.load(b + 16);
    let x = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    b0 = v128.load(b + 32);
    b1 = v128.load(b + 48);
    x = v128.load32_splat(a + step);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1 + step);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2 + step);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3 + step);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    b += 64;
    a += step2;
    a1 += step2;
    a2 += step2;
    a3 += step2;
  }
  if (depth & 1) {
    const b0 = v128.load(b), b1 = v128.load(b + 16);
    let x = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
  }
  v128.store(c, s00);
  v128.store(c + 16, s01);
  c += cStep;
  v128.store(c, s10);
  v128.store(c + 16, s11);
  c += cStep;
  v128.store(c, s20);
  v128.store(c + 16, s21);
  c += cStep;
  v128.store(c, s30);
  v128.store(c + 16, s31);
}

/**
 * As {@linkcode tile} for a panel of which only the first 4 columns are wanted: 8 rows by 4 columns, so that a product
 * of 3 columns, an image's colours, does not compute 8. `high` are the last 4 rows.
 */
function narrowTile(a: usize, high: usize, rowStep: usize, step: usize, b: usize, depth: i32, c: usize): void {
  let a1 = a + rowStep, a2 = a1 + rowStep, a3 = a2 + rowStep;
  let a5 = high + rowStep, a6 = a5 + rowStep, a7 = a6 + rowStep;
  let s0 = v128.load(c), s1 = v128.load(c + 16), s2 = v128.load(c + 32), s3 = v128.load(c + 48);
  let s4 = v128.load(c + 64), s5 = v128.load(c + 80), s6 = v128.load(c + 96), s7 = v128.load(c + 112);
  const end = b + (<usize> depth << 5);
  while (b < end) {
    const v = v128.load(b);
    b += 32;
    s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a), v));
    s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a1), v));
    s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a2), v));
    s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a3), v));
    s4 = f32x4.add(s4, f32x4.mul(v128.load32_splat(high), v));
    s5 = f32x4.add(s5, f32x4.mul(v128.load32_splat(a5), v));
    s6 = f32x4.add(s6, f32x4.mul(v128.load32_splat(a6), v));
    s7 = f32x4.add(s7, f32x4.mul(v128.load32_splat(a7), v));
    a += step;
    a1 += step;
    a2 += step;
    a3 += step;
    high += step;
    a5 += step;
    a6 += step;
    a7 += step;
  }
  v128.store(c, s0);
  v128.store(c + 16, s1);
  v128.store(c + 32, s2);
  v128.store(c + 48, s3);
  v128.store(c + 64, s4);
  v128.store(c + 80, s5);
  v128.store(c + 96, s6);
  v128.store(c + 112, s7);
}

/** After the last k: 1 = ReLU in place, 2 = `y` gets the GELU and C its derivative. */
function activate(kind: i32, c: usize, ldc: i32, y: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    const from = at(c, i * ldc);
    const to = at(y, i * ldc);
    let j = 0;
    if (kind == 1) {
      for (; j + 4 <= columns; j += 4) v128.store(at(from, j), f32x4.max(v128.load(at(from, j)), f32x4.splat(0)));
      for (; j < columns; j++) set(from, j, max<f32>(get(from, j), 0));
    } else {
      for (; j + 4 <= columns; j += 4) geluAndSlope(at(from, j), at(to, j), 4);
      if (j < columns) geluAndSlope(at(from, j), at(to, j), columns - j);
    }
  }
}

/**
 * C[M, N] = op(A)·op(B), plus C itself (`add`), or plus a row of `bias` (0: none); then an activation.
 * The scratch is {@linkcode PRODUCT_SCRATCH} bytes.
 */
export function product(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposeA: i32,
  b: usize,
  ldb: i32,
  transposeB: i32,
  c: usize,
  ldc: i32,
  add: i32,
  bias: usize,
  activation: i32,
  y: usize,
  scratch: usize,
): void {
  const panels = scratch;
  const rowsOfA = at(panels, DEPTH * WIDTH);
  const starts = at(rowsOfA, DEPTH * HEIGHT);
  const corner = at(starts, WIDTH + COLUMNS);
  const cStep = <usize> ldc << 2;
  for (let j0 = 0; j0 < n; j0 += WIDTH) {
    const columns = smaller(WIDTH, n - j0);
    if (bias) copy(starts, at(bias, j0), columns);
    for (let j = bias ? columns : 0; j < columns + COLUMNS; j++) set(starts, j, 0);
    for (let k0 = 0; k0 < larger(k, 1); k0 += DEPTH) {
      const depth = smaller(DEPTH, k - k0);
      const more = i32(add || k0 > 0);
      packColumns(at(b, transposeB ? j0 * ldb + k0 : k0 * ldb + j0), ldb, transposeB, columns, depth, panels);
      for (let i0 = 0; i0 < m; i0 += HEIGHT) {
        const rows = smaller(HEIGHT, m - i0);
        if (transposeA) packRows(at(a, k0 * lda + i0), lda, rows, depth, rowsOfA);
        for (let j = 0; j < columns; j += COLUMNS) {
          const panel = at(panels, j * depth);
          let done = 0;
          if (columns - j <= 4) {
            const width = columns - j;
            const row = at(c, i0 * ldc + j0 + j);
            const rowStep: usize = transposeA ? 4 : <usize> lda << 2;
            for (; done + 2 * ROWS <= rows; done += 2 * ROWS) {
              const low = transposeA ? at(rowsOfA, done * depth) : at(a, (i0 + done) * lda + k0);
              const high = transposeA ? at(rowsOfA, (done + ROWS) * depth) : at(a, (i0 + done + ROWS) * lda + k0);
              for (let r = 0; r < 2 * ROWS; r++) {
                copy(at(corner, r * 4), more ? at(row, (done + r) * ldc) : at(starts, j), width);
              }
              narrowTile(low, high, rowStep, transposeA ? 16 : 4, panel, depth, corner);
              for (let r = 0; r < 2 * ROWS; r++) copy(at(row, (done + r) * ldc), at(corner, r * 4), width);
            }
          }
          for (let i = done; i < rows; i += ROWS) {
            const some = rows - i;
            const ai = transposeA ? at(rowsOfA, i * depth) : at(a, (i0 + i) * lda + k0);
            const rowStep: usize = transposeA ? 4 : <usize> lda << 2;
            const step: usize = transposeA ? 16 : 4;
            const target = at(c, (i0 + i) * ldc + j0 + j);
            if (some >= ROWS && columns - j >= COLUMNS) {
              if (more) tile(ai, rowStep, step, ROWS, panel, depth, target, cStep, target, cStep);
              else tile(ai, rowStep, step, ROWS, panel, depth, target, cStep, at(starts, j), 0);
            } else {
              const height = smaller(ROWS, some);
              const width = smaller(COLUMNS, columns - j);
              if (more) {
                for (let r = 0; r < height; r++) copy(at(corner, r * COLUMNS), at(target, r * ldc), width);
                tile(ai, rowStep, step, height, panel, depth, corner, COLUMNS << 2, corner, COLUMNS << 2);
              } else tile(ai, rowStep, step, height, panel, depth, corner, COLUMNS << 2, at(starts, j), 0);
              for (let r = 0; r < height; r++) copy(at(target, r * ldc), at(corner, r * COLUMNS), width);
            }
          }
        }
        if (activation && k0 + DEPTH >= k) {
          const offset = i0 * ldc + j0;
          activate(activation, at(c, offset), ldc, at(y, offset), rows, columns);
        }
      }
    }
  }
}

/** Bytes of scratch that a thread needs for the products. */
export function matmulScratch(): usize {
  return PRODUCT_SCRATCH;
}

/** Rows [from, to) of one product. */
export function matmulRows(
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposeA: i32,
  b: usize,
  ldb: i32,
  transposeB: i32,
  c: usize,
  bias: usize,
  activation: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const first = at(a, transposeA ? from : from * lda);
  const offset = from * n;
  product(
    to - from,
    n,
    k,
    first,
    lda,
    transposeA,
    b,
    ldb,
    transposeB,
    at(c, offset),
    n,
    0,
    bias,
    activation,
    at(y, offset),
    scratch,
  );
}

/** Columns [from, to) of one product. */
export function matmulColumns(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  transposeA: i32,
  b: usize,
  ldb: i32,
  transposeB: i32,
  c: usize,
  bias: usize,
  activation: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  const first = at(b, transposeB ? from * ldb : from);
  const start = bias ? at(bias, from) : 0;
  product(
    m,
    to - from,
    k,
    a,
    lda,
    transposeA,
    first,
    ldb,
    transposeB,
    at(c, from),
    n,
    0,
    start,
    activation,
    at(y, from),
    scratch,
  );
}

/** Products [from, to) of a batch; `aSize` and `bSize` floats apart, 0 where one matrix serves all. */
export function matmulBatch(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aSize: i32,
  lda: i32,
  transposeA: i32,
  b: usize,
  bSize: i32,
  ldb: i32,
  transposeB: i32,
  c: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  scratch: usize,
): void {
  for (let i = from; i < to; i++) {
    product(
      m,
      n,
      k,
      at(a, i * aSize),
      lda,
      transposeA,
      at(b, i * bSize),
      ldb,
      transposeB,
      at(c, i * m * n),
      n,
      0,
      0,
      0,
      0,
      scratch,
    );
  }
}
