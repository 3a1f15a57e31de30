import { averagePrecision } from "../../lib/metrics/average_precision.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("averagePrecision() weights precision by the recall gained", () => {
  // from the top: fake (precision 1), real, fake (precision 2/3)
  assertClose(averagePrecision([1, 0, 1], [0.9, 0.8, 0.7]), 0.5 * 1 + 0.5 * (2 / 3), 1e-15);
});

Deno.test("averagePrecision() takes tied rows as one step", () => {
  assertEquals(averagePrecision([1, 0], [0.5, 0.5]), 0.5);
  assertEquals(averagePrecision([0, 1], [0.5, 0.5]), 0.5);
});

Deno.test("averagePrecision() equals the sum over distinct thresholds", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const fakes = labels.filter((label) => label === 1).length;
    let before = 0, sum = 0;
    for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
      const called = labels.filter((_, i) => scores[i] >= threshold);
      const found = called.filter((label) => label === 1).length;
      sum += ((found - before) / fakes) * (found / called.length);
      before = found;
    }
    assertClose(averagePrecision(labels, scores), sum, 1e-14);
  }
});

Deno.test("averagePrecision() is the share of fakes when every score is the same, and 1 when the order is perfect", () => {
  assertEquals(averagePrecision([1, 0, 0, 0], [0.3, 0.3, 0.3, 0.3]), 0.25);
  assertEquals(averagePrecision([0, 1, 0, 1], [0.1, 0.8, 0.2, 0.9]), 1);
});

Deno.test("averagePrecision() refuses a test set without fakes", () => {
  assertThrows(() => averagePrecision([0, 0], [0.1, 0.2]), RangeError, "expected at least one of each");
});
