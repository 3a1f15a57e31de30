/** Operations on each number, or on two that stand at one place, as ONNX has them. */
import type { DataType } from "../../engine/ops.ts";
import type { Attributes, Follow } from "../../engine/symbolic.ts";
import type { Graph, Value } from "../../onnx/graph.ts";
import * as o from "../../onnx/operations.ts";
import { type Drawn, drawn, drawnFirst, first, isFirst, last, weight } from "./sketch.ts";

type One = (x: Value, attributes: Attributes) => Value;
type Two = (a: Value, b: Value) => Value;

const node = (op: string): One => (x) => x.graph.node(op, [x]);
const pair = (op: string): Two => (a, b) => a.graph.node(op, [a, b]);

/** A float32 of the graph by the name of an attribute. */
const option = (x: Value, attributes: Attributes, name: string): Value =>
  o.constant(x.graph, Number(attributes[name] ?? 0));

/** Of one input, x. */
const ones: Readonly<Record<string, One>> = {
  Abs: node("Abs"),
  Ceil: node("Ceil"),
  ClipByValue: (x, a) => x.graph.node("Clip", [x, option(x, a, "clipValueMin"), option(x, a, "clipValueMax")]),
  Cos: o.cos,
  Elu: node("Elu"),
  Erf: o.erf,
  Exp: o.exp,
  Floor: node("Floor"),
  HouseGelu: (x, { form }) => bent(x, form === "erf" ? "gelu" : form === "tanh" ? "geluTanh" : "geluSigmoid"),
  LeakyRelu: (x, { alpha }) => x.graph.node("LeakyRelu", [x], { alpha: { float: Number(alpha) } }),
  Log: node("Log"),
  LogicalNot: node("Not"),
  Neg: node("Neg"),
  Reciprocal: node("Reciprocal"),
  Relu: o.relu,
  Relu6: (x) => x.graph.node("Clip", [x, o.constant(x.graph, 0), o.constant(x.graph, 6)]),
  Round: node("Round"),
  Rsqrt: (x) => x.graph.node("Reciprocal", [o.sqrt(x)]),
  Sigmoid: o.sigmoid,
  Sign: node("Sign"),
  Sin: o.sin,
  Softplus: node("Softplus"),
  Sqrt: o.sqrt,
  Square: (x) => o.mul(x, x),
  Tanh: o.tanh,
};

/** Of two inputs, a and b. */
const twos: Readonly<Record<string, Two>> = {
  Add: o.add,
  Equal: pair("Equal"),
  Greater: pair("Greater"),
  GreaterEqual: pair("GreaterOrEqual"),
  Less: pair("Less"),
  LessEqual: pair("LessOrEqual"),
  LogicalAnd: pair("And"),
  LogicalOr: pair("Or"),
  Maximum: pair("Max"),
  Minimum: pair("Min"),
  Multiply: o.mul,
  NotEqual: (a, b) => a.graph.node("Not", [a.graph.node("Equal", [a, b])]),
  Pow: pair("Pow"),
  RealDiv: o.div,
  SquaredDifference: (a, b) => {
    const apart = o.sub(a, b);
    return o.mul(apart, apart);
  },
  Sub: o.sub,
};

const judging = new Set([
  "Equal",
  "Greater",
  "GreaterEqual",
  "Less",
  "LessEqual",
  "LogicalAnd",
  "LogicalOr",
  "NotEqual",
]);

/** Bends a signal as an activation of the house's has it. */
export function bent(x: Value, activation: unknown): Value {
  switch (activation) {
    case undefined:
    case null:
    case "none":
      return x;
    case "relu":
      return o.relu(x);
    case "gelu":
      return o.gelu(x);
    case "geluSigmoid":
      return o.quickGelu(x);
    case "geluTanh": {
      const inner = o.mul(o.mul(x, o.add(o.mul(o.mul(x, x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
      return o.mul(o.mul(x, 0.5), o.add(o.tanh(inner), 1));
    }
    default:
      throw new RangeError(`the activation ${JSON.stringify(activation)} is not known`);
  }
}

/** The entries of these operations. */
export function elementwise(graph: Graph): Record<string, Follow<Drawn>> {
  const one = (make: One): Follow<Drawn> => ({ x }, attributes) =>
    isFirst(x)
      ? drawnFirst(make(first(graph, x), attributes), x.shape, x.dtype)
      : drawn(make(last(graph, x), attributes), x.shape, x.dtype);
  const two = (name: string, make: Two): Follow<Drawn> => ({ a, b }) =>
    joined(graph, { a, b }, { make, dtype: judging.has(name) ? "bool" : a.dtype });
  return {
    ...Object.fromEntries(Object.entries(ones).map(([name, make]) => [name, one(make)])),
    ...Object.fromEntries(Object.entries(twos).map(([name, make]) => [name, two(name, make)])),
    HouseAddScaled: ({ x, y, scale }) => {
      const scaled = joined(graph, { a: y, b: scale }, { make: o.mul, dtype: "float32" });
      return joined(graph, { a: x, b: scaled }, { make: o.add, dtype: "float32" });
    },
    Select: ({ condition, t, e }) =>
      drawn(graph.node("Where", [last(graph, condition), last(graph, t), last(graph, e)]), t.shape, t.dtype),
    Cast: ({ x }, { dtype }) => {
      const to = { float32: 1, int32: 6, bool: 9 }[dtype as "float32" | "int32" | "bool"];
      if (to === undefined) throw new RangeError(`numbers of the type ${dtype} are not known`);
      return drawn(graph.node("Cast", [last(graph, x)], { to }), x.shape, dtype as DataType);
    },
  };
}

/** Two tensors joined number by number, sides of 1 repeated; maps in ONNX's order of axes where one has no other. */
export function joined(
  graph: Graph,
  { a, b }: { readonly a: Drawn; readonly b: Drawn },
  { make, dtype }: { readonly make: Two; readonly dtype: DataType },
): Drawn {
  const shape = broadcast(a.shape, b.shape);
  const ways = shape.length === 4 && (isFirst(a) || isFirst(b)) ? [a, b].map((x) => channelsFirst(graph, x)) : [];
  const [left, right] = ways;
  if (left && right) return drawnFirst(make(left, right), shape, dtype);
  return drawn(make(last(graph, a), last(graph, b)), shape, dtype);
}

/** A tensor as it is joined with maps in ONNX's order of axes: maps, a number, or one for each channel; else null. */
function channelsFirst(graph: Graph, x: Drawn): Value | null {
  if (x.shape.length === 4) return first(graph, x);
  if (x.numbers === null || x.shape.length > 1) return null;
  return x.shape.length === 0 ? last(graph, x) : weight(graph, x, [x.shape[0], 1, 1], x.numbers);
}

/** The shape of two that are joined. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const sides = [a, b].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  return sides[0].map((side, i) => side === 1 ? sides[1][i] : side);
}
