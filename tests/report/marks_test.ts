import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { marksOf } from "../../lib/report/marks.ts";
import { assertEquals } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

Deno.test("marksOf() has methods before probes, each with its rows", () => {
  const rows = (compare(syntheticAblation({ probe: 7 })).objects() as CompareRow[]).toReversed();
  assertEquals(marksOf(rows).map(({ name, kind, rows }) => `${name} ${kind} ${rows.length}`), [
    "dual method 6",
    "contrastive-only method 6",
    "reconstructions-as-fakes method 6",
    "plain method 6",
    "trivial cues probe 6",
  ]);
});
