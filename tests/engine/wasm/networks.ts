// N images · S queries · T tokens · D width
/**
 * Blocks of the networks that the house trains, small: what runs in them, forward and backward, is what must be fast.
 * As a program it prints a digest of the parameters after some steps on as many threads as it is given.
 */
import { closeBackend, useBackend } from "../../../lib/engine/backend.ts";
import * as ops from "../../../lib/engine/ops.ts";
import { attend } from "../../../lib/nn/attention.ts";
import { random } from "../../../lib/random.ts";

type T = ops.Tensor;
type T3 = ops.Tensor3D;
type T4 = ops.Tensor4D;

/** Makes parameters as a block is built; `drawn` gives normal values of a deviation, `filled` one value. */
interface Maker {
  readonly drawn: (shape: number[], deviation: number) => number;
  readonly filled: (shape: number[], value: number) => number;
}

/** A part of a network; its parameters lie in the list that all parts share. */
type Part = (x: T, params: readonly T[]) => T;

const epsilon = 1e-5;

function dense(make: Maker, from: number, to: number, activation: ops.Activation | null = null): Part {
  const [weight, bias] = [make.drawn([to, from], from ** -0.5), make.filled([to], 0)];
  return (x, p) => ops.linear(x, p[weight], p[bias], activation);
}

function layerNorm(make: Maker, width: number): Part {
  const [weight, bias] = [make.filled([width], 1), make.filled([width], 0)];
  return (x, p) => ops.layerNorm(x, p[weight], p[bias], 1e-6);
}

/** A convolution without bias, then batch norm, then what its caller wants. */
function convolution(
  make: Maker,
  { k, from, to, stride = 1 }: { k: number; from: number; to: number; stride?: number },
): (x: T, params: readonly T[], after?: Omit<ops.BatchNormOptions, "epsilon">) => T {
  const filter = make.drawn([k, k, from, to], (k * k * from) ** -0.5);
  const [weight, bias] = [make.filled([to], 1), make.filled([to], 0)];
  return (x, p, after = {}) => {
    const sums = ops.convolve(x, p[filter], null, { stride, pad: (k - 1) / 2 });
    return ops.batchNorm(sums, p[weight], p[bias], { epsilon, ...after }).y;
  };
}

/** ConvNeXt: depthwise 7×7, layer norm, two dense layers with GELU, LayerScale; then layer norm and 2×2 patches. */
function convNeXt(make: Maker): Part {
  const width = 24;
  const [filter, bias] = [make.drawn([7, 7, 1, width], 0.1), make.filled([width], 0)];
  const scale = make.filled([width], 0.3);
  const inner = [layerNorm(make, width), dense(make, width, 4 * width, "gelu"), dense(make, 4 * width, width)];
  const norm = layerNorm(make, width);
  const [patches, shift] = [make.drawn([2, 2, width, 32], 0.1), make.filled([32], 0)];
  return (x, p) => {
    const y = inner.reduce((z, part) => part(z, p), ops.depthwise(x, p[filter], p[bias]));
    return ops.convolve(norm(ops.addScaled(x, y, p[scale]), p), p[patches], p[shift], { stride: 2 });
  };
}

/** Attention of four heads, of queries [N, S, D] to keys and values [N, T, D]. */
function look(query: T, key: T, value: T): T {
  return attend({ query: query as T3, key: key as T3, value: value as T3 }, { heads: 4 });
}

/** A ViT: patches, class token and positions, one block with the kind of GELU it is given, the class token's norm. */
function viT(activation: ops.Activation): (make: Maker) => Part {
  return (make) => {
    const width = 32, tokens = 16;
    const [filter, bias] = [make.drawn([4, 4, 24, width], 0.05), make.filled([width], 0)];
    const [first, places] = [make.drawn([1, 1, width], 0.5), make.drawn([tokens + 1, width], 0.5)];
    const [one, two, last] = [layerNorm(make, width), layerNorm(make, width), layerNorm(make, width)];
    const [joint, out] = [dense(make, width, 3 * width), dense(make, width, width)];
    const mlp = [dense(make, width, 4 * width, activation), dense(make, 4 * width, width)];
    return (x, p) => {
      const n = x.shape[0];
      const patches = ops.reshape(ops.convolve(x, p[filter], p[bias], { stride: 4 }), [n, tokens, width]);
      const start = ops.add(ops.concat([ops.tile(p[first], [n, 1, 1]), patches], 1), p[places]);
      const [query, key, value] = ops.split(joint(one(start, p), p), 3, -1);
      const seen = ops.add(start, out(look(query, key, value), p));
      const y = ops.add(seen, mlp.reduce((z, part) => part(z, p), two(seen, p)));
      return last(ops.squeeze(ops.slice(y, [0, 0, 0], [n, 1, width]), [1]), p);
    };
  };
}

