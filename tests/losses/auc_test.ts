import type { Tensor2D } from "../../lib/engine/ops.ts";
import { auc, aucLoss } from "../../lib/losses/auc.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";
import { inputOf, normals } from "./inputs.ts";

function value(spec: ReturnType<typeof auc>, groups: number[], logits: number[]): number {
  using input = inputOf({ groups, logits: logits.map((x) => [x]) });
  return take(aucLoss(spec, input))[0];
}

testTensors("aucLoss() of two real rows and two fakes is what paper and pencil give", () => {
  // fake − real: .5 and 1.5, −1 and 0; missing to .6: .1 and 0, 1.6 and .6
  const logits = [1, 0, 1.5, 0];
  assertClose(value(auc({ power: 1 }), [2, 2], logits), (0.1 + 1.6 + 0.6) / 4, 1e-6);
  assertClose(value(auc(), [2, 2], logits), (0.01 + 2.56 + 0.36) / 4, 1e-6);
  assertClose(value(auc({ margin: 1, power: 1 }), [2, 1, 1], logits), (0.5 + 2 + 1) / 4, 1e-6);
});

testTensors("aucLoss() is what loops over all pairs give, for any power", () => {
  const logits = normals(41, 30);
  const [real, fake] = [logits.slice(0, 12), logits.slice(12)];
  for (const power of [1, 1.5, 2, 3]) {
    const all = fake.flatMap((f) => real.map((r) => Math.max(0.6 - (f - r), 0) ** power));
    const expected = all.reduce((sum, cost) => sum + cost, 0) / all.length;
    assertClose(value(auc({ power }), [12, 10, 8], logits), expected, 2e-6 * Math.max(1, expected));
  }
});

testTensors("aucLoss() heeds differences of logits alone, and is 0 once all stand apart by the margin", () => {
  const logits = normals(42, 9);
  const whole = value(auc(), [3, 6], logits);
  assertClose(value(auc(), [3, 6], logits.map((x) => x + 7)), whole, 1e-5);
  assertEquals(value(auc({ margin: 1 }), [2, 2], [-1, -0.5, 0.5, 3]), 0);
});

testTensors("aucLoss() falls as any fake rises and as any photograph falls", () => {
  const logits = [0.3, -0.2, 0.1, 0.6];
  const whole = value(auc(), [2, 2], logits);
  for (const i of logits.keys()) {
    const better = value(auc(), [2, 2], logits.map((x, j) => i === j ? x + (i < 2 ? -0.1 : 0.1) : x));
    assert(better < whole, `row ${i}: ${better} after ${whole}`);
  }
});

testTensors("aucLoss() has the gradient of finite differences", () => {
  const values = normals(43, 10);
  for (const power of [1, 1.5, 2]) {
    using input = inputOf({ groups: [4, 2, 4], logits: values.map((x) => [x]) });
    assertGradient((x) => aucLoss(auc({ power }), { ...input, logits: x as Tensor2D }), { values, shape: [10, 1] });
  }
});

testTensors("aucLoss() refuses two logits a row, and a batch of one class", () => {
  using pairs = inputOf({ groups: [1, 1], logits: [[0, 0], [0, 0]] });
  assertThrows(() => aucLoss(auc(), pairs), TypeError, "the model gives 2 logits a row, expected 1");
  using lone = inputOf({ groups: [0, 2] });
  assertThrows(() => aucLoss(auc(), lone), RangeError, "the batch has 0 real, 2 fake, 0 realRec, 0 fakeRec");
});

Deno.test("auc() refuses a margin of nothing and a power below 1", () => {
  assertThrows(() => auc({ margin: 0 }), RangeError, "auc.margin: given 0, expected a number > 0");
  assertThrows(() => auc({ power: 0.5 }), RangeError, "auc.power: given 0.5, expected a number ≥ 1");
});
