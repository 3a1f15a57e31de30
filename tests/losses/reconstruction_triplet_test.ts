import type { Tensor2D } from "../../lib/engine/ops.ts";
import { reconstructionTriplet, reconstructionTripletLoss } from "../../lib/losses/reconstruction_triplet.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, gradientAt, take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

function value(spec: ReturnType<typeof reconstructionTriplet>, embedding: number[][]): number {
  const n = embedding.length / 4;
  using input = inputOf({ groups: [n, n, n, n], embedding });
  return take(reconstructionTripletLoss(spec, input))[0];
}

testTensors("reconstructionTripletLoss() of two quadruples is what paper and pencil give", () => {
  // real, real, fake, fake, their reconstructions in the same order; squared distances real 0 and 2, fake 4 and 0
  const rows = [[1, 0], [1, 0], [2, 0], [0, 1], [5, 0], [0, 1], [-1, 0], [0, 3]];
  // stated: max(4 − 0 + .5, 0) and max(0 − 2 + .5, 0)
  assertClose(value(reconstructionTriplet(), rows), 4.5 / 2, 1e-6);
  // printed: max(0 − 4 + .5, 0) and max(2 − 0 + .5, 0)
  assertClose(value(reconstructionTriplet({ orientation: "printed" }), rows), 2.5 / 2, 1e-6);
});

testTensors(
  "reconstructionTripletLoss() of either orientation adds up to twice the margin while both are active",
  () => {
    const rows = rowsOf(normals(3, 16).map((x) => 1 + 0.05 * x), 2); // all rows close: every hinge is open
    const margin = 0.3;
    const stated = value(reconstructionTriplet({ margin }), rows);
    const printed = value(reconstructionTriplet({ margin, orientation: "printed" }), rows);
    assert(stated !== printed);
    assertClose(stated + printed, 2 * margin, 1e-6);
  },
);

testTensors("reconstructionTripletLoss() is 0 once real rows stand beyond the margin", () => {
  const rows = [[1, 0], [0, 1], [-1, 0], [0, 1]];
  assertEquals(value(reconstructionTriplet({ margin: 4 }), rows), 0);
  assertClose(value(reconstructionTriplet({ margin: 4, orientation: "printed" }), rows), 8, 1e-6);
});

testTensors("reconstructionTripletLoss() has the gradient of finite differences", () => {
  const values = normals(4, 24);
  for (const orientation of ["stated", "printed"] as const) {
    using input = inputOf({ groups: [2, 2, 2, 2], embedding: rowsOf(values, 3) });
    const spec = reconstructionTriplet({ margin: 2, orientation });
    assertGradient((x) => reconstructionTripletLoss(spec, { ...input, embedding: x as Tensor2D }), {
      values,
      shape: [8, 3],
    });
  }
});

testTensors("reconstructionTripletLoss() has a finite gradient at zeros and at equal rows", () => {
  const rows = [[0, 0], [1, 1], [0, 0], [1, 1]];
  using input = inputOf({ groups: [1, 1, 1, 1], embedding: rows });
  const spec = reconstructionTriplet();
  const seen = gradientAt((x) => reconstructionTripletLoss(spec, { ...input, embedding: x as Tensor2D }), rows);
  assert(seen.every(Number.isFinite), `${seen}`);
});

testTensors("reconstructionTripletLoss() refuses a batch of incomplete quadruples, with its counts", () => {
  for (const groups of [[2, 2, 2, 0], [2, 2], [1, 2, 1, 2], [0, 2, 0, 2]]) {
    using input = inputOf({ groups });
    const told = `the batch has ${groups[0]} real, ${groups[1]} fake, ${groups[2] ?? 0} realRec`;
    assertThrows(() => reconstructionTripletLoss(reconstructionTriplet(), input), RangeError, told);
  }
});

Deno.test("reconstructionTriplet() names the nearest orientation", () => {
  const orientation = "stateed" as "stated";
  assertThrows(() => reconstructionTriplet({ orientation }), RangeError, 'did you mean "stated"?');
});
