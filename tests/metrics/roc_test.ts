import { auc } from "../../lib/metrics/auc.ts";
import { roc } from "../../lib/metrics/roc.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("roc() of four rows is what paper gives, ties a slope", () => {
  const [labels, scores] = [[0, 1, 0, 1], [0.1, 0.4, 0.6, 0.9]];
  assertEquals(roc(labels, scores, { at: [0, 0.25, 0.5, 1] }), [0.5, 0.5, 1, 1]);
  // all alike: chance
  assertEquals(roc(labels, [1, 1, 1, 1], { at: [0, 0.25, 1] }), [0, 0.25, 1]);
});

Deno.test("roc() rises, and the area below it is the AUC", () => {
  const draw = random(1, "roc");
  const labels = Array.from({ length: 300 }, () => draw.integer(2));
  const scores = labels.map((label) => Math.round(10 * (label + 1.5 * draw.normal())) / 10); // with ties
  const at = Array.from({ length: 20001 }, (_, i) => i / 20000);
  const curve = roc(labels, scores, { at });
  assert(curve.every((value, i) => i === 0 || value >= curve[i - 1]));
  const area = curve.reduce((sum, value, i) => i === 0 ? 0 : sum + (value + curve[i - 1]) / 2 / 20000, 0);
  assertClose(area, auc(labels, scores), 1e-3); // steps are half a twenty-thousandth off, two hundred of them
});

Deno.test("roc() refuses rates outside 0…1 and a class alone", () => {
  assertThrows(() => roc([0, 1], [0, 1], { at: [1.5] }), RangeError, "1.5");
  assertThrows(() => roc([1, 1], [0, 1], { at: [0] }), RangeError, "0 real");
});
