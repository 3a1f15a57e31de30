import { accuracy, balancedAccuracy, bestAccuracy, fakeAccuracy, realAccuracy } from "../../lib/metrics/mod.ts";
import { frozenThreshold, frozenThresholds } from "../../lib/metrics/threshold.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("frozenThreshold() lies halfway between the classes", () => {
  assertEquals(frozenThreshold([0, 0, 1, 1], [0.125, 0.25, 0.5, 0.75]), {
    threshold: 0.375,
    goal: "accuracy",
    real: 2,
    fake: 2,
    accuracy: 1,
    realAccuracy: 1,
    fakeAccuracy: 1,
  });
});

Deno.test("frozenThreshold() may call everything real, or everything fake", () => {
  const real = frozenThreshold([0, 0, 1], [0.9, 0.5, 0.1]);
  assertEquals([real.threshold, real.accuracy], [0.9, 2 / 3]);
  const fake = frozenThreshold([1, 1, 0], [0.1, 0.5, 0.9]);
  assertEquals([fake.threshold, fake.fakeAccuracy], [0.1 - 1, 1]);
});

Deno.test("frozenThreshold() takes the cut nearest to 0.5 of those that are equally good", () => {
  // of either, the first and the last cut between two scores call one row wrong
  assertEquals(frozenThreshold([0, 1, 0, 1], [0.125, 0.25, 0.5, 0.75]).threshold, 0.625);
  assertEquals(frozenThreshold([0, 1, 0, 1], [0.125, 0.5, 0.875, 1]).threshold, 0.3125);
});

Deno.test("frozenThreshold() is at least as good as any threshold tried one by one, for every goal", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const tried = [-1, ...scores];
    const most = (of: (threshold: number) => number) => Math.max(...tried.map(of));
    const plain = frozenThreshold(labels, scores);
    assertEquals(plain.accuracy, most((threshold) => accuracy(labels, scores, { threshold })));
    assertEquals(plain.accuracy, accuracy(labels, scores, plain));
    assert(plain.accuracy >= bestAccuracy(labels, scores));
    const balanced = frozenThreshold(labels, scores, { goal: "balancedAccuracy" });
    const value = balancedAccuracy(labels, scores, balanced);
    assertClose(value, most((threshold) => balancedAccuracy(labels, scores, { threshold })), 1e-15);
    for (const fpr of [0, 0.1, 0.5]) {
      const strict = frozenThreshold(labels, scores, { goal: { fpr } });
      assert(1 - realAccuracy(labels, scores, strict) <= fpr + 1e-15);
      const allowed = tried.filter((threshold) => 1 - realAccuracy(labels, scores, { threshold }) <= fpr);
      const found = allowed.map((threshold) => fakeAccuracy(labels, scores, { threshold }));
      assertEquals(strict.fakeAccuracy, Math.max(...found));
    }
  }
});

Deno.test("frozenThreshold() separates neighbouring numbers", () => {
  const above = 0.5 + 2 ** -53;
  assertEquals(frozenThreshold([0, 1], [0.5, above]).accuracy, 1);
  assertEquals(accuracy([0, 1], [0.5, above], frozenThreshold([0, 1], [0.5, above])), 1);
});

Deno.test("frozenThreshold() refuses one class and a rate in per cent", () => {
  assertThrows(() => frozenThreshold([1], [0.5]), RangeError, "Cannot compute a threshold: found 0 real and 1 fake");
  assertThrows(() => frozenThreshold([0, 1], [0, 1], { goal: { fpr: 5 } }), RangeError, "false positive rate of 5");
});

const rows = {
  set: [null, null, "a", "a", "b", "b", "a"],
  corruption: [null, null, null, null, null, null, "jpeg-50"],
  label: [0, 0, 1, 1, 1, 1, 1],
  score: [0.1, 0.2, 0.3, 0.4, 0.8, 0.9, 0],
};

Deno.test("frozenThresholds() are one for all generators or one for each", () => {
  const { all } = frozenThresholds(rows);
  assertEquals([all.threshold, all.real, all.fake], [0.25, 2, 4]);
  const { a, b } = frozenThresholds(rows, { per: "set" });
  assertEquals([a.threshold, b.threshold, b.fake], [0.25, 0.5, 2]);
});

Deno.test("frozenThresholds() draw so many validation images, the same under one seed", () => {
  const { labels, scores } = columns(4, { rows: 400 });
  const many = { set: labels.map(() => null), corruption: labels.map(() => null), label: labels, score: scores };
  const { all } = frozenThresholds(many, { images: 50, seed: 2 });
  assertEquals(all.real + all.fake, 50);
  assertEquals(frozenThresholds(many, { images: 50, seed: 2 }).all, all);
  assert(frozenThresholds(many, { images: 50, seed: 3 }).all.real !== all.real);
  assertEquals(frozenThresholds(many, { images: 5000 }), frozenThresholds(many));
  assertThrows(() => frozenThresholds(many, { images: 0.5 }), RangeError, "on 0.5 images");
});
