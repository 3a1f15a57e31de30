import { eer } from "../../lib/metrics/eer.ts";
import { fakeAccuracy, realAccuracy } from "../../lib/metrics/accuracy.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("eer() is where as many photographs are called fake as fakes are called real", () => {
  // above 0.55: one of four photographs, three of four fakes
  assertEquals(eer([0, 0, 0, 0, 1, 1, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.5, 0.7, 0.8, 0.9]), 1 / 4);
});

Deno.test("eer() lies on the line between two points of the curve where neither has equal errors", () => {
  // all tied: the line from (0, 0) to (1, 1) crosses equal errors at 1/2
  assertEquals(eer([0, 1, 1], [0.4, 0.4, 0.4]), 1 / 2);
  // from (0, 1/2) to (1, 1/2) on the curve of false against true positives: misses stay at 1/2
  assertEquals(eer([1, 0, 1], [0.9, 0.5, 0.1]), 1 / 2);
});

Deno.test("eer() is 0 when the order is perfect and 1 when it is upside down", () => {
  assertEquals(eer([0, 1], [0.1, 0.2]), 0);
  assertEquals(eer([1, 0], [0.1, 0.2]), 1);
});

Deno.test("eer() does not change when the scores are stretched, nor when classes and order change places", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const value = eer(labels, scores);
    assertEquals(eer(labels, scores.map((score) => score ** 3)), value);
    assertClose(eer(labels.map((label) => 1 - label), scores.map((score) => 1 - score)), value, 1e-12);
    for (const threshold of scores) {
      // at no threshold are both errors smaller
      const errors = [realAccuracy, fakeAccuracy].map((of) => 1 - of(labels, scores, { threshold }));
      assert(Math.max(...errors) >= value - 1e-12);
    }
  }
});

Deno.test("eer() refuses a test set without fakes", () => {
  assertThrows(() => eer([0], [0.1]), RangeError, "Cannot compute the equal error rate: found 1 real and 0 fake rows");
});