/** CLIP's ResNet: a bottleneck that shrinks by average pooling, on either way, and the attention pool. */
function clipResNet(make: Maker): Part {
  const [from, width, to] = [24, 16, 32];
  const reduce = convolution(make, { k: 1, from, to: width });
  const spread = convolution(make, { k: 3, from: width, to: width });
  const widen = convolution(make, { k: 1, from: width, to });
  const shortcut = convolution(make, { k: 1, from, to });
  const places = make.drawn([65, to], 0.2);
  const [query, key, value, out] = [0, 1, 2, 3].map(() => dense(make, to, to));
  const halve = (x: T): T => ops.avgPool(x as T4, 2, 2, "valid");
  return (x, p) => {
    const inner = spread(reduce(x, p, { activation: "relu" }), p, { activation: "relu" });
    const y = widen(halve(inner), p, { activation: "relu", residual: shortcut(halve(x), p) });
    const [n, h, w] = y.shape;
    const pixels = ops.reshape(y, [n, h * w, to]);
    const tokens = ops.add(ops.concat([ops.mean(pixels, 1, true), pixels], 1), p[places]);
    const first = ops.slice(tokens, [0, 0, 0], [n, 1, to]);
    return out(look(query(first, p), key(tokens, p), value(tokens, p)), p);
  };
}

/** ResNet-50 with a stem of stride 1: max pooling, a bottleneck of stride 2 with a shortcut, one of stride 1. */
function resNet(make: Maker): Part {
  const [from, width, to] = [24, 16, 40];
  const stem = convolution(make, { k: 3, from, to: from });
  const shortcut = convolution(make, { k: 1, from, to, stride: 2 });
  const blocks = [[from, 2], [to, 1]].map(([before, stride]) => [
    convolution(make, { k: 1, from: before, to: width }),
    convolution(make, { k: 3, from: width, to: width, stride }),
    convolution(make, { k: 1, from: width, to }),
  ]);
  return (x, p) => {
    const pooled = ops.maxPool(stem(x, p, { activation: "relu" }) as T4, 3, 2, 1);
    const y = blocks.reduce((z, [reduce, spread, widen], i) => {
      const inner = spread(reduce(z, p, { activation: "relu" }), p, { activation: "relu" });
      return widen(inner, p, { activation: "relu", residual: i === 0 ? shortcut(z, p) : z });
    }, pooled as T);
    return ops.mean(y, [1, 2]);
  };
}

/** A perceptron with batch norm on the mean of the image. */
function mlp(make: Maker): Part {
  const [weight, bias] = [make.filled([64], 1), make.filled([64], 0)];
  const [one, two] = [dense(make, 24, 64), dense(make, 64, 8)];
  return (x, p) => {
    const hidden = ops.batchNorm(one(ops.mean(x, [1, 2]), p), p[weight], p[bias], { epsilon, activation: "relu" });
    return two(hidden.y, p);
  };
}

/** The blocks by name; each takes images [N, 16, 16, 24]. */
export const networks: Readonly<Record<string, (make: Maker) => Part>> = {
  "ConvNeXt": convNeXt,
  "ViT with GELU": viT("gelu"),
  "ViT with QuickGELU": viT("geluSigmoid"),
  "CLIP's ResNet": clipResNet,
  "ResNet-50": resNet,
  "MLP with batch norm": mlp,
};

/** Training of one block. */
export interface Training {
  /** Forward, backward and update; the loss before it. */
  step(): number;
  /** SHA-256 of all parameters, in hexadecimal digits. */
  digest(): Promise<string>;
  dispose(): void;
}

/** Trains a block to tell two kinds of noise images apart by cross-entropy of its first two outputs. */
export function train(name: string, images: number): Training {
  const draw = random(19, name);
  let params: T[] = [];
  const part = networks[name]({
    drawn: (shape, deviation) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return params.push(ops.tensor(draw.normals(size).map((value) => value * deviation), shape)) - 1;
    },
    filled: (shape, value) => params.push(ops.constant(shape, value)) - 1,
  });
  const x = ops.tensor(draw.normals(images * 16 * 16 * 24), [images, 16, 16, 24]);
  const kinds = ops.tensor(Array.from({ length: 2 * images }, (_, i) => (i >> 1) % 2 === i % 2 ? 1 : 0), [images, 2]);
  let first = params.map((param) => ops.zerosLike(param));
  let second = params.map((param) => ops.zerosLike(param));
  let count = 0;
  return {
    step: () => {
      const { value, gradients } = ops.tidy(() =>
        ops.variableGradients((p) => {
          const y = ops.reshape(part(x, p), [images, -1]);
          const logits = ops.slice(y, [0, 0], [images, 2]);
          return { value: ops.neg(ops.mean(ops.mul(ops.logSoftmax(logits), kinds))) as ops.Scalar, aux: {} };
        }, params)
      );
      const tensors = params.map((param, i) => ({
        ...{ param, gradient: gradients[i], first: first[i], second: second[i], decay: i % 2 === 0 ? 0.01 : 0 },
      }));
      const options = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: ++count };
      const updates = ops.adamUpdate(tensors, options);
      [params, first, second] = (["param", "first", "second"] as const).map((key) => updates.map((u) => u[key]));
      const [loss] = value.dataSync();
      for (const tensor of [value, ...gradients]) tensor.dispose();
      return loss;
    },
    digest: async () => {
      const bytes = new Blob(params.map((param) => Float32Array.from(param.dataSync())));
      return new Uint8Array(await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer())).toHex();
    },
    dispose: () => {
      for (const tensor of [x, kinds, ...params, ...first, ...second]) tensor.dispose();
    },
  };
}

if (import.meta.main) {
  await useBackend("wasm", { threads: Number(Deno.args[0]) });
  for (const name of Object.keys(networks)) {
    const { step, digest } = train(name, 24);
    for (let i = 0; i < 3; i++) step();
    // deno-lint-ignore no-console -- this program's only output
    console.log(await digest());
  }
  closeBackend();
}
