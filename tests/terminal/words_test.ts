import { epochLine, nonFiniteLine, recent, speedWords, three, validationLine } from "../../lib/terminal/words.ts";
import type { EpochRow } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";

const row: EpochRow = {
  ...{ epoch: 3, step: 30, rate: 0.1, loss: { total: 0.5, contrastive: 0.25 }, distances: null, between: [] },
  ...{ validation: { accuracy: 0.75, auc: 0.8 }, seconds: { data: 1, step: 40, evaluate: 9 }, megabytes: null },
};

Deno.test("an epoch's line tells every term and metric, and the time", () => {
  const found = "loss 0.500, contrastive 0.250; validation accuracy 0.750, auc 0.800";
  assertEquals(epochLine("dual", row), `dual, epoch 3: ${found} (50 s)`);
});

Deno.test("an epoch's line tells the memory, and that the network waited where it did so a tenth of training", () => {
  const starved = { ...row, validation: {}, seconds: { data: 60, step: 40, evaluate: 0 } };
  const megabytes = { data: 900, step: 1234, evaluate: 1000 };
  assertEquals(
    epochLine("dual", { ...starved, megabytes }),
    "dual, epoch 3: loss 0.500, contrastive 0.250 (1 min 40 s, 60 % of training waiting for images, 1,234 MB)",
  );
  // a state that went on at the very end of an epoch took no step in it
  const none = { ...row, validation: {}, seconds: { data: 0, step: 0, evaluate: 2 } };
  assertEquals(epochLine("dual", none), "dual, epoch 3: loss 0.500, contrastive 0.250 (2 s)");
});

Deno.test("a validation within an epoch, and a step that was not finite, are told with their place", () => {
  assertEquals(validationLine("dual", 3, row), "dual, epoch 3, step 30; validation accuracy 0.750, auc 0.800");
  const broken = { step: 7, epoch: 1, loss: { total: NaN, contrastive: Infinity }, ids: ["a", "b", "c", "d", "e"] };
  const rest = 'not finite (loss NaN, contrastive Infinity), its batch held "a", "b", "c" and 2 more';
  assertEquals(nonFiniteLine("dual", broken, false), `dual, step 7: ${rest}`);
  assertEquals(nonFiniteLine("dual", broken, true), `dual, step 7 left out: ${rest}`);
});

Deno.test("a speed is told in steps and, where their size is known, in images", () => {
  assertEquals(speedWords({ stepsPerSecond: 0.1234, waiting: 0.05 }, null), "0.12 steps/s");
  assertEquals(speedWords({ stepsPerSecond: 12.34, waiting: 0.2 }, 128), "12 steps/s, 1,580 images/s");
  assertEquals(
    speedWords({ stepsPerSecond: 2, waiting: 0.4 }, 8),
    "2.0 steps/s, 16 images/s, 40 % of it waiting for images",
  );
});

Deno.test("numbers have three digits, and losses are the mean of the last ten steps", () => {
  assertEquals([0.12345, 12, 999.9, 123456, -0.5, NaN, -Infinity].map(three), [
    ...["0.123", "12.0", "1000", "123456", "-0.500", "NaN", "-Infinity"],
  ]);
  assertEquals(recent([100, 100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 5.5);
  assertEquals([recent([2]), recent([2, NaN, 4, Infinity]), recent([NaN])], [2, 3, NaN]);
});
