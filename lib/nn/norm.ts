import { layerNorm, type Tensor, tidy } from "../engine/ops.ts";
import { ones, zeros } from "./initial.ts";

/** Weights of a layer norm over N values. */
export type NormParams = {
  /** [N] */
  readonly weight: Tensor;
  /** [N] */
  readonly bias: Tensor;
};

/** One and zero: the norm leaves unit rows as they are. */
export function initNorm(size: number): NormParams {
  return { weight: ones([size]), bias: zeros([size]) };
}

/** Layer normalisation over the last axis: [..., N] → [..., N] (Ba et al. 2016); ε as timm's ConvNeXt has it. */
export function applyNorm(params: NormParams, x: Tensor, epsilon = 1e-6): Tensor {
  return tidy(() => layerNorm(x, params.weight, params.bias, epsilon));
}
