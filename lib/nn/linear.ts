// O outputs · I inputs
import { type Activation, linear, type Tensor, tidy } from "../engine/ops.ts";
import { type Draw, zeros } from "./initial.ts";

/** Weights of a linear layer in PyTorch's layout. */
export type LinearParams = {
  /** [O, I] */
  readonly weight: Tensor;
  /** [O] */
  readonly bias: Tensor;
};

/** Weights of a linear layer without a bias. */
export type ProjectionParams = Pick<LinearParams, "weight">;

/** Fresh weights; the bias is zero. */
export function initLinear({ inputs, outputs }: { inputs: number; outputs: number }, draw: Draw): LinearParams {
  return { weight: draw([outputs, inputs]), bias: zeros([outputs]) };
}

/** x · weightᵀ + bias over the last axis: [..., I] → [..., O], then the activation. */
export function applyLinear(
  params: LinearParams | ProjectionParams,
  x: Tensor,
  activation: Activation | null = null,
): Tensor {
  return tidy(() => linear(x, params.weight, "bias" in params ? params.bias : null, activation));
}
