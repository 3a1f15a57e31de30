import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { dots } from "../../lib/report/dots.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

interface Dots {
  name: string;
  x: number[];
  y: number[];
  error_x: { array: number[]; arrayminus: number[] };
  marker: { color: string; symbol: string };
}

Deno.test("dots() have a place for each set and method, the means on top, and end where the intervals end", () => {
  const table = compare(syntheticAblation({ probe: 7 }));
  const { data, layout } = dots(table, { metric: "auc" });
  const drawn = data as unknown as Dots[];
  assertEquals(drawn.map(({ name }) => name).slice(3), ["dual", "trivial cues"]);
  assertEquals(layout.yaxis?.ticktext, ["<b>mean of unseen</b>", "<b>mean</b>", "A<br>(trained)", "B", "E", "G"]);
  const places = drawn.flatMap(({ y }) => y);
  assertEquals(new Set(places).size, 5 * 6);
  assert(places.every((y) => y > 0 && y < Number(layout.yaxis?.range?.[0])), String(places));
  const row = (table.objects() as CompareRow[]).find(({ method, role }) => method === "dual" && role === "mean")!;
  assertEquals(drawn[3].x[1], row.auc);
  assertClose(drawn[3].x[1] + drawn[3].error_x.array[1], row.aucHigh, 1e-15);
  assertClose(drawn[3].x[1] - drawn[3].error_x.arrayminus[1], row.aucLow, 1e-15);
});

Deno.test("dots() show the probe as a grey diamond in no method's colour", () => {
  const drawn = dots(compare(syntheticAblation({ probe: 7 }))).data as unknown as Dots[];
  assertEquals(drawn.map(({ marker }) => marker.symbol).join(), "circle,square,diamond,triangle-up,diamond-open");
  assertEquals(new Set(drawn.map(({ marker }) => marker.color)).size, 5);
  assertEquals(drawn[4].marker.color, "#787878");
});

Deno.test("dots() tint the ground of the trained generator alone and mark chance where it is one half", () => {
  const table = compare([syntheticRecord({ name: "dual", trained: ["B"] })]);
  const { layout } = dots(table);
  const rects = layout.shapes!.filter(({ type }) => type === "rect");
  assertEquals(rects.length, 1);
  const height = Number(rects[0].y1) - Number(rects[0].y0);
  assertEquals(layout.yaxis?.ticktext?.[Math.floor(Number(rects[0].y0) / height)], "B<br>(trained)");
  assert(layout.shapes!.some(({ x0, x1 }) => x0 === 0.5 && x1 === 0.5), "no line at chance");
  assert(String(layout.xaxis?.ticktext).includes("50%<br>chance"));
  const precision = dots(table, { metric: "averagePrecision" }).layout;
  assert(!precision.shapes!.some(({ x0 }) => x0 === 0.5), "a line at chance where it is not one half");
});

Deno.test("dots() show every interval and the line at chance within the axis", () => {
  const table = compare([syntheticRecord({ name: "dual", distance: -1 })]);
  const [from, to] = dots(table).layout.xaxis!.range as number[];
  const rows = table.objects() as CompareRow[];
  assert(rows.every(({ accuracyLow }) => accuracyLow > from) && to >= 1, `${from} to ${to}`);
});

Deno.test("dots() show hostile names as text", () => {
  const table = compare([syntheticRecord({ name: "<b>x</b>", generators: ["<i>", "2"], trained: ["2"] })]);
  const { data, layout } = dots(table);
  assertEquals((data as unknown as Dots[])[0].name, "&lt;b&gt;x&lt;/b&gt;");
  assertEquals(layout.yaxis?.ticktext?.slice(2), ["2<br>(trained)", "&lt;i&gt;"]);
});
