import { ablation } from "../../lib/report/ablation.ts";
import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

interface Marks {
  x: number[];
  y: number[];
  text: string[];
  marker: { symbol: string[] };
  error_x: { array: number[]; arrayminus: number[] };
}

Deno.test("ablation() has a line for each variant, its difference but for the baseline, filled where zero lies outside", () => {
  const table = compare(syntheticAblation(), { baseline: "plain" });
  const { data, layout } = ablation(table);
  const [values, apart] = data as unknown as Marks[];
  assertEquals(layout.yaxis?.ticktext, ["plain", "reconstructions-as-fakes", "contrastive-only", "dual"]);
  assertEquals([values.y, apart.y], [[0, 1, 2, 3], [1, 2, 3]]);
  const rows = (table.objects() as (CompareRow & { accuracyDifferenceLow: number; accuracyDifferenceHigh: number })[])
    .filter(({ role, method }) => role === "mean of unseen" && method !== "plain");
  rows.forEach(({ accuracyDifferenceLow, accuracyDifferenceHigh }, i) => {
    const outside = accuracyDifferenceLow > 0 || accuracyDifferenceHigh < 0;
    assertEquals(/<br>p (= 0\.\d{3}|&lt;0\.001)$/.test(apart.text[i]), true, apart.text[i]);
    assertEquals(apart.marker.symbol[i], outside ? "diamond" : "diamond-open");
    assertClose(apart.x[i] + apart.error_x.array[i], 100 * accuracyDifferenceHigh, 1e-9);
    assertClose(apart.x[i] - apart.error_x.arrayminus[i], 100 * accuracyDifferenceLow, 1e-9);
  });
});

Deno.test("ablation() refuses a table without a baseline, or without its rows", () => {
  const records = syntheticAblation();
  assertThrows(() => ablation(compare(records)), RangeError, "compare(records, { baseline })");
  const table = compare(records, { baseline: "plain" });
  assertThrows(() => ablation(table, { set: "Z" }), RangeError, 'on test set "Z"');
});
