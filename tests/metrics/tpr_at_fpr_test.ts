import { tprAtFpr } from "../../lib/metrics/tpr_at_fpr.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

const labels = [1, 0, 1, 0, 1];
const scores = [0.9, 0.8, 0.7, 0.6, 0.5];

Deno.test("tprAtFpr() is the highest allowed point of the ROC curve", () => {
  assertEquals(tprAtFpr(labels, scores, { fpr: 0 }), 1 / 3);
  assertEquals(tprAtFpr(labels, scores, { fpr: 0.49 }), 1 / 3);
  assertEquals(tprAtFpr(labels, scores, { fpr: 0.5 }), 2 / 3);
  assertEquals(tprAtFpr(labels, scores, { fpr: 1 }), 1);
});

Deno.test("tprAtFpr() does not split tied rows", () => {
  assertEquals(tprAtFpr([1, 0, 1], [0.9, 0.9, 0.1], { fpr: 0.5 }), 0);
});

Deno.test("tprAtFpr() never falls when more false alarms are allowed", () => {
  const drawn = columns(6);
  let before = 0;
  for (let fpr = 0; fpr <= 1; fpr += 0.05) {
    const found = tprAtFpr(drawn.labels, drawn.scores, { fpr });
    assert(found >= before);
    before = found;
  }
});

Deno.test("tprAtFpr() refuses a rate above one", () => {
  assertThrows(() => tprAtFpr(labels, scores, { fpr: 5 }), RangeError, "Cannot compute TPR at FPR 5");
});
