/** What networks take and give: plain numbers and a shape, with nothing of a runtime about them. */
export interface Values {
  /** Row by row, as many as the shape says. */
  readonly data: Float32Array;
  /** [N, C, H, W] of images and latents, [N, T, D] of texts. */
  readonly shape: readonly number[];
}
