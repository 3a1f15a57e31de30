/** How fresh weights are drawn. */
import { constant, type Tensor, tensor, zeros as zerosOf } from "../engine/ops.ts";
import type { Random } from "../random.ts";

/** Makes the tensor of one weight from its shape. */
export type Draw = (shape: number[]) => Tensor;

/** A stream of random numbers for each name. */
export type Streams = (name: string) => Random;

/** All zeros: biases, and templates that a checkpoint will fill. */
export function zeros(shape: number[]): Tensor {
  return zerosOf(shape);
}

/** All ones: the weights of norms. */
export function ones(shape: number[]): Tensor {
  return constant(shape, 1);
}

/** All the same value. */
export function filledWith(value: number): Draw {
  return (shape) => constant(shape, value);
}

/** A tensor of numbers drawn one after another. */
function drawn(shape: number[], value: () => number): Tensor {
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value), shape);
}

/**
 * Normal with mean 0 and standard deviation `deviation`; what lies beyond ±`limit` is drawn again.
 *
 * `limit` is absolute, as in PyTorch's `trunc_normal_`, whose bounds of ±2 do nothing at .02: timm's
 * "truncated" weights reach as far as normal ones, and so do ours.
 */
export function truncatedNormal(random: Random, { deviation = 0.02, limit = 2 } = {}): Draw {
  const value = (): number => {
    for (;;) {
      const drawn = deviation * random.normal();
      if (Math.abs(drawn) <= limit) return drawn;
    }
  };
  return (shape) => drawn(shape, value);
}

/** Uniform within ±`bound` of a shape. */
function uniformWithin(random: Random, bound: (shape: readonly number[]) => number): Draw {
  return (shape) => {
    const reach = bound(shape);
    return drawn(shape, () => (2 * random.uniform() - 1) * reach);
  };
}

/** Inputs of one unit. Shapes as in memory: filters [k, k, I, O], linear weights [O, I]. */
function fanIn(shape: readonly number[]): number {
  return shape.length === 4 ? shape[0] * shape[1] * shape[2] : shape[1];
}

/**
 * Uniform within ±1/√n, n being the inputs of one unit: what PyTorch's convolutions and linear layers start from
 * (Kaiming's uniform with a = √5).
 */
export function uniformFanIn(random: Random): Draw {
  return uniformWithin(random, (shape) => 1 / Math.sqrt(fanIn(shape)));
}

/** Uniform with variance 2/n, n being the inputs of one unit: Kaiming's for ReLU (He et al. 2015). */
export function uniformHe(random: Random): Draw {
  return uniformWithin(random, (shape) => Math.sqrt(6 / fanIn(shape)));
}

/** Uniform with variance 2/(I + O) for linear weights [O, I]: Xavier's (Glorot and Bengio 2010). */
export function uniformXavier(random: Random): Draw {
  return uniformWithin(random, ([outputs, inputs]) => Math.sqrt(6 / (inputs + outputs)));
}

/** Normal with mean 0 and standard deviation `deviation`. */
export function normal(random: Random, deviation: number): Draw {
  return (shape) => drawn(shape, () => deviation * random.normal());
}

/**
 * Normal with variance 2/n, n being the outputs that one input of a filter [k, k, I, O] reaches, k²·O: Kaiming's for
 * ReLU by "fan out", with which torchvision starts its ResNets.
 */
export function normalFanOut(random: Random): Draw {
  return (shape) => {
    const [height, width, , outputs] = shape;
    const deviation = Math.sqrt(2 / (height * width * outputs));
    return drawn(shape, () => deviation * random.normal());
  };
}
