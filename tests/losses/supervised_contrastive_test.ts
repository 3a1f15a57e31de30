import type { Tensor2D } from "../../lib/engine/ops.ts";
import { supervisedContrastive, supervisedContrastiveLoss } from "../../lib/losses/supervised_contrastive.ts";
import { assert, assertClose, assertThrows } from "../assert.ts";
import { assertGradient, gradientAt, take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

function value(spec: ReturnType<typeof supervisedContrastive>, groups: number[], embedding: number[][]): number {
  using input = inputOf({ groups, embedding });
  return take(supervisedContrastiveLoss(spec, input))[0];
}

testTensors("supervisedContrastiveLoss() of three rows is what paper and pencil give", () => {
  // a real row →, fakes → and ↑; the real row is alone in its class and counts 0
  const rows = [[2, 0], [1, 0], [0, 1]];
  const e = Math.E;
  // → picks ↑ (similarity 0) beside the real row (1): 1 / (1 + e); ↑ picks → beside the real row, both 0: 1 / 2
  assertClose(
    value(supervisedContrastive({ temperature: 1 }), [1, 2], rows),
    (Math.log(1 + e) + Math.log(2)) / 3,
    1e-6,
  );
  assertClose(
    value(supervisedContrastive({ temperature: 0.5 }), [1, 2], rows),
    (Math.log(1 + e * e) + Math.log(2)) / 3,
    1e-6,
  );
});

testTensors("supervisedContrastiveLoss() is what loops over all rows give", () => {
  const rows = rowsOf(normals(51, 36), 4);
  const real = 4, temperature = 0.3;
  const unit = rows.map((row) => row.map((x) => x / Math.hypot(...row)));
  const closeness = (i: number, j: number): number => unit[i].reduce((sum, x, k) => sum + x * unit[j][k], 0);
  let sum = 0;
  for (const i of rows.keys()) {
    const others = [...rows.keys()].filter((j) => j !== i);
    const whole = others.reduce((all, j) => all + Math.exp(closeness(i, j) / temperature), 0);
    const own = others.filter((j) => i < real === j < real);
    sum -= own.reduce((all, j) => all + closeness(i, j) / temperature - Math.log(whole), 0) / own.length;
  }
  assertClose(value(supervisedContrastive({ temperature }), [4, 2, 2, 1], rows), sum / rows.length, 1e-5);
});

testTensors("supervisedContrastiveLoss() heeds neither the length of rows nor their order inside a class", () => {
  const rows = rowsOf(normals(52, 24), 3);
  const spec = supervisedContrastive();
  const whole = value(spec, [2, 2, 2, 2], rows);
  assertClose(value(spec, [2, 2, 2, 2], rows.map((row, i) => row.map((x) => x * (i + 1)))), whole, 1e-4);
  const [a, b, ...others] = rows;
  assertClose(value(spec, [2, 2, 2, 2], [b, a, ...others.reverse()]), whole, 1e-4);
});

testTensors(
  "supervisedContrastiveLoss() of classes at opposite points is the logarithm of the others of a class",
  () => {
    const rows = [[1, 0], [1, 0], [1, 0], [-1, 0], [-1, 0], [-1, 0]];
    assertClose(value(supervisedContrastive(), [3, 3], rows), Math.log(2), 1e-5);
    // far apart in a softmax of e^200: finite all the same
    assertClose(value(supervisedContrastive({ temperature: 0.01 }), [3, 3], rows), Math.log(2), 1e-5);
    const mixed = [[1, 0], [-1, 0], [1, 0], [-1, 0]];
    assertClose(value(supervisedContrastive({ temperature: 0.01 }), [2, 2], mixed), 200, 1e-3);
  },
);

testTensors("supervisedContrastiveLoss() has the gradient of finite differences", () => {
  const values = normals(53, 18);
  using input = inputOf({ groups: [2, 2, 1, 1], embedding: rowsOf(values, 3) });
  const spec = supervisedContrastive({ temperature: 0.5 });
  assertGradient((x) => supervisedContrastiveLoss(spec, { ...input, embedding: x as Tensor2D }), {
    values,
    shape: [6, 3],
  });
});

testTensors("supervisedContrastiveLoss() has a finite gradient at equal rows and at rows of zeros", () => {
  for (const rows of [[[1, 2], [1, 2], [1, 2], [1, 2]], [[0, 0], [0, 0], [1, 0], [0, 0]]]) {
    using input = inputOf({ groups: [2, 2], embedding: rows });
    const spec = supervisedContrastive();
    const seen = gradientAt((x) => supervisedContrastiveLoss(spec, { ...input, embedding: x as Tensor2D }), rows);
    assert(seen.every(Number.isFinite), `${seen}`);
  }
});

testTensors("supervisedContrastiveLoss() refuses a batch of one class", () => {
  using lone = inputOf({ groups: [0, 3] });
  const spec = supervisedContrastive();
  assertThrows(() => supervisedContrastiveLoss(spec, lone), RangeError, "expected rows of both classes");
});

Deno.test("supervisedContrastive() refuses a temperature of 0", () => {
  assertThrows(
    () => supervisedContrastive({ temperature: 0 }),
    RangeError,
    "supervisedContrastive.temperature: given 0",
  );
});
