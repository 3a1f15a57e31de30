// R rows · C channels
/**
 * Layers whose sums are products in bfloat16, with float32 going in and coming out. Tensors in bfloat16 stay inside of
 * one operation: JavaScript takes them for float32, and no other operation knows what to do with them.
 */
import * as tf from "@tensorflow/tfjs-core";
import { activate, type Activation, narrowActivationGradient } from "./activation.ts";
import { differentiable, hasKernel, type Inputs, runKernel, shortLived } from "./differentiable.ts";
import { isBrief } from "./precision.ts";

/** A product and its two gradients, all of bfloat16. */
export interface NarrowSums {
  readonly forward: (x: tf.Tensor, weight: tf.Tensor) => tf.Tensor;
  /** From the gradient of what `forward` made. */
  readonly toX: (dz: tf.Tensor, weight: tf.Tensor) => tf.Tensor;
  readonly toWeight: (dz: tf.Tensor, x: tf.Tensor) => tf.Tensor;
}

/** What a layer is made of, float32. */
export interface NarrowLayer {
  readonly x: tf.Tensor;
  readonly weight: tf.Tensor;
  /** [C] or null. */
  readonly bias: tf.Tensor | null;
  readonly activation: Activation | null;
}

/** The same values, rounded to bfloat16. */
export function narrow(x: tf.Tensor): tf.Tensor {
  return runKernel("HouseNarrow", { x })[0];
}

/** The same values as float32. */
export function widen(x: tf.Tensor): tf.Tensor {
  return runKernel("HouseWiden", { x })[0];
}

/** A matrix product of two tensors in bfloat16, in bfloat16. */
export function narrowProduct(a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): tf.Tensor {
  return runKernel("BatchMatMul", { a, b }, { transposeA, transposeB })[0];
}

/** Whether bias, activation and norms have kernels that take bfloat16 and make it. */
export function hasNarrowNeighbours(): boolean {
  return hasKernel("HouseNarrowSums");
}

/** activation(x ∘ weight + bias), the product in bfloat16; the bias lies on the last axis. */
export function narrowed(layer: NarrowLayer, sums: NarrowSums): tf.Tensor {
  if (hasNarrowNeighbours()) return fused(layer, sums);
  const { x, weight, bias, activation } = layer;
  const z = differentiable({
    inputs: { x, weight },
    forward: (save) => {
      const given = [narrow(x), narrow(weight)];
      save(given);
      return widen(sums.forward(given[0], given[1]));
    },
    backward: (dy, saved) => gradients(shortLived([narrow(dy)])[0], saved, sums),
  });
  return activate(bias === null ? z : tf.add(z, bias), activation);
}

/** Bias and activation read the product as it is, and their gradient is written as the next products take it. */
function fused({ x, weight, bias, activation }: NarrowLayer, sums: NarrowSums): tf.Tensor {
  const inputs: Inputs = bias === null ? { x, weight } : { x, weight, bias };
  return differentiable({
    inputs,
    forward: (save) => {
      const given = [narrow(x), narrow(weight)];
      const z = sums.forward(given[0], given[1]);
      if (bias === null && activation === null) {
        save(given);
        return widen(z);
      }
      const made = runKernel("HouseFinish", bias === null ? { z } : { z, bias }, {
        activation: activation ?? "none",
        narrow: false,
      });
      save([...given, ...(activation === null ? [] : [made[made.length - 1]])]);
      return made[0];
    },
    backward: (dy, [narrowX, narrowWeight, kept = null]) => {
      const { dz, bias: ofBias } = narrowActivationGradient(dy, kept, { activation, hasBias: bias !== null });
      return { ...gradients(dz, [narrowX, narrowWeight], sums), bias: ofBias };
    },
  });
}

function gradients(
  dz: tf.Tensor,
  [x, weight]: readonly tf.Tensor[],
  { toX, toWeight }: NarrowSums,
): Record<"x" | "weight", () => tf.Tensor> {
  return {
    x: () => tf.tidy(() => widen(toX(dz, weight))),
    weight: () => tf.tidy(() => widen(toWeight(dz, x))),
  };
}

/**
 * The matrix product of the last two axes, in the precision at hand; the axes before them are the same in both.
 *
 * TensorFlow.js's own `matMul` is float32 in either, for what is no layer: distances, means, choices.
 */
export function product(a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): tf.Tensor {
  if (!isBrief()) return tf.matMul(a, b, transposeA, transposeB);
  return narrowed({ x: a, weight: b, bias: null, activation: null }, productSums(transposeA, transposeB));
}

/** A matrix product as the sums of a layer. */
export function productSums(transposeA: boolean, transposeB: boolean): NarrowSums {
  return {
    forward: (a, b) => narrowProduct(a, b, transposeA, transposeB),
    toX: (dz, b) => transposeA ? narrowProduct(b, dz, transposeB, true) : narrowProduct(dz, b, false, !transposeB),
    toWeight: (dz, a) => transposeB ? narrowProduct(dz, a, true, transposeA) : narrowProduct(a, dz, !transposeA, false),
  };
}
