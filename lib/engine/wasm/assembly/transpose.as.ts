// Transposition: the last axis and another one change places, whatever the others do.
import { at, get, set, smaller } from "./vector.as";

const BAND: i32 = 32; // rows of x at a time, so that what is written stays in cache

/** Bands of rows that {@linkcode transposePlanes} takes one by one. */
export function transposeBands(rows: i32): i32 {
  return (rows + BAND - 1) / BAND;
}

/**
 * Planes of `rows` × `columns`: x[r · xRow + c] goes to y[c · yColumn + r]. Outside of them three axes of `n0`, `n1`
 * and `n2` with steps of their own; [from, to) goes over the bands of rows of all of the first axis. Steps in floats.
 */
export function transposePlanes(
  x: usize,
  x0: i32,
  x1: i32,
  x2: i32,
  xRow: i32,
  y: usize,
  y0: i32,
  y1: i32,
  y2: i32,
  yColumn: i32,
  n1: i32,
  n2: i32,
  rows: i32,
  columns: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const bands = transposeBands(rows);
  for (let band = from; band < to; band++) {
    const i = band / bands;
    const r = band % bands * BAND;
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        const source = at(x, i * x0 + j * x1 + k * x2 + r * xRow);
        const target = at(y, i * y0 + j * y1 + k * y2 + r);
        plane(source, xRow, target, yColumn, smaller(BAND, rows - r), columns);
      }
    }
  }
}

function plane(x: usize, xRow: i32, y: usize, yColumn: i32, rows: i32, columns: i32): void {
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const t = at(y, c * yColumn);
    const t1 = at(t, yColumn), t2 = at(t1, yColumn), t3 = at(t2, yColumn);
    let r = 0;
    for (; r + 4 <= rows; r += 4) {
      const s = at(x, r * xRow + c);
      const s1 = at(s, xRow), s2 = at(s1, xRow), s3 = at(s2, xRow);
      const a = v128.load(s), b = v128.load(s1), d = v128.load(s2), e = v128.load(s3);
      const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5), high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const low2 = v128.shuffle<f32>(d, e, 0, 4, 1, 5), high2 = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
      v128.store(at(t, r), v128.shuffle<f32>(low, low2, 0, 1, 4, 5));
      v128.store(at(t1, r), v128.shuffle<f32>(low, low2, 2, 3, 6, 7));
      v128.store(at(t2, r), v128.shuffle<f32>(high, high2, 0, 1, 4, 5));
      v128.store(at(t3, r), v128.shuffle<f32>(high, high2, 2, 3, 6, 7));
    }
    for (; r < rows; r++) {
      const s = at(x, r * xRow + c);
      set(t, r, get(s, 0));
      set(t1, r, get(s, 1));
      set(t2, r, get(s, 2));
      set(t3, r, get(s, 3));
    }
  }
  for (; c < columns; c++) {
    for (let r = 0; r < rows; r++) set(y, c * yColumn + r, get(x, r * xRow + c));
  }
}
