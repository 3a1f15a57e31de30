import { curves } from "../../lib/report/curves.ts";
import { epochs } from "../../lib/report/epochs.ts";
import { figure } from "../../lib/report/figure.ts";
import { seriesHtml } from "../../lib/report/series.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

/** The cells of the tables, row by row, a smaller second line behind a bar. */
function rows(html: string): string[][] {
  return [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
      cell.replace("<small>", " | ").replace("</small>", "").replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n))
    )
  );
}

Deno.test("seriesHtml() tells of a line where it begins, ends and turns", () => {
  const line = { type: "scatter" as const, name: "a &lt; <b>b</b>", x: [1, 2, 3], y: [0.5, -1.23456, 2] };
  assertEquals(rows(seriesHtml(figure([line], {}), "What it is.")), [
    ["Series", "points", "first", "last", "lowest", "highest"],
    ["a < b", "3", "0.5 | at 1", "2 | at 3", "−1.235 | at 2", "2 | at 3"],
  ]);
});

Deno.test("seriesHtml() tells panels and seeds of the page's figures apart", () => {
  const records = syntheticAblation({ seeds: [1, 2], epochs: 3 });
  const [head, first] = rows(seriesHtml(curves(records), "Loss."));
  assertEquals([head[1], first[0]], ["panel", "plain | seed 1"]);
  assert(first[1].startsWith("total"), first[1]);
  const names = rows(seriesHtml(epochs(records), "Accuracy.")).slice(1, 4).map(([name]) => name);
  assertEquals(names, ["plain | seed 1", "plain | seed 2", "plain | mean of 2 seeds"]);
});

Deno.test("seriesHtml() tells bars that lie by their names, and the cells of a heat map", () => {
  const bar = { type: "bar" as const, orientation: "h" as const, name: "png", y: ["real", "fake"], x: [1, 0] };
  assertEquals(rows(seriesHtml(figure([bar], {}), ""))[1].slice(2), [
    "1 | at real",
    "0 | at fake",
    "0 | at fake",
    "1 | at real",
  ]);
  const heat = { type: "heatmap" as const, x: ["A", "B"], y: ["C"], z: [[0.1, null]] };
  assertEquals(rows(seriesHtml(figure([heat], {}), "")), [["Row", "A", "B"], ["C", "0.1", "–"]]);
});

Deno.test("seriesHtml() says nothing of grounds without a meaning of their own", () => {
  const ground = { type: "scatter" as const, x: [1], y: [1], hoverinfo: "skip" as const };
  assertEquals(seriesHtml(figure([ground], {}), ""), "");
  assert(seriesHtml(curves([syntheticRecord({ name: "<i>" })]), "").includes("&#60;i&#62;"));
});
