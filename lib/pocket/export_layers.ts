/** The layers of the pocket world's networks as ONNX's operations: from [B, H, W, C] here to [N, C, H, W] there. */
// N samples · C channels · T tokens · D width
import type { StoredTensors } from "../engine/stored.ts";
import type { Value } from "../onnx/graph.ts";
import type { OnnxTensor } from "../onnx/model.ts";
import * as onnx from "../onnx/operations.ts";

/** Weights of a part of a network, by their names in it. */
export interface Part {
  /** @throws {TypeError} when there is none of the name */
  tensor(name: string): OnnxTensor;
  has(name: string): boolean;
  /** The weights whose names begin with this and a dot, without either. */
  at(name: string): Part;
}

/** The weights that `storeTree` gives. */
export function partOf(stored: StoredTensors, prefix = ""): Part {
  return {
    tensor(name) {
      const found = stored.get(prefix + name);
      if (found === undefined) throw new TypeError(`Cannot export "${prefix}${name}": the network has no such weight`);
      return { shape: found.shape, data: found.data as Float32Array };
    },
    has: (name) => stored.has(prefix + name),
    at: (name) => partOf(stored, `${prefix}${name}.`),
  };
}

/** Weight and bias of a layer. */
export function both(p: Part): { readonly weight: OnnxTensor; readonly bias: OnnxTensor } {
  return { weight: p.tensor("weight"), bias: p.tensor("bias") };
}

/** A depthwise convolution of 5 × 5 that keeps the size. */
export function depthwise(p: Part, x: Value): Value {
  const { weight, bias } = both(p);
  return onnx.conv(x, { weight, bias, pad: 2, groups: weight.shape[0] });
}

/** What is done to the channels of every place: [N, C, H, W] → [N, D, H, W]. */
export function perPlace(x: Value, change: (x: Value) => Value): Value {
  return onnx.transpose(change(onnx.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/** The norm over channels, with the epsilon that `applyNorm` has. */
export function norm(p: Part, x: Value): Value {
  return onnx.layerNorm(x, { ...both(p), epsilon: 1e-6 });
}

/** A residual block; `time` [N or 1, E] where it is told a noise level. */
export function block(p: Part, x: Value, time: Value | null): Value {
  const changed = perPlace(depthwise(p.at("mix"), x), (y) => {
    const normed = norm(p.at("norm"), y);
    const told = time === null ? normed : onnx.add(
      normed,
      onnx.reshape(onnx.linear(time, both(p.at("time"))), [-1, 1, 1, p.tensor("time.bias").shape[0]]),
    );
    return onnx.linear(onnx.gelu(onnx.linear(told, both(p.at("widen")))), both(p.at("narrow")));
  });
  return onnx.add(x, changed);
}

/** Twice the size by copies, then mixed. */
export function doubled(p: Part, x: Value): Value {
  const wide = depthwise(p.at("mix"), onnx.resizeNearest(x, { scale: 2 }));
  return perPlace(wide, (y) => onnx.linear(y, both(p.at("channels"))));
}

/** The norm and convolution at the end of a network. */
export function ended(p: Part, x: Value): Value {
  return onnx.conv(perPlace(x, (y) => norm(p.at("norm"), y)), { ...both(p.at("output")), pad: 1 });
}

/**
 * What queries gather of values, each head by itself: [N, S, C] and [N or 1, T, C] → [N, S, C].
 *
 * @param mask [S, T], added to the scores; null: every query sees all
 */
export function attended(
  { query, key, value }: Readonly<Record<"query" | "key" | "value", Value>>,
  { heads, width, mask }: { readonly heads: number; readonly width: number; readonly mask: OnnxTensor | null },
): Value {
  const apart = (x: Value, perm: readonly number[]) =>
    onnx.transpose(onnx.reshape(x, [0, 0, heads, width / heads]), perm);
  const scores = onnx.matMul(
    apart(onnx.mul(query, (width / heads) ** -0.5), [0, 2, 1, 3]),
    apart(key, [0, 2, 3, 1]),
  );
  const seen = mask === null ? scores : onnx.add(scores, query.graph.weight(mask));
  const found = onnx.matMul(onnx.softmax(seen), apart(value, [0, 2, 1, 3]));
  return onnx.reshape(onnx.transpose(found, [0, 2, 1, 3]), [0, 0, width]);
}
