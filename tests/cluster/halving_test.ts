import { bestOf, metricOf, rungsOf, valueAt } from "../../lib/cluster/halving.ts";
import { derive } from "../../lib/experiment.ts";
import type { EpochRow } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { tinyDual } from "../tiny_world.ts";

Deno.test("rungsOf() is the table of Hyperband's first bracket: 81 points, factor 3", () => {
  // Li et al. 2018, table 1, s = 4: 81 configurations with 1, 27 with 3, 9 with 9, 3 with 27, 1 with 81
  assertEquals(rungsOf(81, 81, {}), [
    { epoch: 1, points: 81, kept: 27 },
    { epoch: 3, points: 27, kept: 9 },
    { epoch: 9, points: 9, kept: 3 },
    { epoch: 27, points: 3, kept: 1 },
    { epoch: null, points: 1, kept: 1 },
  ]);
});

Deno.test("rungsOf() decides nothing without halving, of one point, and at or after the last epoch", () => {
  const all = { epoch: null, points: 9, kept: 9 };
  assertEquals(rungsOf(9, 10, null), [all]);
  assertEquals(rungsOf(1, 10, {}), [{ epoch: null, points: 1, kept: 1 }]);
  assertEquals(rungsOf(9, 4, { first: 4 }), [all]);
  assertEquals(rungsOf(9, 4, { first: 2 }), [{ epoch: 2, points: 9, kept: 3 }, { epoch: null, points: 3, kept: 3 }]);
  assertEquals(rungsOf(5, null, { factor: 2 }).map(({ epoch, kept }) => [epoch, kept]), [[1, 2], [2, 1], [null, 1]]);
});

Deno.test("rungsOf() costs no more than all points to their end, and keeps at least one", () => {
  for (const points of [2, 3, 7, 50]) {
    for (const factor of [2, 3, 4]) {
      const rungs = rungsOf(points, 40, { factor });
      let [epochs, before] = [0, 0];
      for (const { epoch, points } of rungs) {
        epochs += points * ((epoch ?? 40) - before);
        before = epoch ?? 40;
      }
      assert(epochs < points * 40 && rungs.every(({ kept }) => kept >= 1), `${points} points by ${factor}: ${epochs}`);
    }
  }
});

Deno.test("rungsOf() and metricOf() refuse what cannot be", () => {
  assertThrows(() => rungsOf(3, 3, { factor: 1.5 }), RangeError, "a factor of at least 2");
  assertThrows(() => rungsOf(3, 3, { first: 0 }), RangeError, "from epoch 0");
  const [auc, last] = [derive(tinyDual(), { select: { metric: "auc" } }), tinyDual()];
  assertEquals([metricOf([auc], {}), metricOf([last], {}), metricOf([auc, last], { metric: "loss" })], [
    "auc",
    "accuracy",
    "loss",
  ]);
  assertThrows(() => metricOf([auc, last], {}), RangeError, "by auc and accuracy");
});

Deno.test("valueAt() knows nothing of later epochs, and takes the best or the last as the definition does", () => {
  const rows = [0.6, 0.8, 0.7, 0.9].map((accuracy, i) => ({ epoch: i + 1, between: [], validation: { accuracy } }));
  const history = rows as unknown as EpochRow[];
  const best = derive(tinyDual(), { select: { metric: "accuracy" } });
  const at = (epoch: number) => ({ metric: "accuracy", epoch });
  assertEquals([1, 2, 3, 4].map((epoch) => valueAt(best, history, at(epoch))), [0.6, 0.8, 0.8, 0.9]);
  assertEquals([1, 2, 3, 4].map((epoch) => valueAt(tinyDual(), history, at(epoch))), [0.6, 0.8, 0.7, 0.9]);
  assertEquals(valueAt(best, [], at(1)), NaN);
  assertThrows(() => valueAt(best, history, { metric: "f1", epoch: 1 }), RangeError, "validations have accuracy");
});

Deno.test("bestOf() takes the highest, of equal ones the earlier, and none without a value", () => {
  assertEquals(bestOf([0.1, 0.9, 0.5, 0.9], 2), [1, 3]);
  assertEquals(bestOf([0.5, 0.5, 0.5], 2), [0, 1]);
  assertEquals(bestOf([NaN, 0.2, NaN], 2), [1]);
});
