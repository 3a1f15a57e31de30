import { accuracy, balancedAccuracy, fakeAccuracy, realAccuracy } from "../../lib/metrics/accuracy.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

const labels = [0, 0, 0, 1];
const scores = [0.2, 0.5, 0.7, 0.6];

Deno.test("accuracy() calls a row fake above the threshold and real at it", () => {
  assertEquals(accuracy(labels, scores), 3 / 4);
  assertEquals(realAccuracy(labels, scores), 2 / 3);
  assertEquals(fakeAccuracy(labels, scores), 1);
  assertEquals(fakeAccuracy(labels, scores, { threshold: 0.6 }), 0);
});

Deno.test("balancedAccuracy() is the mean over the two classes, however many rows they have", () => {
  assertClose(balancedAccuracy(labels, scores), (2 / 3 + 1) / 2, 1e-15);
  const doubled = balancedAccuracy([...labels, 1], [...scores, 0.6]);
  assertEquals(doubled, balancedAccuracy(labels, scores));
});

Deno.test("accuracy() is the mean of the classes' accuracies by their numbers", () => {
  const drawn = columns(5);
  const fakes = drawn.labels.filter((label) => label === 1).length;
  const reals = drawn.labels.length - fakes;
  const mixed = (reals * realAccuracy(drawn.labels, drawn.scores) + fakes * fakeAccuracy(drawn.labels, drawn.scores)) /
    (reals + fakes);
  assertClose(accuracy(drawn.labels, drawn.scores), mixed, 1e-15);
});

Deno.test("accuracy() refuses columns that do not fit and labels that are not labels", () => {
  assertThrows(() => accuracy([1], []), RangeError, "found 1 labels and 0 scores");
  assertThrows(() => accuracy([], []), RangeError, "at least one");
  assertThrows(() => accuracy([2], [0.5]), RangeError, "label 0 is 2, expected 0 (real) or 1 (fake)");
  assertThrows(() => accuracy([1], [NaN]), RangeError, "score 0 is NaN");
});

Deno.test("fakeAccuracy() refuses a test set without fakes", () => {
  assertThrows(() => fakeAccuracy([0], [0.5]), RangeError, "Cannot compute accuracy on the fake rows: found none");
});
