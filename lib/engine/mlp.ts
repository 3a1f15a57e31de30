// R rows · C channels · D width of the hidden layer
import * as tf from "@tensorflow/tfjs-core";
import { type Activation, narrowActivationGradient } from "./activation.ts";
import { differentiable, runKernel, shortLived } from "./differentiable.ts";
import { layerNorm } from "./layer_norm.ts";
import { linear } from "./linear.ts";
import { hasNarrowNeighbours, narrow, narrowProduct, widen } from "./narrowed.ts";
import { isBrief } from "./precision.ts";

/** What a layer is made of, as PyTorch stores it. */
export interface Layer {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** A norm and two linear layers. */
export interface MlpParams {
  /** [C] */
  readonly norm: Layer;
  /** [D, C] and [D] */
  readonly fc1: Layer;
  /** [C, D] and [C] */
  readonly fc2: Layer;
}

/** What is added to the norm's variances, and what follows the first layer. */
export interface MlpOptions {
  readonly epsilon: number;
  readonly activation: Exclude<Activation, "relu">;
}

/**
 * The branch of a block as transformers and ConvNeXt have it: layer norm, a wide layer with a GELU, and a layer back.
 *
 * In bfloat16 the norm writes what the first product takes, the GELU reads and writes what the products around it make
 * and take, and so on the way back: nothing D wide is ever float32.
 *
 * @param x [..., C]
 */
export function mlp(x: tf.Tensor, params: MlpParams, options: MlpOptions): tf.Tensor {
  if (isBrief() && hasNarrowNeighbours()) {
    return tf.reshape(narrowMlp(tf.reshape(x, [-1, x.shape[x.rank - 1]]), params, options), x.shape);
  }
  const { norm, fc1, fc2 } = params;
  const normed = layerNorm(x, norm.weight, norm.bias, options.epsilon);
  return linear(linear(normed, fc1.weight, fc1.bias, options.activation), fc2.weight, fc2.bias);
}

function narrowMlp(x_RC: tf.Tensor, { norm, fc1, fc2 }: MlpParams, { epsilon, activation }: MlpOptions): tf.Tensor {
  const inputs = {
    x: x_RC,
    ...{ normWeight: norm.weight, normBias: norm.bias },
    ...{ weight1: fc1.weight, bias1: fc1.bias, weight2: fc2.weight, bias2: fc2.bias },
  };
  return differentiable({
    inputs,
    forward: (save) => {
      const given = { x: x_RC, weight: norm.weight, bias: norm.bias };
      const [y_RC, statistics] = runKernel("HouseLayerNorm", given, { epsilon, narrow: true });
      const [weight_DC, weight_CD] = [narrow(fc1.weight), narrow(fc2.weight)];
      const z = narrowProduct(y_RC, weight_DC, false, true);
      const [h_RD, slope_RD] = runKernel("HouseFinish", { z, bias: fc1.bias }, { activation, narrow: true });
      const sums = narrowProduct(h_RD, weight_CD, false, true);
      save([x_RC, norm.weight, statistics, y_RC, weight_DC, h_RD, slope_RD, weight_CD]);
      return runKernel("HouseFinish", { z: sums, bias: fc2.bias }, { activation: "none", narrow: false })[0];
    },
    backward: (dy, [x_RC, weight, statistics, y_RC, weight_DC, h_RD, slope_RD, weight_CD]) => {
      const last = narrowActivationGradient(dy, null, { activation: null, hasBias: true });
      const dh_RD = narrowProduct(last.dz, weight_CD);
      const first = narrowActivationGradient(dh_RD, slope_RD, { activation, hasBias: true });
      dh_RD.dispose();
      const dyOfNorm = narrowProduct(first.dz, weight_DC);
      const ofNorm = runKernel("HouseLayerNormGrad", { x: x_RC, weight, dy: dyOfNorm, statistics });
      dyOfNorm.dispose();
      const [dx, ofNormWeight, ofNormBias] = shortLived(ofNorm);
      const wide = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.tidy(() => widen(narrowProduct(a, b, true, false)));
      return {
        ...{ x: () => tf.clone(dx), normWeight: () => tf.clone(ofNormWeight), normBias: () => tf.clone(ofNormBias) },
        ...{ weight1: () => wide(first.dz, y_RC), bias1: first.bias },
        ...{ weight2: () => wide(last.dz, h_RD), bias2: last.bias },
      };
    },
  });
}
