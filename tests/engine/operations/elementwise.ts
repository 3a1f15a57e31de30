/** Operations that treat every value alike, alone and in pairs that broadcast. */
import * as ops from "../../../lib/engine/ops.ts";
import type { Random } from "../../../lib/random.ts";
import { cases, type Name, type Operation, pick, shapeOf } from "./operation.ts";

type T = ops.Tensor;
type Traits = Pick<Operation, "linear" | "kinks" | "positive">;

const kinks: Traits = { kinks: true };
const linear: Traits = { linear: true };
const positive: Traits = { positive: true };

/** Sizes around a vector's four values, and enough for several threads. */
const shapes = [[], [1], [3], [4], [5], [3, 7], [2, 5, 6, 3], [2, 3, 1, 2, 3], [0, 3]];
const large = [30, 1001];

const singles: [Name, string, (x: T) => T, Traits][] = [
  ["relu", "relu", ops.relu, kinks],
  ["leakyRelu", "leakyRelu", (x) => ops.leakyRelu(x, 0.2), kinks],
  ["abs", "abs", ops.abs, kinks],
  ["clipByValue", "clipByValue", (x) => ops.clipByValue(x, -0.3, 0.4), kinks],
  ["tanh", "tanh", ops.tanh, {}],
  ["sigmoid", "sigmoid", ops.sigmoid, {}],
  ["softplus", "softplus", ops.softplus, {}],
  ["gelu", "gelu by erf", (x) => ops.gelu(x), {}],
  ["gelu", "gelu by tanh", (x) => ops.gelu(x, "tanh"), {}],
  ["gelu", "gelu by sigmoid", (x) => ops.gelu(x, "sigmoid"), {}],
  ["sin", "sin", ops.sin, {}],
  ["cos", "cos", ops.cos, {}],
  ["exp", "exp", ops.exp, {}],
  ["square", "square", ops.square, {}],
  ["log", "log", ops.log, positive],
  ["sqrt", "sqrt", ops.sqrt, positive],
  ["pow", "power of 1.7", (x) => ops.pow(x, 1.7), positive],
  ["neg", "neg", ops.neg, linear],
  ["clone", "clone", ops.clone, linear],
  ["cast", "cast to float32", (x) => ops.cast(x, "float32"), linear],
  ["maximum", "maximum with a number", (x) => ops.maximum(x, 0.1), kinks],
  ["minimum", "minimum with a number", (x) => ops.minimum(x, 0.1), kinks],
  ["greater", "masking", (x) => ops.mul(x, ops.cast(ops.greater(x, 0), "float32")), kinks],
  ["equal", "masking by equality", (x) => ops.mul(x, ops.cast(ops.equal(x, x), "float32")), linear],
  ["notEqual", "masking by inequality", (x) => ops.mul(x, ops.cast(ops.notEqual(x, 3), "float32")), linear],
  [
    "logicalAnd",
    "masking of a band",
    (x) => masked(x, ops.logicalAnd(ops.greaterEqual(x, -0.3), ops.less(x, 1))),
    kinks,
  ],
  ["logicalNot", "masking by a negation", (x) => masked(x, ops.logicalNot(ops.lessEqual(x, 0.1))), kinks],
  ["cast", "masking by a cast to bool", (x) => masked(x, ops.cast(x, "bool")), kinks],
  ["cast", "the part behind the point", (x) => ops.sub(x, ops.cast(ops.cast(x, "int32"), "float32")), kinks],
  ["where", "choosing", (x) => ops.where(ops.less(x, ops.constant(x.shape, 0.1)), x, ops.mul(x, 0.1)), kinks],
];

function masked(x: T, mask: T): T {
  return ops.mul(x, ops.cast(mask, "float32"));
}

const pairs: [Name, (a: T, b: T) => T, Traits][] = [
  ["add", ops.add, linear],
  ["sub", ops.sub, linear],
  ["mul", ops.mul, linear],
  ["div", ops.div, positive],
  ["maximum", ops.maximum, kinks],
  ["minimum", ops.minimum, kinks],
];

/** Two shapes that broadcast: axes of 1 on either side, and leading axes that one of them lacks. */
export function twoShapes(draw: Random): [number[], number[]] {
  const whole = shapeOf(draw, 1 + draw.integer(4), 5);
  const part = (): number[] => {
    const kept = whole.map((n) => draw.integer(3) === 0 ? 1 : n);
    return draw.integer(3) === 0 ? kept.slice(draw.integer(kept.length + 1)) : kept;
  };
  return draw.integer(2) === 0 ? [whole, part()] : [part(), part()];
}

/** All of them. */
export function elementwise(): Operation[] {
  const single = singles.flatMap(([of, name, apply, traits]) =>
    [...shapes, ...(of === "cast" ? [] : [large])].map((shape): Operation => ({
      ...{ of, name: `${name} of ${shape}`, shapes: [shape], apply, ...traits },
    }))
  );
  const double = pairs.flatMap(([of, apply, traits]) => [
    ...cases(of, 12, (draw): Operation => {
      const [a, b] = twoShapes(draw);
      return { of, name: `${of} of ${a} and ${b}`, shapes: [a, b], apply, ...traits };
    }),
    { of, name: `${of} of two large ones`, shapes: [large, large], apply, ...traits },
  ]);
  const chosen = cases("where", 12, (draw): Operation => {
    const [a, b] = twoShapes(draw);
    const mask = [...pick(draw, [a, b])];
    const picks = (): T => ops.greater(ops.sin(ops.mul(ops.reshape(ramp(mask), mask), 37)), 0);
    const apply = (x: T, y: T): T => ops.where(picks(), x, y);
    return { of: "where", name: `where of ${mask}, ${a} and ${b}`, shapes: [a, b], apply, linear: true };
  });
  const sums = cases("addN", 4, (draw): Operation => {
    const shape = shapeOf(draw, 1 + draw.integer(4));
    const all = Array.from({ length: 1 + draw.integer(5) }, () => shape);
    return {
      of: "addN",
      name: `addN of ${all.length} of ${shape}`,
      shapes: all,
      apply: (...x) => ops.addN(x),
      linear: true,
    };
  });
  return [...single, ...double, ...chosen, ...sums];
}

/** 0, 1, 2 … as many as a shape has values. */
function ramp(shape: readonly number[]): T {
  return ops.tensor(Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => i));
}
