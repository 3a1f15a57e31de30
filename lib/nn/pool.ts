// B samples · H, W height and width · C channels · S side of what is left
import {
  matMul,
  mean,
  reshape,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  transpose,
} from "../engine/ops.ts";

/** The mean over an image: [B, H, W, C] → [B, C]. */
export function globalPool(x_BHWC: Tensor4D): Tensor2D {
  return mean(x_BHWC, [1, 2]);
}

/**
 * The mean over S × S windows that cover an image, whatever its size: [B, H, W, C] → [B, S, S, C]. Window i of a side
 * of n pixels reaches from ⌊i·n/S⌋ to ⌈(i + 1)·n/S⌉, so that neighbours overlap where S does not divide n: PyTorch's
 * adaptive average pooling.
 */
export function adaptivePool(x_BHWC: Tensor4D, side: number): Tensor4D {
  return tidy(() => {
    const [rows, height, width, channels] = x_BHWC.shape;
    const x_BCHW = transpose(x_BHWC, [0, 3, 1, 2]);
    const y_BCHS = alongLast(x_BCHW, width, side);
    const z_BCSS = alongLast(transpose(reshape(y_BCHS, [rows, channels, height, side]), [0, 1, 3, 2]), height, side);
    return transpose(reshape(z_BCSS, [rows, channels, side, side]), [0, 3, 2, 1]);
  });
}

/** Means over the windows of the last axis: rows of n values → rows of S. */
function alongLast(x: Tensor, length: number, windows: number): Tensor {
  const weights = Array.from({ length: windows }, (_, i) => {
    const [from, to] = [Math.floor(i * length / windows), Math.ceil((i + 1) * length / windows)];
    return Array.from({ length }, (_, j) => j >= from && j < to ? 1 / (to - from) : 0);
  });
  return matMul(reshape(x, [-1, length]), tensor(weights, [windows, length]), false, true);
}
