// R rows · C channels
import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, type Inputs, runKernel, shortLived } from "./differentiable.ts";
import { gelu } from "./gelu.ts";

/** What a layer may apply to its sums; the three kinds of GELU are those of {@linkcode gelu}. */
export type Activation = "relu" | "gelu" | "geluTanh" | "geluSigmoid";

/** An activation by name; null leaves its input as it is. */
export function activate(x: tf.Tensor, activation: Activation | null): tf.Tensor {
  switch (activation) {
    case null:
      return x;
    case "relu":
      return tf.relu(x);
    case "gelu":
      return gelu(x);
    case "geluTanh":
      return gelu(x, "tanh");
    case "geluSigmoid":
      return gelu(x, "sigmoid");
  }
}

/** The gradients of activation(z + bias) with respect to z, which is made once, and to the bias. */
export interface ActivationGradient {
  readonly dz: tf.Tensor;
  readonly bias: () => tf.Tensor;
}

/**
 * Backward of a layer that adds a bias over the last axis and then activates, for the kernels that keep what it needs.
 *
 * @param dy [..., C]
 * @param kept shaped like `dy`: the output for "relu", the derivative at z for a GELU; null without activation
 * @param hasBias whether the layer has one
 */
export function activationGradient(
  dy: tf.Tensor,
  kept: tf.Tensor | null,
  { activation, hasBias }: { readonly activation: Activation | null; readonly hasBias: boolean },
): ActivationGradient {
  const rows = dy.shape.slice(0, -1).map((_, axis) => axis);
  if (hasKernel("HouseActivationGrad") && hasBias) {
    const inputs: Inputs = kept === null ? { dy } : { dy, kept };
    // without activation there is one result: dz is dy itself
    const made = shortLived(runKernel("HouseActivationGrad", inputs, { activation: activation ?? "none" }));
    const [dz, ofBias] = activation === null ? [dy, made[0]] : made;
    return { dz, bias: () => tf.clone(ofBias) };
  }
  const dz = kept === null ? dy : shortLived([
    activation === "relu" ? reluGradient(kept, dy) : tf.mul(dy, kept),
  ])[0];
  return { dz, bias: () => tf.sum(dz, rows) };
}

/**
 * As {@linkcode activationGradient}, with dz in bfloat16 for the products behind it, and the sums of the bias float32;
 * `dy` and `kept` in whatever they are. For backends with the kernel "HouseNarrowSums".
 */
export function narrowActivationGradient(
  dy: tf.Tensor,
  kept: tf.Tensor | null,
  { activation, hasBias }: { readonly activation: Activation | null; readonly hasBias: boolean },
): ActivationGradient {
  const made = kept !== null
    ? runKernel("HouseActivationGrad", { dy, kept }, { activation: activation!, narrow: true })
    : hasBias
    ? runKernel("HouseNarrowSums", { x: dy })
    : runKernel("HouseNarrow", { x: dy });
  const [dz, ofBias] = shortLived(made);
  return { dz, bias: () => tf.clone(ofBias) };
}

/** dy where x > 0, `slope` · dy elsewhere; x is the input of a ReLU or, for the plain one, its output. */
export function reluGradient(x: tf.Tensor, dy: tf.Tensor, slope = 0): tf.Tensor {
  if (hasKernel("HouseReluGrad")) return runKernel("HouseReluGrad", { x, dy }, { slope })[0];
  return tf.mul(dy, tf.step(x, slope));
}
