// Copies of blocks of a tensor: what slicing, padding, joining and splitting come down to.
import { at, copy } from "./vector.as";

/**
 * Runs of `run` floats in a block of three outer axes; the first axis goes over [from, to), the others over `n1` and
 * `n2`. Steps are in floats.
 */
export function copyBlocks(
  x: usize,
  x0: i32,
  x1: i32,
  x2: i32,
  y: usize,
  y0: i32,
  y1: i32,
  y2: i32,
  n1: i32,
  n2: i32,
  run: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  for (let i = from; i < to; i++) {
    for (let j = 0; j < n1; j++) {
      let source = at(x, i * x0 + j * x1);
      let target = at(y, i * y0 + j * y1);
      for (let k = 0; k < n2; k++) {
        copy(target, source, run);
        source += <usize> x2 << 2;
        target += <usize> y2 << 2;
      }
    }
  }
}
