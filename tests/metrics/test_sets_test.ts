import { testSets } from "../../lib/metrics/test_sets.ts";
import { assertEquals } from "../assert.ts";

Deno.test("testSets() adds the rows of every set to each named one", () => {
  const sets = testSets({ set: ["b", null, "a", "b"] });
  assertEquals([...sets].map(([name, rows]) => [name, [...rows]]), [["a", [1, 2]], ["b", [0, 1, 3]]]);
});

Deno.test("testSets() calls rows without a named set all", () => {
  assertEquals([...testSets({ set: [null, null] })].map(([name, rows]) => [name, [...rows]]), [["all", [0, 1]]]);
});
