/** Norms, softmax, and sums weighted by channel. */
import * as ops from "../../../lib/engine/ops.ts";
import { cases, channels, type Operation, pick } from "./operation.ts";

type T = ops.Tensor;

/** One batch norm of each kind: by its own statistics or given ones, with and without residual and activation. */
function batchNorms(shape: number[]): Operation[] {
  const row = [shape[shape.length - 1]];
  return ([null, "relu"] as const).flatMap((activation) =>
    [false, true].flatMap((joined): Operation[] => {
      const own = (kind: typeof activation) => (x: T, w: T, b: T, residual: T | null = null): T =>
        ops.batchNorm(x, w, b, { epsilon: 0.01, activation: kind, residual }).y;
      const frozen = (kind: typeof activation) => (x: T, weight: T, bias: T, mean: T, deviation: T, r?: T): T =>
        ops.frozenBatchNorm(x, { weight, bias, mean, variance: ops.square(deviation) }, {
          epsilon: 0.1,
          activation: kind,
          residual: r ?? null,
        });
      const name = `of ${shape}${joined ? ", with a residual" : ""}, ${activation ?? "no activation"}`;
      const others = joined ? [shape] : [];
      return [
        {
          of: "batchNorm",
          name: `batchNorm ${name}`,
          shapes: [shape, row, row, ...others],
          apply: own(activation),
          beforeRelu: activation === null ? undefined : own(null),
        },
        {
          of: "frozenBatchNorm",
          name: `frozenBatchNorm ${name}`,
          shapes: [shape, row, row, row, row, ...others],
          apply: frozen(activation),
          beforeRelu: activation === null ? undefined : frozen(null),
        },
      ];
    })
  );
}

function layerNorm(rows: number[], c: number): Operation {
  const epsilon = c < 4 ? 0.1 : 1e-6; // two values are always ±1 but for it
  return {
    of: "layerNorm",
    name: `layerNorm of ${[...rows, c]}`,
    shapes: [[...rows, c], [c], [c]],
    apply: (x, w, b) => ops.layerNorm(x, w, b, epsilon),
  };
}

function addScaled(rows: number[], c: number): Operation {
  const shape = [...rows, c];
  return {
    of: "addScaled",
    name: `addScaled of ${shape}`,
    shapes: [shape, shape, [c]],
    apply: ops.addScaled,
    linear: true,
  };
}

function softmax(shape: number[]): Operation[] {
  return [
    { of: "softmax", name: `softmax of ${shape}`, shapes: [shape], apply: (x) => ops.softmax(x) },
    { of: "logSoftmax", name: `logSoftmax of ${shape}`, shapes: [shape], apply: (x) => ops.logSoftmax(x) },
  ];
}

/** All of them. */
export function norms(): Operation[] {
  const rows = [[1], [2, 3], [5, 2, 3], [37], [130]];
  return [
    ...[[40, 7], [2, 5, 6, 32], [600, 16], [9, 1, 1, 17]].flatMap(batchNorms),
    ...cases("batchNorm", 3, (draw) => batchNorms([...pick(draw, [[5], [2, 3, 4], [37]]), channels(draw)])).flat(),
    ...[[[2, 5], 7], [[300], 48], [[0], 4]].map(([rows, c]) => layerNorm(rows as number[], c as number)),
    ...cases("layerNorm", 16, (draw) => layerNorm(pick(draw, rows), channels(draw))),
    addScaled([300], 48),
    addScaled([0], 3),
    ...cases("addScaled", 16, (draw) => addScaled(pick(draw, rows), channels(draw))),
    ...[[5, 4], [2, 3, 9, 50], [20, 50], [7], [1, 1], [0, 3]].flatMap(softmax),
    ...cases("softmax", 8, (draw) => softmax([...pick(draw, rows), 1 + channels(draw)])).flat(),
  ];
}
