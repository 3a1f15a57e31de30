import * as ops from "../lib/engine/ops.ts";
import { random } from "../lib/random.ts";

type T = ops.Tensor;

/** A layer: reads its parameters from the list that all layers share. */
type Layer = (x: T, params: readonly T[]) => T;

/**
 * One training step of a small ConvNeXt (stages of 2 and 2 blocks, 48 and 96 wide, two classes) on fixed images:
 * forward, backward and AdamW. The network of the engine's comparisons with PyTorch.
 *
 * @returns does a step; the loss before it
 */
export function convNextStep({ batch, size }: { batch: number; size: number }): () => number {
  const draw = random(1, "convnext");
  let params: T[] = [];
  const param = (shape: number[], deviation: number, value = 0): number => {
    const normals = draw.normals(shape.reduce((product, n) => product * n, 1));
    return params.push(ops.tensor(normals.map((normal) => value + normal * deviation), shape)) - 1;
  };
  const patches = (k: number, from: number, to: number): Layer => {
    const [weight, bias] = [param([k, k, from, to], Math.sqrt(2 / (k * k * from))), param([to], 0)];
    return (x, p) => ops.convolve(x, p[weight], p[bias], { stride: k });
  };
  const norm = (width: number): Layer => {
    const [weight, bias] = [param([width], 0, 1), param([width], 0)];
    return (x, p) => ops.layerNorm(x, p[weight], p[bias], 1e-6);
  };
  const dense = (from: number, to: number, activation: "gelu" | null = null): Layer => {
    const [weight, bias] = [param([to, from], Math.sqrt(1 / from)), param([to], 0)];
    return (x, p) => ops.linear(x, p[weight], p[bias], activation);
  };
  const block = (width: number): Layer => {
    const [filter, bias] = [param([7, 7, 1, width], 0.05), param([width], 0)];
    const inner = [norm(width), dense(width, 4 * width, "gelu"), dense(4 * width, width)];
    return (x, p) => ops.add(x, inner.reduce((y, layer) => layer(y, p), ops.depthwise(x, p[filter], p[bias])));
  };
  const layers = [
    ...[patches(4, 3, 48), norm(48), block(48), block(48)],
    ...[norm(48), patches(2, 48, 96), block(96), block(96)],
  ];
  const head = [norm(96), dense(96, 2)];
  const images = ops.tensor(draw.normals(batch * size * size * 3), [batch, size, size, 3]);
  const target = ops.tensor(Array.from({ length: batch * 2 }, (_, i) => (i >> 1) % 2 === i % 2 ? 1 : 0), [batch, 2]);
  let first = params.map((tensor) => ops.zerosLike(tensor));
  let second = params.map((tensor) => ops.zerosLike(tensor));
  let count = 0;

  return () => {
    count++;
    const { value, gradients } = ops.tidy(() =>
      ops.variableGradients((p) => {
        const features = ops.mean(layers.reduce((x, layer) => layer(x, p), images), [1, 2]);
        const logits = head.reduce((x, layer) => layer(x, p), features);
        const loss = ops.neg(ops.mean(ops.sum(ops.mul(target, ops.logSoftmax(logits)), -1)));
        return { value: loss as ops.Scalar, aux: {} };
      }, params)
    );
    const options = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: count };
    const updates = ops.adamUpdate(
      params.map((param, i) => ({ param, gradient: gradients[i], first: first[i], second: second[i], decay: 0 })),
      options,
    );
    [params, first, second] = [updates.map((u) => u.param), updates.map((u) => u.first), updates.map((u) => u.second)];
    const [loss] = value.dataSync();
    for (const tensor of [value, ...gradients]) tensor.dispose();
    return loss;
  };
}
