/** Gradients against what they are gradients of. */
import { add, mul, type Tensor, tensor, tidy, zerosLike } from "../../../lib/engine/ops.ts";
import { random } from "../../../lib/random.ts";
import { evaluate, inputsOf } from "./mod.ts";
import type { Operation } from "./operation.ts";

/** Two numbers that ought to be equal: ⟨gradient, way⟩ of one input, and how ⟨dy, f⟩ changes along the way. */
export interface Pair {
  readonly name: string;
  readonly gradient: number;
  readonly change: number;
  /** Absolute. */
  readonly tolerance: number;
}

/**
 * The pairs of an operation, one an input, along a seeded way each.
 *
 * A linear operation changes by f(way) − f(0), which float32 knows to six digits; the change of any other is the slope
 * of central differences.
 */
export function pairs(operation: Operation): Pair[] {
  const { y, dy, gradients } = evaluate(operation);
  const inputs = inputsOf(operation);
  const weights = dy.dataSync();
  const at = (i: number, x: (input: Tensor) => Tensor): ArrayLike<number> => {
    const value = tidy(() => operation.apply(...inputs.with(i, x(inputs[i]))));
    const values = value.dataSync();
    value.dispose();
    return values;
  };
  const made = gradients.map((gradient, i): Pair => {
    const drawn = random(17, operation.name, i).normals(gradient.size);
    const way = tensor(drawn, gradient.shape);
    const slope = gradient.dataSync();
    const { change, tolerance } = operation.linear === true
      ? linear(weights, at(i, () => way), at(i, (x) => zerosLike(x)))
      : slopeAlong(operation, weights, (distance) => at(i, (x) => add(x, mul(way, distance))));
    way.dispose();
    const scale = norm(slope, drawn);
    return {
      name: `${operation.name}, input ${i}`,
      gradient: dot(slope, drawn),
      change,
      tolerance: tolerance(scale),
    };
  });
  for (const each of [y, dy, ...gradients, ...inputs]) each.dispose();
  return made;
}

type Change = { readonly change: number; readonly tolerance: (scale: number) => number };

function linear(dy: ArrayLike<number>, there: ArrayLike<number>, here: ArrayLike<number>): Change {
  return {
    change: dot(dy, there) - dot(dy, here),
    // float32 rounds every product: the errors of many add up like a walk at random
    tolerance: (scale) => 2e-6 * (scale + norm(dy, there) + norm(dy, here)),
  };
}

function slopeAlong(
  { kinks, beforeRelu }: Operation,
  dy: ArrayLike<number>,
  at: (distance: number) => ArrayLike<number>,
): Change {
  const tolerance = (scale: number): number => 3e-3 * Math.max(1, scale);
  // kinks are 0.01 away or farther; without them, a step that float32 can tell from rounding
  const step = kinks === true ? 2e-3 : beforeRelu !== undefined ? 6e-3 : 2e-2;
  const between = (distance: number): number => difference(dy, at(distance), at(-distance));
  if (kinks === true || beforeRelu !== undefined) return { change: between(step) / (2 * step), tolerance };
  return { change: (8 * between(step) - between(2 * step)) / (12 * step), tolerance };
}

/** In float64, as everything here: only the operations themselves round to float32. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function difference(dy: ArrayLike<number>, up: ArrayLike<number>, down: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < dy.length; i++) sum += dy[i] * (up[i] - down[i]);
  return sum;
}

/** The length of a row of products. */
function norm(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] * b[i]) ** 2;
  return Math.sqrt(sum);
}
