import { accuracy } from "../../lib/metrics/accuracy.ts";
import { bestAccuracy } from "../../lib/metrics/best_accuracy.ts";
import { assert, assertEquals } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("bestAccuracy() finds the threshold between the classes wherever it lies", () => {
  assertEquals(bestAccuracy([0, 0, 1, 1], [0.01, 0.02, 0.03, 0.04]), 1);
});

Deno.test("bestAccuracy() equals the best of all thresholds tried one by one", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const tried = scores.map((threshold) =>
      labels.filter((label, i) => (scores[i] >= threshold) === (label === 1)).length / labels.length
    );
    assertEquals(bestAccuracy(labels, scores), Math.max(...tried));
    assert(bestAccuracy(labels, scores) >= accuracy(labels, scores));
  }
});

Deno.test("bestAccuracy() does not try to call every row real", () => {
  assertEquals(bestAccuracy([0, 0, 1], [0.9, 0.5, 0.1]), 1 / 3);
});
