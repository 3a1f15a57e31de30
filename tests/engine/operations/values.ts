/** What has no gradient: kinds of numbers, comparisons, and numbers that are none, all to the last bit. */
import * as ops from "../../../lib/engine/ops.ts";
import { type Random, random } from "../../../lib/random.ts";
import { twoShapes } from "./elementwise.ts";
import { cases, type Name, pick, shapeOf, sizeOf, type Value } from "./operation.ts";

type T = ops.Tensor;

const kinds = ["float32", "int32", "bool"] as const;
type Kind = typeof kinds[number];

/** Small whole numbers and, in float32, halves between them, so that many are equal; 0 and 1 in bool. */
function drawn(draw: Random, shape: readonly number[], kind: Kind): T {
  const most = kind === "bool" ? 2 : 7;
  const numbers = Array.from({ length: sizeOf(shape) }, () => draw.integer(most) - (most === 2 ? 0 : 3));
  return ops.tensor(kind === "float32" ? numbers.map((n) => n / 2) : numbers, [...shape], kind);
}

const comparisons = ["equal", "notEqual", "greater", "greaterEqual", "less", "lessEqual"] as const;
/** TensorFlow has no order of truths. */
const equalities = ["equal", "notEqual"] as const;
const sizes = [[0], [], [1], [3], [4], [7], [2, 3, 5], [2, 1, 3, 1, 2]];

function casts(): Value[] {
  return kinds.flatMap((from) =>
    kinds.flatMap((to) =>
      [...sizes, [60, 1001]].map((shape): Value => ({
        of: "cast",
        name: `cast of ${shape} from ${from} to ${to}`,
        compute: () => ops.cast(drawn(random(19, from, to), shape, from), to),
      }))
    )
  );
}

/** Two tensors of any kinds and broadcasting shapes, compared, joined and chosen from. */
function broadcasts(draw: Random): Value[] {
  const [a, b] = twoShapes(draw);
  const [one, two] = [pick(draw, kinds), pick(draw, kinds)];
  const seed = draw.integer(1 << 30);
  const pair = (): [T, T] => {
    const draw = random(seed, "pair");
    return [drawn(draw, a, one), drawn(draw, b, two)];
  };
  const bools = (): [T, T] => {
    const [x, y] = pair();
    return [ops.cast(x, "bool"), ops.cast(y, "bool")];
  };
  const name = `of ${a} of ${one} and ${b} of ${two}`;
  const arithmetic = one === "bool" && two === "bool" ? [] : ["add", "sub", "mul", "maximum", "minimum"] as const;
  return [
    ...(one === "bool" && two === "bool" ? equalities : comparisons).map((of): Value => ({
      ...{ of, name: `${of} ${name}`, compute: () => ops[of](...pair()) },
    })),
    ...arithmetic.map((of): Value => ({ of, name: `${of} ${name}`, compute: () => ops[of](...pair()) })),
    { of: "logicalAnd", name: `logicalAnd ${name}`, compute: () => ops.logicalAnd(...bools()) },
    { of: "logicalNot", name: `logicalNot ${name}`, compute: () => ops.logicalNot(bools()[0]) },
    {
      of: "where",
      name: `where ${name}`,
      compute: () => {
        const [x, y] = pair();
        return ops.where(ops.cast(x, "bool"), ops.cast(x, two), y);
      },
    },
  ];
}

/** Operations on whole numbers and truths. */
function wholeNumbers(draw: Random): Value[] {
  const kind = pick(draw, ["int32", "bool"] as const);
  const shape = shapeOf(draw, 1 + draw.integer(4), 5);
  const axis = draw.integer(shape.length);
  const seed = draw.integer(1 << 30);
  const x = (): T => drawn(random(seed, "whole"), shape, kind);
  const places = Array.from({ length: 1 + draw.integer(6) }, () => draw.integer(shape[axis]));
  const made: [Name, () => T][] = [
    ["sum", () => ops.sum(x(), axis)],
    ["max", () => ops.max(ops.cast(x(), "int32"), axis)],
    ["min", () => ops.min(ops.cast(x(), "int32"), axis)],
    ["slice", () => ops.slice(x(), shape.map((n) => n - 1), shape.map(() => 1))],
    ["concat", () => ops.concat([x(), x()], axis)],
    ["stack", () => ops.stack([x(), x()], axis)],
    ["transpose", () => ops.transpose(x())],
    ["reverse", () => ops.reverse(x(), axis)],
    ["tile", () => ops.tile(x(), shape.map(() => 2))],
    ["gather", () => ops.gather(x(), places, axis)],
    ["pad", () => ops.pad(x(), shape.map(() => [1, 2]))],
    ["unstack", () => ops.unstack(x(), axis)[shape[axis] - 1]],
    ["onesLike", () => ops.onesLike(x())],
    ["zerosLike", () => ops.zerosLike(x())],
    ["relu", () => ops.relu(ops.cast(x(), "int32"))],
    ["abs", () => ops.abs(ops.cast(x(), "int32"))],
    ["neg", () => ops.neg(ops.cast(x(), "int32"))],
    ["square", () => ops.square(ops.cast(x(), "int32"))],
    ["clipByValue", () => ops.clipByValue(ops.cast(x(), "int32"), -1, 2)],
    ["oneHot", () => ops.oneHot(ops.cast(ops.abs(ops.cast(x(), "int32")), "int32"), 4)],
  ];
  return made.map(([of, compute]) => ({ of, name: `${of} of ${shape} of ${kind} along ${axis}`, compute }));
}

