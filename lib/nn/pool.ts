// B samples · H, W height and width · C channels
import { mean, type Tensor2D, type Tensor4D } from "../engine/ops.ts";

/** The mean over an image: [B, H, W, C] → [B, C]. */
export function globalPool(x_BHWC: Tensor4D): Tensor2D {
  return mean(x_BHWC, [1, 2]);
}
