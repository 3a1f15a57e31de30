import { sub, tensor, type Tensor2D, type Tensor4D } from "../../lib/engine/ops.ts";
import { binaryCrossEntropy, binaryCrossEntropyLoss } from "../../lib/losses/binary_cross_entropy.ts";
import { crossEntropy, crossEntropyLoss } from "../../lib/losses/cross_entropy.ts";
import { cvar, cvarLoss } from "../../lib/losses/cvar.ts";
import { assertClose, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

function two(spec: ReturnType<typeof crossEntropy>, groups: number[], logits: number[][]): number {
  using input = inputOf({ groups, logits });
  return take(crossEntropyLoss(spec, input))[0];
}

function one(spec: ReturnType<typeof binaryCrossEntropy>, groups: number[], logits: number[]): number {
  using input = inputOf({ groups, logits: logits.map((x) => [x]) });
  return take(binaryCrossEntropyLoss(spec, input))[0];
}

testTensors("crossEntropyLoss() of two rows is what paper and pencil give", () => {
  // odds 3 to 1 for real: −log ¾ for the photograph, −log ¼ for the fake
  const logits = [[Math.log(3), 0], [Math.log(3), 0]];
  assertClose(two(crossEntropy(), [1, 1], logits), (Math.log(4 / 3) + Math.log(4)) / 2, 1e-6);
  // smoothing .2: the true class weighs .9, the other .1
  const smooth = 0.9 * Math.log(4 / 3) + 0.1 * Math.log(4);
  assertClose(two(crossEntropy({ smoothing: 0.2 }), [1, 0], [[Math.log(3), 0]]), smooth, 1e-6);
});

testTensors("crossEntropyLoss() weighs both classes the same when balanced", () => {
  const logits = [[Math.log(3), 0], [0, 0], [0, 0], [0, 0]];
  assertClose(two(crossEntropy({ balanced: true }), [1, 3], logits), (Math.log(4 / 3) + Math.log(2)) / 2, 1e-6);
  assertClose(two(crossEntropy(), [1, 3], logits), (Math.log(4 / 3) + 3 * Math.log(2)) / 4, 1e-6);
});

testTensors("binaryCrossEntropyLoss() of two rows is what paper and pencil give", () => {
  assertClose(one(binaryCrossEntropy(), [1, 1], [0, 0]), Math.log(2), 1e-6);
  assertClose(one(binaryCrossEntropy(), [1, 1], [-Math.log(3), Math.log(3)]), Math.log(4 / 3), 1e-6);
  const balanced = one(binaryCrossEntropy({ balanced: true }), [1, 3], [-Math.log(3), 0, 0, 0]);
  assertClose(balanced, (Math.log(4 / 3) + Math.log(2)) / 2, 1e-6);
});

testTensors("binaryCrossEntropyLoss() equals crossEntropyLoss() of the logits 0 and l", () => {
  const logits = normals(5, 6).map((x) => 3 * x);
  for (const balanced of [false, true]) {
    const pairs = two(crossEntropy({ balanced }), [2, 4], logits.map((l) => [0, l]));
    assertClose(one(binaryCrossEntropy({ balanced }), [2, 4], logits), pairs, 1e-6);
  }
});

testTensors("binaryCrossEntropyLoss() keeps its digits far from 0", () => {
  assertClose(one(binaryCrossEntropy(), [1, 1], [-15, 15]), Math.log1p(Math.exp(-15)), 1e-10);
  assertClose(one(binaryCrossEntropy(), [1, 1], [200, -200]), 200, 1e-4);
});

testTensors("binaryCrossEntropyLoss() of a map is the mean over its places, each with the label of its row", () => {
  // a photograph whose places are sure and right, sure and wrong; a fake whose places know nothing
  const places = tensor([-Math.log(3), Math.log(3), 0, 0], [2, 1, 2, 1]) as Tensor4D;
  using input = inputOf({ groups: [1, 1], logits: [[0], [0]] });
  const expected = ((Math.log(4 / 3) + Math.log(4)) / 2 + Math.log(2)) / 2;
  assertClose(take(binaryCrossEntropyLoss(binaryCrossEntropy(), { ...input, places })), [expected], 1e-6);
  // the worst row of two: the photograph
  const worst = take(cvarLoss(cvar({ alpha: 0.5 }), { ...input, places }));
  assertClose(worst, [(Math.log(4 / 3) + Math.log(4)) / 2], 1e-6);
  places.dispose();
});

testTensors("binaryCrossEntropyLoss() of a map weighs rows, not places, when balanced", () => {
  const values = [0.3, -0.2, 1, 0.5, -1, 0.1].flatMap((l) => [l, l, l, l]);
  const places = tensor(values, [6, 2, 2, 1]) as Tensor4D;
  const logits = [0.3, -0.2, 1, 0.5, -1, 0.1];
  using input = inputOf({ groups: [1, 5], logits: logits.map((x) => [x]) });
  const balanced = binaryCrossEntropy({ balanced: true });
  assertClose(take(binaryCrossEntropyLoss(balanced, { ...input, places })), one(balanced, [1, 5], logits), 1e-6);
  places.dispose();
});

testTensors("binaryCrossEntropyLoss() of a map has the gradient of finite differences", () => {
  const values = normals(10, 12);
  using input = inputOf({ groups: [1, 2], logits: [[0], [0], [0]] });
  assertGradient((x) => binaryCrossEntropyLoss(binaryCrossEntropy(), { ...input, places: x as Tensor4D }), {
    values,
    shape: [3, 2, 2, 1],
  });
});

testTensors("crossEntropyLoss() heeds only the difference of logits", () => {
  const rows = rowsOf(normals(6, 8), 2);
  using input = inputOf({ groups: [2, 2], logits: rows });
  const shifted = sub(input.logits, 100) as Tensor2D;
  const whole = take(crossEntropyLoss(crossEntropy(), { ...input, logits: shifted }))[0];
  shifted.dispose();
  assertClose(whole, two(crossEntropy(), [2, 2], rows), 1e-5);
});

testTensors("both cross-entropies have the gradient of finite differences", () => {
  const values = normals(7, 8);
  for (const balanced of [false, true]) {
    using pairs = inputOf({ groups: [1, 3], logits: rowsOf(values, 2) });
    const spec = crossEntropy({ smoothing: 0.1, balanced });
    assertGradient((x) => crossEntropyLoss(spec, { ...pairs, logits: x as Tensor2D }), { values, shape: [4, 2] });
    using single = inputOf({ groups: [2, 6], logits: rowsOf(values, 1) });
    const binary = binaryCrossEntropy({ balanced });
    assertGradient((x) => binaryCrossEntropyLoss(binary, { ...single, logits: x as Tensor2D }), {
      values,
      shape: [8, 1],
    });
  }
});

testTensors("both cross-entropies refuse the other's logits and name the fix", () => {
  using pairs = inputOf({ groups: [1, 1], logits: [[0, 0], [0, 0]] });
  assertThrows(
    () => binaryCrossEntropyLoss(binaryCrossEntropy(), pairs),
    TypeError,
    'the model gives 2 logits a row, expected 1; set "classes: 1" in the head or take crossEntropy()',
  );
  using single = inputOf({ groups: [1, 1], logits: [[0], [0]] });
  assertThrows(() => crossEntropyLoss(crossEntropy(), single), TypeError, "take binaryCrossEntropy()");
});

testTensors("a balanced cross-entropy refuses a batch of one class, any refuses an empty one", () => {
  using lone = inputOf({ groups: [0, 2], logits: [[0], [0]] });
  const balanced = binaryCrossEntropy({ balanced: true });
  assertThrows(() => binaryCrossEntropyLoss(balanced, lone), RangeError, "the batch has 0 real, 2 fake");
  using empty = inputOf({ groups: [0, 0] });
  assertThrows(() => binaryCrossEntropyLoss(binaryCrossEntropy(), empty), RangeError, "the batch has no rows");
});
