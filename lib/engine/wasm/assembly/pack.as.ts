// Operands of a matrix product copied into panels, in the order in which the tiles read them.
import { at, get, set, smaller } from "./vector.as";
import { COLUMNS, ROWS } from "./tile.as";

/** Panels of 4 rows of op(A) = Aᵀ, stored [K, M]: for each k the 4 values side by side. */
export function packRows(a: usize, lda: i32, rows: i32, depth: i32, to: usize): void {
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
export function packColumns(b: usize, ldb: i32, transposed: i32, columns: i32, depth: i32, to: usize): void {
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
