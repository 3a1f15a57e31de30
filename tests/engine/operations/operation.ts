/** What the groups of operations share: how one is described, and how random ones are drawn. */
import type * as ops from "../../../lib/engine/ops.ts";
import { type Random, random } from "../../../lib/random.ts";

/** An export of `lib/engine/ops.ts`. */
export type Name = keyof typeof ops;

/** One operation with gradients, on inputs of given shapes. */
export interface Operation {
  /** The export that it tests. */
  readonly of: Name;
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly apply: (...inputs: ops.Tensor[]) => ops.Tensor;
  /** A linear function of each input, plus a constant: its gradients are exact. */
  readonly linear?: boolean;
  /** Has kinks: its inputs keep away from each other and from 0. */
  readonly kinks?: boolean;
  /** Its inputs lie between 0.5 and 2.5. */
  readonly positive?: boolean;
  /** What its ReLU sees: where that is near 0, no gradient comes back to it. */
  readonly beforeRelu?: (...inputs: ops.Tensor[]) => ops.Tensor;
}

/** A computation without gradients, whose value is compared to the last bit. */
export interface Value {
  /** The export that it tests. */
  readonly of: Name;
  readonly name: string;
  readonly compute: () => ops.Tensor;
}

/** How many times as many random cases as usual: with `COUNTERPROOF_FULL=1` four. */
export const times = Deno.env.get("COUNTERPROOF_FULL") === "1" ? 4 : 1;

/** Makes `count` cases, or {@linkcode times} as many, each of a stream of its own. */
export function cases<T>(name: string, count: number, make: (draw: Random) => T): T[] {
  return Array.from({ length: count * times }, (_, i) => make(random(7, name, i)));
}

/** One of some values. */
export function pick<T>(draw: Random, values: readonly T[]): T {
  return values[draw.integer(values.length)];
}

/** A number of channels: below, at and beyond what a vector of four or sixteen holds. */
export function channels(draw: Random): number {
  return pick(draw, [1, 2, 3, 4, 5, 8, 17, 64]);
}

/** Values in a tensor of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A shape of `rank` axes of 1 to `most`. */
export function shapeOf(draw: Random, rank: number, most = 6): number[] {
  return Array.from({ length: rank }, () => 1 + draw.integer(most));
}
