// R rows · I input width · O output width
import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation, activationGradient } from "./activation.ts";
import { differentiable, hasKernel, type Inputs, runKernel } from "./differentiable.ts";
import { narrowed, productSums } from "./narrowed.ts";
import { isBrief } from "./precision.ts";

/**
 * x · weightᵀ + bias over the last axis, then an activation, in the precision at hand.
 *
 * @param x [..., I]
 * @param weight [O, I], as PyTorch stores it
 * @param bias [O] or null
 */
export function linear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | null,
  activation: Activation | null = null,
): tf.Tensor {
  const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]]);
  const apply = isBrief() ? brief : hasKernel("HouseLinear") ? fused : composed;
  return tf.reshape(apply(rows, weight, bias, activation), [...x.shape.slice(0, -1), weight.shape[0]]);
}

/** The product in bfloat16. */
function brief(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null, activation: Activation | null): tf.Tensor {
  return narrowed({ x, weight, bias, activation }, productSums(false, true));
}

function composed(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null, activation: Activation | null): tf.Tensor {
  const product = tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true);
  return activate(bias === null ? product : tf.add(product, bias), activation);
}

function fused(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null, activation: Activation | null): tf.Tensor {
  const inputs: Inputs = bias === null ? { x, weight } : { x, weight, bias };
  return differentiable({
    inputs,
    forward: (save) => {
      // with a GELU the second result is its derivative: computed along with it for a tenth of what it costs alone
      const made = runKernel("HouseLinear", inputs, { activation: activation ?? "none" });
      save([x, weight, ...(activation === null ? [] : [made[made.length - 1]])]);
      return made[0];
    },
    backward: (dy, [x, weight, kept = null]) => {
      const { dz, bias: ofBias } = activationGradient(dy, kept, { activation, hasBias: bias !== null });
      const [dz_RO, x_RI, weight_OI] = [dz, x, weight] as tf.Tensor2D[];
      return {
        x: () => tf.matMul(dz_RO, weight_OI),
        weight: () => tf.matMul(dz_RO, x_RI, true, false),
        bias: ofBias,
      };
    },
  });
}
