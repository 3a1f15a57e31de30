/** Sums, means and extremes over every set of axes. */
import * as ops from "../../../lib/engine/ops.ts";
import { cases, type Operation, shapeOf } from "./operation.ts";

/** The subsets of 0 … rank − 1, the empty one among them. */
function subsets(rank: number): number[][] {
  return Array.from(
    { length: 2 ** rank },
    (_, bits) => Array.from({ length: rank }, (_, axis) => axis).filter((axis) => bits >> axis & 1),
  );
}

function reductions(shape: number[], axes: number[], keep: boolean): Operation[] {
  const name = `of ${shape} over ${axes.length === 0 ? "nothing" : axes}${keep ? ", kept" : ""}`;
  const shapes = [shape];
  return [
    { of: "sum", name: `sum ${name}`, shapes, apply: (x) => ops.sum(x, axes, keep), linear: true },
    { of: "mean", name: `mean ${name}`, shapes, apply: (x) => ops.mean(x, axes, keep), linear: true },
    { of: "max", name: `max ${name}`, shapes, apply: (x) => ops.max(x, axes, keep), kinks: true },
    { of: "min", name: `min ${name}`, shapes, apply: (x) => ops.min(x, axes, keep), kinks: true },
  ];
}

/** All of them. */
export function sums(): Operation[] {
  const whole = ["sum", "mean", "max", "min"] as const;
  return [
    ...subsets(4).flatMap((axes) => [false, true].flatMap((keep) => reductions([3, 4, 5, 6], axes, keep))),
    ...cases("sums", 16, (draw) => {
      const shape = shapeOf(draw, 1 + draw.integer(5), 5);
      const axes = shape.map((_, axis) => axis).filter(() => draw.integer(2) === 0);
      // from behind, and in any order
      const some = axes.map((axis) => draw.integer(2) === 0 ? axis : axis - shape.length);
      return reductions(shape, draw.integer(2) === 0 ? some : some.toReversed(), draw.integer(2) === 0);
    }).flat(),
    ...[[700, 6], [2500, 17], [4, 300, 8]].map((shape): Operation => ({
      ...{ of: "sum", name: `sum of ${shape} over the last but one`, shapes: [shape], linear: true },
      apply: (x) => ops.sum(x, shape.length - 2),
    })),
    ...whole.flatMap((of) =>
      [[2, 3, 4], [5], []].map((shape): Operation => ({
        ...{ of, name: `${of} of ${shape} over all`, shapes: [shape], apply: (x) => ops[of](x) },
        ...(of === "sum" || of === "mean" ? { linear: true } : { kinks: true }),
      }))
    ),
    { of: "sum", name: "sum of no rows", shapes: [[0, 3]], apply: (x) => ops.sum(x, 0), linear: true },
    { of: "sum", name: "sum of empty rows", shapes: [[0, 3]], apply: (x) => ops.sum(x, 1), linear: true },
  ];
}
