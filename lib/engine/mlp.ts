// R rows · C channels · D width of the hidden layer
import * as tf from "@tensorflow/tfjs-core";
import { type Activation, type ActivationGradient, narrowActivationGradient } from "./activation.ts";
import { addScaled } from "./add_scaled.ts";
import { differentiable, type Inputs, runKernel, shortLived } from "./differentiable.ts";
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

/** What the result is laid onto. */
export interface Onto {
  /** Shaped like the result. */
  readonly x: tf.Tensor;
  /** [C], by which the result is multiplied first. */
  readonly scale: tf.Tensor;
}

/** What is added to the norm's variances, and what follows the layers. */
export interface MlpOptions {
  readonly epsilon: number;
  readonly activation: Exclude<Activation, "relu">;
  /** The other branch of a block under LayerScale, as {@linkcode addScaled} has it; null: the branch alone is the result. */
  readonly onto?: Onto | null;
}

/**
 * The branch of a block as transformers and ConvNeXt have it: layer norm, a wide layer with a GELU, and a layer back.
 *
 * In bfloat16 the norm writes what the first product takes, the GELU reads and writes what the products around it make
 * and take, the second product is added to the other branch as it is, and so on the way back: nothing D wide is ever
 * float32.
 *
 * @param x [..., C]
 */
export function mlp(x: tf.Tensor, params: MlpParams, options: MlpOptions): tf.Tensor {
  const { onto = null, epsilon, activation } = options;
  if (isBrief() && hasNarrowNeighbours()) {
    const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [-1, x.shape[x.rank - 1]]);
    const other = onto === null ? null : { ...onto, x: rows(onto.x) };
    return tf.reshape(narrowMlp(rows(x), params, { epsilon, activation, onto: other }), x.shape);
  }
  const { norm, fc1, fc2 } = params;
  const normed = layerNorm(x, norm.weight, norm.bias, epsilon);
  const branch = linear(linear(normed, fc1.weight, fc1.bias, activation), fc2.weight, fc2.bias);
  return onto === null ? branch : addScaled(onto.x, branch, onto.scale);
}

function narrowMlp(
  x_RC: tf.Tensor,
  { norm, fc1, fc2 }: MlpParams,
  { epsilon, activation, onto }: Required<MlpOptions>,
): tf.Tensor {
  const inputs: Inputs = {
    x: x_RC,
    ...{ normWeight: norm.weight, normBias: norm.bias },
    ...{ weight1: fc1.weight, bias1: fc1.bias, weight2: fc2.weight, bias2: fc2.bias },
    ...(onto === null ? {} : { other: onto.x, scale: onto.scale }),
  };
  return differentiable({
    inputs,
    forward: (save) => {
      const given = { x: x_RC, weight: norm.weight, bias: norm.bias };
      const [y_RC, statistics] = runKernel("HouseLayerNorm", given, { epsilon, narrow: true });
      const [weight_DC, weight_CD] = [narrow(fc1.weight), narrow(fc2.weight)];
      const z_RD = narrowProduct(y_RC, weight_DC, false, true);
      const [h_RD, slope_RD] = runKernel("HouseFinish", { z: z_RD, bias: fc1.bias }, { activation, narrow: true });
      const z = narrowProduct(h_RD, weight_CD, false, true);
      const saved = [x_RC, norm.weight, statistics, y_RC, weight_DC, h_RD, slope_RD, weight_CD];
      if (onto === null) {
        save(saved);
        return runKernel("HouseFinish", { z, bias: fc2.bias }, { activation: "none", narrow: false })[0];
      }
      save([...saved, z, fc2.bias, onto.scale]);
      return runKernel("HouseAddBranch", { z, bias: fc2.bias, ...onto })[0];
    },
    backward: (dy, [x_RC, weight, statistics, y_RC, weight_DC, h_RD, slope_RD, weight_CD, ...joined]) => {
      const { scale, ...last } = joined.length === 0
        ? { ...narrowActivationGradient(dy, null, { activation: null, hasBias: true }), scale: null }
        : branchGradient(dy, joined);
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
        ...(scale === null ? {} : { other: () => tf.clone(dy), scale }),
      };
    },
  });
}

/** Through the sum of both branches, to the second product. */
function branchGradient(
  dy: tf.Tensor,
  [z, bias, scale]: readonly tf.Tensor[],
): ActivationGradient & { readonly scale: () => tf.Tensor } {
  const [dz, ofBias, ofScale] = shortLived(runKernel("HouseAddBranchGrad", { dy, z, bias, scale }));
  return { dz, bias: () => tf.clone(ofBias), scale: () => tf.clone(ofScale) };
}
