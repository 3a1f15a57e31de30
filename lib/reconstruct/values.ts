/** What networks take and give: plain numbers and a shape, with nothing of a runtime about them. */
export interface Values {
  /** Row by row, as many as the shape says. */
  readonly data: Float32Array;
  /** [N, C, H, W] of images and latents, [N, T, D] of texts. */
  readonly shape: readonly number[];
}

/** Whole numbers that networks take: tokens and timesteps. */
export interface IntValues {
  readonly data: Int32Array;
  /** [N, T] of tokens, [] of a number alone. */
  readonly shape: readonly number[];
}

/** How many numbers a shape holds. */
export function countOfShape(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
