import { brier } from "../../lib/metrics/brier.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("brier() is the mean squared distance from the label", () => {
  assertClose(brier([0, 1], [0.1, 0.6]), (0.01 + 0.16) / 2, 1e-15);
});

Deno.test("brier() is 0 for certainty, 0.25 for indifference and 1 for certain error", () => {
  assertEquals(brier([0, 1], [0, 1]), 0);
  assertEquals(brier([0, 1], [0.5, 0.5]), 0.25);
  assertEquals(brier([0, 1], [1, 0]), 1);
});

Deno.test("brier() of a constant is smallest at the share of fakes", () => {
  const { labels } = columns(7);
  const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const at = (score: number): number => brier(labels, labels.map(() => score));
  assert(at(share) < at(share + 0.01) && at(share) < at(share - 0.01));
});

Deno.test("brier() refuses a log-odds", () => {
  assertThrows(() => brier([1], [3.2]), RangeError, "score 0 is 3.2, expected a probability");
});
