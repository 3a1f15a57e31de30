// N values of one row's last axis
import * as tf from "@tensorflow/tfjs-core";
import { differentiable, hasKernel, runKernel, shortLived } from "./differentiable.ts";

/** Layer normalisation over the last axis (Ba et al. 2016). `weight` and `bias` [N]. */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  if (!hasKernel("HouseLayerNorm")) return composed(x, weight, bias, epsilon);
  return differentiable({
    inputs: { x, weight, bias },
    forward: (save) => {
      const [y, statistics] = runKernel("HouseLayerNorm", { x, weight, bias }, { epsilon });
      save([x, weight, statistics]);
      return y;
    },
    backward: (dy, [x, weight, statistics]) => {
      const [dx, ofWeight, ofBias] = shortLived(runKernel("HouseLayerNormGrad", { x, weight, dy, statistics }));
      return { x: () => tf.clone(dx), weight: () => tf.clone(ofWeight), bias: () => tf.clone(ofBias) };
    },
  });
}

function composed(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
}
