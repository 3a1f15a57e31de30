// The innermost loops of the matrix product. Tiles of 6×8 need 16 vector registers where V8 has 15 and fall to a fifth
// of their speed at some positions of the native stack; 4×8 needs 12 and reached 34 GFLOP/s where 6×8 reached 36.

/** Rows of a tile. */
export const ROWS: i32 = 4;

/** Columns of a tile. */
export const COLUMNS: i32 = 8;

/**
 * C[4, 8] = start + A·B over `depth`. A is read at a + row·rowStep + k·step (so from the matrix itself, or from
 * packed panels), B from a panel; `start` holds what the sums begin with, `startStep` bytes a row (0: one row for all).
 */
export function tile(
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
export function narrowTile(a: usize, high: usize, rowStep: usize, step: usize, b: usize, depth: i32, c: usize): void {
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
