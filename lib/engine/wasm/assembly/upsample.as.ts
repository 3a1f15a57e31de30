// Nearest-neighbour upsampling by a whole factor, and its gradient.
import { accumulate, at, clear, copy } from "./vector.as";

/** Rows [from, to) of all images' x [N·H, W, C]: each pixel becomes a square of factor × factor. */
export function upsample(
  x: usize,
  w: i32,
  c: i32,
  factor: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const line = w * factor * c;
  for (let r = from; r < to; r++) {
    const target = at(y, r * factor * line);
    for (let j = 0; j < w; j++) {
      for (let f = 0; f < factor; f++) copy(at(target, (j * factor + f) * c), at(x, (r * w + j) * c), c);
    }
    for (let f = 1; f < factor; f++) copy(at(target, f * line), target, line);
  }
}

/** Rows [from, to) of all images' dx: each pixel the sum of its square. */
export function upsampleGrad(
  dy: usize,
  w: i32,
  c: i32,
  factor: i32,
  dx: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  const line = w * factor * c;
  for (let r = from; r < to; r++) {
    const target = at(dx, r * w * c);
    clear(target, w * c);
    for (let f = 0; f < factor; f++) {
      const source = at(dy, (r * factor + f) * line);
      for (let j = 0; j < w; j++) {
        for (let g = 0; g < factor; g++) accumulate(at(target, j * c), at(source, (j * factor + g) * c), c);
      }
    }
  }
}
