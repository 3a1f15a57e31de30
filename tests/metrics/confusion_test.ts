import { f1, falseNegativeRate, precision, recall } from "../../lib/metrics/confusion.ts";
import { fakeAccuracy } from "../../lib/metrics/accuracy.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

// called fake: one photograph and three of the four fakes
const labels = [0, 0, 1, 1, 1, 1];
const scores = [0.2, 0.9, 0.6, 0.7, 0.8, 0.5];

Deno.test("precision(), recall() and f1() count the calls at the threshold", () => {
  assertEquals(precision(labels, scores), 3 / 4);
  assertEquals(recall(labels, scores), 3 / 4);
  assertEquals(falseNegativeRate(labels, scores), 1 / 4);
  assertEquals(f1(labels, scores), 3 / 4);
  assertEquals(precision(labels, scores, { threshold: 0.75 }), 1 / 2);
  assertEquals(recall(labels, scores, { threshold: 0.75 }), 1 / 4);
  assertClose(f1(labels, scores, { threshold: 0.75 }), 1 / 3, 1e-15);
});

Deno.test("precision() and f1() are 0 when nothing is called fake", () => {
  assertEquals([precision, recall, f1, falseNegativeRate].map((metric) => metric([0, 1], [0.1, 0.2])), [0, 0, 0, 1]);
});

Deno.test("f1() is the harmonic mean of precision and recall, recall the accuracy on fakes", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const [p, r] = [precision(labels, scores), recall(labels, scores)];
    assertClose(f1(labels, scores), 2 * p * r / (p + r), 1e-15);
    assertEquals(r, fakeAccuracy(labels, scores));
    assertClose(falseNegativeRate(labels, scores), 1 - r, 1e-15);
  }
});

Deno.test("precision() falls with more photographs, recall() does not", () => {
  const more = [[...labels, 0, 0], [...scores, 0.9, 0.9]] as const;
  assertEquals(precision(...more), 3 / 6);
  assertEquals(recall(...more), recall(labels, scores));
});

Deno.test("precision() refuses a test set without photographs", () => {
  assertThrows(() => precision([1], [0.9]), RangeError, "Cannot compute precision: found 0 real and 1 fake rows");
});
