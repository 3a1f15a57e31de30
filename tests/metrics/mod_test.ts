import { describeCalls, describeScores, type Metric, metrics } from "../../lib/metrics/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { goldenNames } from "./golden_names.ts";
import { columns } from "./scores.ts";

Deno.test("describeScores() gives every metric of the table under its name", () => {
  const { labels, scores } = columns(9);
  const described = describeScores(labels, scores);
  assertEquals(Object.keys(described).sort(), Object.keys(metrics).sort());
  for (const [name, metric] of Object.entries(metrics)) assertEquals(described[name], metric(labels, scores), name);
});

Deno.test("every metric but nll stays within 0…1 on seeded scores", () => {
  for (const seed of [10, 11, 12]) {
    const { labels, scores } = columns(seed);
    for (const [name, value] of Object.entries(describeScores(labels, scores))) {
      assert(value >= 0 && (name === "nll" || value <= 1), name);
    }
  }
});

Deno.test("describeCalls() is describeScores() at another threshold, as far as that counts", () => {
  const { labels, scores } = columns(13);
  const called = describeCalls(labels, scores, { threshold: 0.7 });
  const described = describeScores(labels, scores, { threshold: 0.7 });
  for (const [name, value] of Object.entries(called)) assertEquals(value, described[name], name);
  assertEquals(called.accuracy, metrics.accuracy(labels, scores.map((score) => score > 0.7 ? 1 : 0)));
  assertEquals(described.auc, metrics.auc(labels, scores));
});

Deno.test("describeScores() refuses log-odds and a missing class", () => {
  assertThrows(() => describeScores([0, 1], [-2, 3]), RangeError, "score 0 is -2, expected a probability");
  assertThrows(() => describeScores([1], [0.3]), RangeError, "found 0 real and 1 fake rows");
});

Deno.test("every metric of the table has a recorded counterpart", () => {
  // those that the golden set does not have are recorded with scikit-learn's others, see sklearn_test.ts
  const alone: Metric[] = ["precision", "recall", "f1", "falseNegativeRate", "eer", "nll"];
  assertEquals([...Object.values(goldenNames), ...alone].sort(), Object.keys(metrics).sort());
});
