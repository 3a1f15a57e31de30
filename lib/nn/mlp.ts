// C channels · D width of the hidden layer
import { mlp, type MlpOptions, type MlpParams, type Tensor, tidy } from "../engine/ops.ts";
import type { LinearParams } from "./linear.ts";
import type { NormParams } from "./norm.ts";

/** The norm before the layers, and the layers under the names that checkpoints have. */
export interface NormedMlp {
  /** Of C. */
  readonly norm: NormParams;
  /** C → D and D → C. */
  readonly mlp: { readonly fc1: LinearParams; readonly fc2: LinearParams };
}

/**
 * Layer norm, a wide layer with a GELU, and a layer back: [..., C] → [..., C]. `epsilon` as in `applyNorm`; with `onto`
 * the other branch of a block, to which the result is added under LayerScale.
 */
export function applyNormedMlp(
  { norm, mlp: layers }: NormedMlp,
  x: Tensor,
  { activation, epsilon = 1e-6, onto = null }: Pick<MlpOptions, "activation"> & Partial<MlpOptions>,
): Tensor {
  return tidy(() => mlp(x, { norm, ...layers } satisfies MlpParams, { activation, epsilon, onto }));
}
