import * as tf from "@tensorflow/tfjs-core";
import { differentiable, hasKernel, runKernel } from "./differentiable.ts";

/** How Φ, the normal distribution's cumulative function, is computed. */
export type GeluForm = "erf" | "tanh" | "sigmoid";

const composed: Readonly<Record<GeluForm, (x: tf.Tensor) => tf.Tensor>> = {
  erf: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  tanh: (x) => {
    const inner = tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  },
  sigmoid: (x) => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
};

/**
 * Gaussian error linear unit, x · Φ(x). Any shape.
 *
 * @param form "erf" is exact; "tanh" the approximation of the paper's section 2; "sigmoid" x · σ(1.702 x), the paper's
 * other one, which CLIP calls QuickGELU
 *
 * Source: Gaussian Error Linear Units (Hendrycks and Gimpel 2016).
 */
export function gelu(x: tf.Tensor, form: GeluForm = "erf"): tf.Tensor {
  if (!hasKernel("HouseGelu")) return composed[form](x);
  return differentiable({
    inputs: { x },
    forward: (save) => {
      save([x]);
      return runKernel("HouseGelu", { x }, { form })[0];
    },
    backward: (dy, [x]) => ({ x: () => runKernel("HouseGeluGrad", { x, dy }, { form })[0] }),
  });
}
