// R rows · C channels
import * as tf from "@tensorflow/tfjs-core";
import { differentiable, hasKernel, runKernel, shortLived } from "./differentiable.ts";

/**
 * x + y · scale, channel by channel: a residual block's two branches under LayerScale (Touvron et al. 2021).
 *
 * @param x [..., C]
 * @param y shaped like x
 * @param scale [C]
 */
export function addScaled(x: tf.Tensor, y: tf.Tensor, scale: tf.Tensor): tf.Tensor {
  if (!hasKernel("HouseAddScaled")) return tf.add(x, tf.mul(y, scale));
  return differentiable({
    inputs: { x, y, scale },
    forward: (save) => {
      save([y, scale]);
      return runKernel("HouseAddScaled", { x, y, scale })[0];
    },
    backward: (dy, [y, scale]) => {
      const [ofY, ofScale] = shortLived(runKernel("HouseAddScaledGrad", { y, scale, dy }));
      return { x: () => tf.clone(dy), y: () => tf.clone(ofY), scale: () => tf.clone(ofScale) };
    },
  });
}
