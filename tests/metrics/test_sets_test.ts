import { plainRows, testSets } from "../../lib/metrics/test_sets.ts";
import { assertEquals } from "../assert.ts";

const sets = (...rows: readonly [set: string | null, label: number, corruption?: string][]) =>
  [...testSets({
    set: rows.map(([set]) => set),
    label: rows.map(([, label]) => label),
    corruption: rows.map(([, , corruption]) => corruption ?? null),
  })].map(([name, rows]) => [name, [...rows]]);

Deno.test("testSets() adds the rows of every set to each named one", () => {
  assertEquals(sets(["b", 1], [null, 0], ["a", 1], ["b", 1]), [["a", [1, 2]], ["b", [0, 1, 3]]]);
});

Deno.test("testSets() leaves a set with photographs and fakes of its own to itself", () => {
  assertEquals(sets(["b", 1], [null, 0], ["a", 1], ["b", 0]), [["a", [1, 2]], ["b", [0, 3]]]);
});

Deno.test("testSets() calls rows without a named set all, also beside sets that do not need them", () => {
  assertEquals(sets([null, 0], [null, 1], ["a", 0], ["a", 1]), [["a", [2, 3]], ["all", [0, 1]]]);
  assertEquals(sets([null, 0], [null, 1]), [["all", [0, 1]]]);
  assertEquals(sets(), []);
});

Deno.test("testSets() counts images as they are, not what was done to them", () => {
  const rows: [string | null, number, string?][] = [[null, 0], ["a", 1, "jpeg-50"], ["a", 1], [null, 0, "jpeg-50"]];
  assertEquals(sets(...rows), [["a", [0, 2]]]);
  assertEquals(plainRows({ corruption: rows.map(([, , corruption]) => corruption ?? null) }), [0, 2]);
});
