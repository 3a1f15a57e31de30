import * as tf from "@tensorflow/tfjs-core";
import { differentiable, hasKernel, runKernel } from "./differentiable.ts";

/** Gaussian error linear unit, x · Φ(x) with the exact error function (Hendrycks and Gimpel 2016). Any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!hasKernel("HouseGelu")) return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  return differentiable({
    inputs: { x },
    forward: (save) => {
      save([x]);
      return runKernel("HouseGelu", { x })[0];
    },
    backward: (dy, [x]) => ({ x: () => runKernel("HouseGeluGrad", { x, dy })[0] }),
  });
}
