// Matrix product in all four transpose forms. Each element of C is one sum over k in ascending order (blocks of DEPTH),
// whatever the tile it falls in, so that splitting rows or columns over threads never changes a bit.
import { at, copy, get, larger, set, smaller } from "./vector.as";
import { packColumns, packRows } from "./pack.as";
import { COLUMNS, narrowTile, ROWS, tile } from "./tile.as";
import { geluAndSlope } from "./gelu.as";

const DEPTH: i32 = 256; // of k: a panel of B is 8 KiB, half of L1
const WIDTH: i32 = 512; // of N: all panels of B are 512 KiB, in L2
const HEIGHT: i32 = 96; // of M

/** Bytes of scratch that {@linkcode product} wants. */
export const PRODUCT_SCRATCH: usize = (DEPTH * WIDTH + DEPTH * HEIGHT + WIDTH + COLUMNS + ROWS * COLUMNS + 64) << 2;

/** After the last k: 1 = ReLU in place; from 2 on the GELU of form `kind` − 2, which `y` gets, and C its derivative. */
function activate(kind: i32, c: usize, ldc: i32, y: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    const from = at(c, i * ldc);
    const to = at(y, i * ldc);
    let j = 0;
    if (kind == 1) {
      for (; j + 4 <= columns; j += 4) v128.store(at(from, j), f32x4.max(v128.load(at(from, j)), f32x4.splat(0)));
      for (; j < columns; j++) set(from, j, max<f32>(get(from, j), 0));
    } else geluAndSlope(kind - 2, from, to, columns);
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
