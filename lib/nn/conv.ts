// B samples · H, W height and width · C channels · I, O channels in and out · K kernel size
import { convolve, depthwise, type Tensor, type Tensor4D, tidy } from "../engine/ops.ts";
import { type Draw, zeros } from "./initial.ts";

/** Weights of a convolution; the filter is in the house's layout. */
export type ConvParams = {
  /** [K, K, I, O]; depthwise [K, K, 1, C] */
  readonly weight: Tensor;
  /** [O] */
  readonly bias: Tensor;
};

/** Weights of a convolution without a bias: the norm behind it would take it away. */
export type FilterParams = Pick<ConvParams, "weight">;

/** Fresh weights of a dense convolution; the bias is zero. */
export function initConv(
  { size, inputs, outputs }: { size: number; inputs: number; outputs: number },
  draw: Draw,
): ConvParams {
  return { weight: draw([size, size, inputs, outputs]), bias: zeros([outputs]) };
}

/** Fresh weights of a depthwise convolution; the bias is zero. */
export function initDepthwise({ size, channels }: { size: number; channels: number }, draw: Draw): ConvParams {
  return { weight: draw([size, size, 1, channels]), bias: zeros([channels]) };
}

/** [B, H, W, I] → [B, H′, W′, O]. `pad` pixels of zeros on every side; H′ = ⌊(H + 2·pad − K) / stride⌋ + 1. */
export function applyConv(
  params: ConvParams | FilterParams,
  x_BHWI: Tensor4D,
  { stride = 1, pad = 0 }: { stride?: number; pad?: number } = {},
): Tensor4D {
  return tidy(() =>
    convolve(x_BHWI, params.weight, "bias" in params ? params.bias : null, { stride, pad }) as Tensor4D
  );
}

/** Every channel with its own filter, zeros around, size kept: [B, H, W, C] → [B, H, W, C]. K is odd. */
export function applyDepthwise(params: ConvParams, x_BHWC: Tensor4D): Tensor4D {
  return tidy(() => depthwise(x_BHWC, params.weight, params.bias) as Tensor4D);
}
