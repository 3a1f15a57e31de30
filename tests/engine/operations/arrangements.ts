/** Operations that move values and leave them as they are. */
import * as ops from "../../../lib/engine/ops.ts";
import type { Random } from "../../../lib/random.ts";
import { cases, type Name, type Operation, pick, shapeOf, sizeOf } from "./operation.ts";

type T = ops.Tensor;

function one(of: Name, shape: readonly number[], detail: string, apply: (x: T) => T): Operation {
  return { of, name: `${of} of ${shape}${detail}`, shapes: [shape], apply, linear: true };
}

function cuts(draw: Random): Operation[] {
  const shape = shapeOf(draw, 1 + draw.integer(5), 6);
  const begin = shape.map((n) => draw.integer(n));
  const size = shape.map((n, i) => draw.integer(4) === 0 ? -1 : 1 + draw.integer(n - begin[i]));
  const frame = shape.map((): [number, number] => [draw.integer(3), draw.integer(3)]);
  const axis = draw.integer(shape.length);
  const first = draw.integer(shape[axis] + 1);
  const parts = pick(draw, [[first, shape[axis] - first], [first, shape[axis] - first], [shape[axis]]]);
  const part = draw.integer(parts.length);
  return [
    one("slice", shape, ` from ${begin}, ${size}`, (x) => ops.slice(x, begin, size)),
    one("pad", shape, ` by ${frame.join(" and ")}`, (x) => ops.pad(x, frame, 0.5)),
    one("split", shape, ` into ${parts} along ${axis}, part ${part}`, (x) => ops.split(x, parts, axis)[part]),
    one("unstack", shape, ` along ${axis}`, (x) => ops.unstack(x, axis)[shape[axis] - 1]),
  ];
}

function turns(draw: Random): Operation[] {
  const shape = shapeOf(draw, 1 + draw.integer(5), 5);
  const order = Array.from(draw.permutation(shape.length));
  const axes = order.slice(0, draw.integer(shape.length + 1));
  const repeats = shape.map(() => 1 + draw.integer(3));
  return [
    one("transpose", shape, ` to ${order}`, (x) => ops.transpose(x, order)),
    one("reverse", shape, ` along ${axes}`, (x) => ops.reverse(x, axes)),
    one("tile", shape, ` by ${repeats}`, (x) => ops.tile(x, repeats)),
  ];
}

function gathers(draw: Random): Operation[] {
  const shape = shapeOf(draw, 1 + draw.integer(4), 6);
  const axis = draw.integer(shape.length);
  const at = pick(draw, [[1], [4], [9], [2, 3], [0]]);
  const places = Array.from({ length: sizeOf(at) }, () => draw.integer(shape[axis]));
  const detail = ` along ${axis} at ${places} of ${at}`;
  return [one("gather", shape, detail, (x) => ops.gather(x, ops.tensor(places, at, "int32"), axis))];
}

function joins(draw: Random): Operation[] {
  const shape = shapeOf(draw, 1 + draw.integer(4), 5);
  const axis = draw.integer(shape.length);
  const count = 1 + draw.integer(4);
  const parts = Array.from({ length: count }, () => shape.with(axis, draw.integer(5)));
  const alike = parts.map(() => shape);
  const slot = draw.integer(shape.length + 1);
  const made: Operation[] = [{
    of: "stack",
    name: `stack of ${count} of ${shape} along ${slot}`,
    shapes: alike,
    apply: (...x) => ops.stack(x, slot),
    linear: true,
  }];
  if (parts.every((part) => part[axis] === 0)) return made;
  const name = `concat of ${parts.join(" and ")} along ${axis}`;
  return [...made, { of: "concat", name, shapes: parts, apply: (...x) => ops.concat(x, axis), linear: true }];
}

/** All of them. */
export function arrangements(): Operation[] {
  return [
    ...cases("cuts", 25, cuts).flat(),
    ...cases("turns", 20, turns).flat(),
    ...cases("gathers", 20, gathers).flat(),
    ...cases("joins", 20, joins).flat(),
    one("reshape", [2, 6, 3], " to 4 rows", (x) => ops.reshape(x, [4, -1])),
    one("squeeze", [1, 3, 1, 2], "", (x) => ops.squeeze(x)),
    one("squeeze", [1, 3, 1, 2], " of axis 2", (x) => ops.squeeze(x, [2])),
    one("expandDims", [3, 2], " before the last", (x) => ops.expandDims(x, -1)),
    one("transpose", [2, 3, 4], " by itself", (x) => ops.transpose(x)),
    one("transpose", [40, 30, 20], " of heads", (x) => ops.transpose(x, [0, 2, 1])),
    {
      of: "split",
      name: "split whose parts multiply",
      shapes: [[2, 7, 3]],
      apply: (x) => ops.mul(...(ops.split(x, [3, 1, 3], 1).filter((part) => part.shape[1] === 3) as [T, T])),
    },
  ];
}
