import type { Tensor2D } from "../../lib/engine/ops.ts";
import { marginContrastive, marginContrastiveLoss } from "../../lib/losses/margin_contrastive.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, gradientAt, take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

function value(spec: ReturnType<typeof marginContrastive>, groups: number[], embedding: number[][]): number {
  using input = inputOf({ groups, embedding });
  return take(marginContrastiveLoss(spec, input))[0];
}

testTensors("marginContrastiveLoss() of five rows is what paper and pencil give", () => {
  // two real rows at right angles; fakes: one equal to a real row, one opposite to it, one equal to the first fake
  const rows = [[3, 0], [0, 1], [1, 0], [-2, 0], [5, 0]];
  // pull: √2 among real rows, 2 and 2 among fakes, whose third pair is equal and costs nothing
  // push: 1 for the two fakes upon a real row; √2 and 2 are beyond the margin
  assertClose(value(marginContrastive(), [2, 3], rows), (Math.SQRT2 + 2 + 2) / 3 + 1, 1e-6);
  const wider = marginContrastive({ positive: 1.5, negative: 1.5 });
  // pull: .5 and .5; push: 1.5 twice, 1.5 − √2 for each of three fakes at a right angle to the second real row
  assertClose(value(wider, [2, 3], rows), 0.5 + (2 * 1.5 + 3 * (1.5 - Math.SQRT2)) / 5, 1e-5);
});

testTensors("marginContrastiveLoss() is what loops over all pairs give", () => {
  const rows = rowsOf(normals(21, 60), 4);
  const real = 5, margins = { positive: 0.4, negative: 1.3 };
  const unit = rows.map((row) => row.map((x) => x / Math.hypot(...row)));
  const costs: Record<"pull" | "push", number[]> = { pull: [], push: [] };
  for (const [i, a] of unit.entries()) {
    for (const [j, b] of unit.entries()) {
      const d = Math.hypot(...a.map((x, k) => x - b[k]));
      if (i !== j && i < real === j < real) costs.pull.push(Math.max(d - margins.positive, 0));
      else if (i !== j) costs.push.push(Math.max(margins.negative - d, 0));
    }
  }
  const mean = (all: number[]): number => {
    const some = all.filter((cost) => cost > 0);
    return some.reduce((sum, cost) => sum + cost, 0) / some.length;
  };
  assertClose(value(marginContrastive(margins), [5, 5, 3, 2], rows), mean(costs.pull) + mean(costs.push), 1e-5);
});

testTensors("marginContrastiveLoss() heeds neither the length of rows nor their order inside a class", () => {
  const rows = rowsOf(normals(22, 24), 3);
  const whole = value(marginContrastive(), [2, 2, 2, 2], rows);
  assertClose(value(marginContrastive(), [2, 2, 2, 2], rows.map((row, i) => row.map((x) => x * (i + 1)))), whole, 1e-5);
  const [a, b, ...others] = rows;
  assertClose(value(marginContrastive(), [2, 2, 2, 2], [b, a, ...others.reverse()]), whole, 1e-5);
});

testTensors("marginContrastiveLoss() is 0 where classes are points beyond the margin", () => {
  assertEquals(value(marginContrastive(), [2, 2], [[1, 0], [2, 0], [0, 3], [0, 1]]), 0);
});

testTensors("marginContrastiveLoss() keeps its digits where all rows lie close together", () => {
  // 256 values of about 1, moved by up to .003: squared distances of 1e-6, ten times what rounding leaves of 2 − 2 s
  const rows = rowsOf(normals(23, 4 * 256).map((x) => 1 + 1e-3 * x), 256);
  const distance = (i: number, j: number): number => {
    const [a, b] = [rows[i], rows[j]].map((row) => row.map((x) => x / Math.hypot(...row)));
    return Math.hypot(...a.map((x, k) => x - b[k]));
  };
  const pull = (distance(0, 1) + distance(2, 3)) / 2;
  const push = [[0, 2], [0, 3], [1, 2], [1, 3]].reduce((sum, [i, j]) => sum + 1 - distance(i, j), 0) / 4;
  assertClose(value(marginContrastive(), [2, 2], rows), pull + push, 1e-6);
});

testTensors("marginContrastiveLoss() has the gradient of finite differences", () => {
  for (const spec of [marginContrastive({ negative: 2 }), marginContrastive({ positive: 0.3, negative: 1.2 })]) {
    const values = normals(24, 18);
    using input = inputOf({ groups: [3, 1, 1, 1], embedding: rowsOf(values, 3) });
    assertGradient((x) => marginContrastiveLoss(spec, { ...input, embedding: x as Tensor2D }), {
      values,
      shape: [6, 3],
    });
  }
});

testTensors("marginContrastiveLoss() has a finite gradient at equal rows and at rows of zeros", () => {
  for (const rows of [[[1, 2], [1, 2], [1, 2], [1, 2]], [[0, 0], [0, 0], [1, 0], [0, 0]]]) {
    using input = inputOf({ groups: [2, 2], embedding: rows });
    const seen = gradientAt(
      (x) => marginContrastiveLoss(marginContrastive(), { ...input, embedding: x as Tensor2D }),
      rows,
    );
    assert(seen.every(Number.isFinite), `${seen}`);
  }
});

testTensors("marginContrastiveLoss() takes a row of each class, and refuses a batch of one", () => {
  assertClose(value(marginContrastive(), [1, 1], [[1, 0], [2, 0]]), 1, 1e-6);
  for (const groups of [[0, 3], [4, 0]]) {
    using input = inputOf({ groups });
    assertThrows(() => marginContrastiveLoss(marginContrastive(), input), RangeError, "expected rows of both classes");
  }
});

Deno.test("marginContrastive() refuses what is no distance of unit vectors", () => {
  assertThrows(() => marginContrastive({ positive: -0.1 }), RangeError, "marginContrastive.positive: given -0.1");
  assertThrows(() => marginContrastive({ negative: 2.1 }), RangeError, "marginContrastive.negative: given 2.1");
});
