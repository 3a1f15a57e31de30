import { auc } from "../../lib/metrics/auc.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("auc() counts a tied pair as half", () => {
  assertEquals(auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9]), 3.5 / 4);
});

Deno.test("auc() equals the share of ordered pairs counted one by one", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    let ordered = 0, pairs = 0;
    for (let i = 0; i < labels.length; i++) {
      for (let j = 0; j < labels.length; j++) {
        if (labels[i] !== 1 || labels[j] !== 0) continue;
        pairs += 1;
        ordered += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
      }
    }
    assertClose(auc(labels, scores), ordered / pairs, 1e-15);
  }
});

Deno.test("auc() of exchanged labels is one minus the AUC", () => {
  const { labels, scores } = columns(4);
  assertClose(auc(labels.map((label) => 1 - label), scores), 1 - auc(labels, scores), 1e-15);
});

Deno.test("auc() is 0.5 when every score is the same", () => {
  assertEquals(auc([1, 0, 0], [0.3, 0.3, 0.3]), 0.5);
});

Deno.test("auc() refuses a test set without photographs", () => {
  assertThrows(() => auc([1, 1], [0.1, 0.2]), RangeError, "found 0 real and 2 fake rows");
});
