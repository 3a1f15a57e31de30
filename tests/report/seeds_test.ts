import { type DifferenceRow, differences } from "../../lib/report/compare.ts";
import { differencesBySeed } from "../../lib/report/seeds.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

const pair = { of: "dual", against: "plain" };

Deno.test("differencesBySeed() average to the paired difference over unseen generators", () => {
  const records = syntheticAblation({ seeds: [2, 1, 3] });
  const seeds = differencesBySeed(records, pair);
  assertEquals(seeds.map(({ seed }) => seed), [1, 2, 3]);
  const mean = (differences(records, pair).objects() as DifferenceRow[]).find(({ role }) => role === "mean of unseen")!;
  for (const name of ["accuracy", "auc"] as const) {
    assertClose(seeds.reduce((sum, one) => sum + one[name], 0) / 3, mean[name], 1e-14);
  }
});

Deno.test("differencesBySeed() have the seeds that both methods have, over all sets when none is unseen", () => {
  const records = syntheticAblation({ seeds: [1, 2], trained: ["A", "B", "E", "G"] })
    .filter(({ experiment: { name, seed } }) => name !== "plain" || seed === 2);
  const [only, ...rest] = differencesBySeed(records, pair);
  const rows = differences(records, pair).objects() as DifferenceRow[];
  assertEquals([only.seed, rest.length], [2, 0]);
  assertClose(only.accuracy, rows.find(({ role }) => role === "mean")!.accuracy, 1e-14);
  assertThrows(() => differencesBySeed(records, { of: "daul", against: "plain" }), RangeError, 'did you mean "dual"?');
});
