import { tensor, type Tensor1D, type Tensor2D } from "../../lib/engine/ops.ts";
import { binaryCrossEntropy, binaryCrossEntropyLoss } from "../../lib/losses/binary_cross_entropy.ts";
import { cvar, cvarLoss, cvarThreshold } from "../../lib/losses/cvar.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, gradientAt, take, testTensors } from "../tensors.ts";
import { inputOf, normals } from "./inputs.ts";

function value(alpha: number, groups: number[], logits: number[]): number {
  using input = inputOf({ groups, logits: logits.map((x) => [x]) });
  return take(cvarLoss(cvar({ alpha }), input))[0];
}

/** The losses of a fake with these logits: log(1 + e^−l). */
function losses(logits: readonly number[]): number[] {
  return logits.map((l) => Math.log1p(Math.exp(-l)));
}

testTensors("cvarLoss() of four fakes is what paper and pencil give", () => {
  const logits = [0, -Math.log(3), Math.log(3), 1]; // losses log 2, log 4, log 4/3 and the smallest but one, .3133
  // the worst half: log 4 and log 2
  assertClose(value(0.5, [0, 4], logits), Math.log(8) / 2, 1e-6);
  // of .6 · 4 = 2.4 rows the third counts for .4
  assertClose(value(0.6, [0, 4], logits), (Math.log(8) + 0.4 * Math.log1p(Math.exp(-1))) / 2.4, 1e-6);
  // less than one row: the worst of all
  assertClose(value(0.1, [0, 4], logits), Math.log(4), 1e-6);
});

testTensors("cvarLoss() is the minimum that a search over λ finds", () => {
  const logits = normals(31, 50).map((x) => 2 * x);
  for (const alpha of [0.05, 0.3, 0.5, 0.77, 1]) {
    const all = losses(logits);
    const at = (λ: number): number =>
      λ + all.reduce((sum, loss) => sum + Math.max(loss - λ, 0), 0) / (alpha * all.length);
    const found = value(alpha, [0, 50], logits);
    assertClose(found, Math.min(...all.map(at), at(0)), 1e-5); // piecewise linear: least at one of its corners
    for (let λ = 0; λ < 5; λ += 0.01) assert(found <= at(λ) + 1e-5, `${alpha}: less at ${λ}`);
  }
});

testTensors("cvarLoss() equals the mean loss when alpha is 1, value and gradient, and rises as alpha falls", () => {
  const logits = normals(32, 12);
  const rows = logits.map((x) => [x]);
  using input = inputOf({ groups: [4, 8], logits: rows });
  const whole = cvar({ alpha: 1 });
  const bce = binaryCrossEntropy();
  assertClose(take(cvarLoss(whole, input)), take(binaryCrossEntropyLoss(bce, input)), 1e-6);
  assertClose(
    gradientAt((x) => cvarLoss(whole, { ...input, logits: x as Tensor2D }), rows),
    gradientAt((x) => binaryCrossEntropyLoss(bce, { ...input, logits: x as Tensor2D }), rows),
    1e-7,
  );
  const falling = [1, 0.8, 0.6, 0.4, 0.2, 0.05].map((alpha) => value(alpha, [4, 8], logits));
  assertEquals(falling, falling.toSorted((a, b) => a - b));
});

testTensors("cvarLoss() has the gradient of finite differences where alpha takes whole rows", () => {
  const values = normals(33, 10);
  for (const alpha of [0.2, 0.3, 0.7, 1]) {
    using input = inputOf({ groups: [5, 5], logits: values.map((x) => [x]) });
    assertGradient((x) => cvarLoss(cvar({ alpha }), { ...input, logits: x as Tensor2D }), { values, shape: [10, 1] });
  }
});

testTensors("cvarLoss() gives the row at its border no gradient, and those above it 1 / (α · B) of their own", () => {
  const logits = [-2, 0.5, 1, -1]; // fakes: the order of their losses is 0, 3, 1, 2
  using input = inputOf({ groups: [0, 4], logits: logits.map((x) => [x]) });
  const slope = gradientAt(
    (x) => cvarLoss(cvar({ alpha: 0.6 }), { ...input, logits: x as Tensor2D }),
    logits.map((x) => [x]),
  );
  const own = (l: number): number => -1 / (1 + Math.exp(l)) / 2.4;
  assertClose(slope, [own(-2), 0, 0, own(-1)], 1e-6);
});

testTensors("cvarLoss() stays finite where losses are equal or nearly 0", () => {
  const equal = [0, 0, 0, 0].map((x) => [x]);
  using input = inputOf({ groups: [2, 2], logits: equal });
  assertClose(take(cvarLoss(cvar(), input)), [Math.log(2)], 1e-6);
  const slope = gradientAt((x) => cvarLoss(cvar(), { ...input, logits: x as Tensor2D }), equal);
  assert(slope.every(Number.isFinite), `${slope}`);
  assertClose(value(0.5, [1, 1], [-80, 80]), 0, 1e-30);
});

testTensors("cvarThreshold() counts a share of rows that rounding leaves just below a whole number", () => {
  const loss = tensor(Float32Array.from({ length: 100 }, (_, i) => i)) as Tensor1D;
  assertEquals(take(cvarThreshold(loss, 0.29)), [70]); // .29 · 100 = 28.999…: 29 rows above
  assertEquals(take(cvarThreshold(loss, 0.295)), [70]); // 29.5: the thirtieth in part
  assertEquals(take(cvarThreshold(loss, 1)), [0]);
  loss.dispose();
});

testTensors("cvarLoss() refuses two logits a row, and a batch without rows", () => {
  using pairs = inputOf({ groups: [1, 1], logits: [[0, 0], [0, 0]] });
  assertThrows(() => cvarLoss(cvar(), pairs), TypeError, "the model gives 2 logits a row, expected 1");
  using empty = inputOf({ groups: [0, 0] });
  assertThrows(() => cvarLoss(cvar(), empty), RangeError, "the batch has no rows");
});

Deno.test("cvar() refuses what is no share", () => {
  assertThrows(() => cvar({ alpha: 0 }), RangeError, "cvar.alpha: given 0, expected a number > 0 and ≤ 1");
  assertThrows(() => cvar({ alpha: 1.1 }), RangeError, "cvar.alpha: given 1.1");
});
