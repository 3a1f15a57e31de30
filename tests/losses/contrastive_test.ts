import type { Tensor2D } from "../../lib/engine/ops.ts";
import { contrastive, contrastiveLoss } from "../../lib/losses/contrastive.ts";
import { assert, assertClose, assertThrows } from "../assert.ts";
import { assertGradient, gradientAt, take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

function value(spec: ReturnType<typeof contrastive>, groups: number[], embedding: number[][]): number {
  using input = inputOf({ groups, embedding });
  return take(contrastiveLoss(spec, input))[0];
}

testTensors("contrastiveLoss() of four rows is what paper and pencil give", () => {
  // real →, fake →, realRec ↑, fakeRec ←: positives cost 1, 4 and 1; of the negatives only real–fake, at s = 1
  const rows = [[3, 0], [1, 0], [0, 5], [-1, 0]];
  assertClose(value(contrastive(), [1, 1, 1, 1], rows), 2 + 1 / 3, 1e-6);
  assertClose(value(contrastive({ margin: 0.5 }), [1, 1, 1, 1], rows), 2 + 0.25 / 3, 1e-6);
});

testTensors("contrastiveLoss() counts pairs of real rows only when told to", () => {
  const rows = [[1, 0], [0, 1], [-1, 0], [-1, 0]]; // two real, two fake: fakes agree, real rows stand at right angles
  assertClose(value(contrastive(), [2, 2], rows), 0, 1e-6);
  assertClose(value(contrastive({ realPairs: true }), [2, 2], rows), 0.5, 1e-6);
});

testTensors("contrastiveLoss() heeds neither the length of rows nor their order inside a class", () => {
  const rows = rowsOf(normals(1, 24), 3);
  const spec = contrastive({ margin: 0.2, realPairs: true });
  const whole = value(spec, [2, 2, 2, 2], rows);
  assertClose(value(spec, [2, 2, 2, 2], rows.map((row, i) => row.map((x) => x * (i + 1)))), whole, 1e-5);
  const [a, b, ...others] = rows;
  assertClose(value(spec, [2, 2, 2, 2], [b, a, ...others.reverse()]), whole, 1e-5);
});

testTensors("contrastiveLoss() has no repelling half at a margin of 1", () => {
  const rows = [[1, 0], [1, 0], [1, 0]];
  assertClose(value(contrastive({ margin: 1 }), [1, 2], rows), 0, 1e-6);
  assertClose(value(contrastive({ margin: 0 }), [1, 2], rows), 1, 1e-6);
});

testTensors("contrastiveLoss() has the gradient of finite differences", () => {
  for (const spec of [contrastive({ margin: -0.3 }), contrastive({ margin: 0.1, realPairs: true })]) {
    using input = inputOf({ groups: [2, 2, 1, 1], embedding: rowsOf(normals(2, 18), 3) });
    assertGradient((x) => contrastiveLoss(spec, { ...input, embedding: x as Tensor2D }), {
      values: normals(2, 18),
      shape: [6, 3],
    });
  }
});

testTensors("contrastiveLoss() has a finite gradient at rows of zeros", () => {
  using input = inputOf({ groups: [1, 2], embedding: [[0, 0], [0, 0], [1, 0]] });
  const seen = gradientAt((x) => contrastiveLoss(contrastive(), { ...input, embedding: x as Tensor2D }), [
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
  assert(seen.every(Number.isFinite), `${seen}`);
});

testTensors("contrastiveLoss() refuses a batch without pairs, with its counts", () => {
  const refused = (groups: number[], told: string) => {
    using input = inputOf({ groups });
    assertThrows(() => contrastiveLoss(contrastive(), input), RangeError, told);
  };
  refused([0, 3], "the batch has 0 real, 3 fake, 0 realRec, 0 fakeRec, expected one real row and two others");
  refused([3, 1], "expected one real row and two others");
  refused([4, 0], "expected one real row and two others");
});

testTensors("contrastiveLoss() refuses groups that do not add up to the rows", () => {
  using input = inputOf({ groups: [2, 2] });
  const groups = { real: 2, fake: 3, realRec: 0, fakeRec: 0 };
  assertThrows(
    () => contrastiveLoss(contrastive(), { ...input, groups }),
    TypeError,
    "4 rows, but the groups are 2 real",
  );
});

Deno.test("contrastive() refuses what is no cosine", () => {
  assertThrows(() => contrastive({ margin: 1.5 }), RangeError, "contrastive.margin: given 1.5");
  assertThrows(() => contrastive({ weight: -1 }), RangeError, "contrastive.weight: given -1");
});