/** NaN and the infinities, beside each other and beside numbers, through a whole vector and a rest. */
function noNumbers(): Value[] {
  const odd = [NaN, Infinity, -Infinity, 0, -0, 1, -2];
  const left = odd.flatMap((a) => odd.map(() => a));
  const right = odd.flatMap(() => odd);
  const two = (): [T, T] => [ops.tensor(left), ops.tensor(right)];
  const row = (): T => ops.tensor(right, [odd.length, odd.length]);
  const pairs = [...comparisons, "maximum", "minimum", "add", "mul"] as const;
  const rotations = odd.map((_, i) => [...odd.slice(i), ...odd.slice(0, i)]);
  const made: [Name, string, () => T][] = [
    ...pairs.map((of): [Name, string, () => T] => [of, "each with each", () => ops[of](...two())]),
    ...pairs.flatMap((of) =>
      odd.map((b): [Name, string, () => T] => [of, `each with ${b}`, () => ops[of](ops.tensor(odd), b)])
    ),
    ["relu", "each", () => ops.relu(row())],
    ["leakyRelu", "each", () => ops.leakyRelu(row(), 0.5)],
    ["abs", "each", () => ops.abs(row())],
    ["clipByValue", "each", () => ops.clipByValue(row(), -1, 0.5)],
    ["where", "each", () => ops.where(ops.greater(...two()), ...two())],
    ["cast", "each to bool", () => ops.cast(row(), "bool")],
    ["pad", "with NaN", () => ops.pad(ops.tensor([1, 2, 3]), [[2, 3]], NaN)],
    ...(["max", "min", "sum", "mean"] as const).flatMap((of) => [
      ...rotations.map((some): [Name, string, () => T] => [of, `of ${some}`, () => ops[of](ops.tensor(some))]),
      [of, "of columns", () => ops[of](row(), 0)] as [Name, string, () => T],
      [of, "of infinities", () => ops[of](ops.tensor([-Infinity, -Infinity]))] as [Name, string, () => T],
    ]),
  ];
  return made.map(([of, detail, compute]) => ({ of, name: `${of} of NaN and infinities, ${detail}`, compute }));
}

/** Every place in the order of a few numbers, many of them equal. */
function orders(): Value[] {
  return [1, 2, 5, 60].flatMap((size) =>
    Array.from({ length: size }, (_, i): Value => ({
      of: "nthLargest",
      name: `nthLargest, ${i + 1} of ${size}`,
      compute: () => ops.nthLargest(drawn(random(19, "order", size), [size], "float32") as ops.Tensor1D, i + 1),
    }))
  );
}

function fills(): Value[] {
  return [
    { of: "ones", name: "ones", compute: () => ops.ones([2, 3]) },
    { of: "zeros", name: "zeros of int32", compute: () => ops.zeros([2, 3], "int32") },
    { of: "constant", name: "constant", compute: () => ops.constant([2, 3], 0.1) },
    { of: "scalar", name: "scalar", compute: () => ops.scalar(0.1) },
    { of: "tensor", name: "tensor", compute: () => ops.tensor([[1, 2], [3, 4]]) },
    {
      of: "oneHot",
      name: "oneHot",
      compute: () => ops.oneHot(ops.tensor([2, 0, 5, -1, 1], [5], "int32"), 3, 0.9, 0.1),
    },
  ];
}

/** All of them. */
export function values(): Value[] {
  return [
    ...casts(),
    ...cases("broadcasts", 30, broadcasts).flat(),
    ...cases("whole numbers", 15, wholeNumbers).flat(),
    ...noNumbers(),
    ...orders(),
    ...fills(),
  ];
}
