import { bars } from "../../lib/report/bars.ts";
import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

interface Bar {
  name: string;
  x: string[];
  y: number[];
  error_y: { array: number[]; arrayminus: number[] };
  marker: { color: string };
}

Deno.test("bars() have a group for each test set and end where the intervals end", () => {
  const table = compare(syntheticAblation());
  const { data, layout } = bars(table, { metric: "auc" });
  const drawn = data as unknown as Bar[];
  assertEquals(drawn.map(({ name }) => name), ["plain", "reconstructions-as-fakes", "contrastive-only", "dual"]);
  assertEquals(drawn[0].x, ["A<br>(trained)", "B", "E", "G", "<b>mean</b>", "<b>mean of<br>unseen</b>"]);
  const rows = (table.objects() as CompareRow[]).filter(({ method }) => method === "dual");
  rows.forEach((row, i) => {
    assertEquals(drawn[3].y[i], row.auc);
    assertClose(drawn[3].y[i] + drawn[3].error_y.array[i], row.aucHigh, 1e-15);
    assertClose(drawn[3].y[i] - drawn[3].error_y.arrayminus[i], row.aucLow, 1e-15);
  });
  assertEquals(layout.yaxis?.range, [0, 1]);
});

Deno.test("bars() tint the ground of the trained generator alone and draw a line at chance", () => {
  const { layout } = bars(compare([syntheticRecord({ name: "dual", trained: ["A"] })]));
  const shapes = layout.shapes as { type: string; x0: number; x1: number; y0: number; y1: number }[];
  assertEquals(shapes.map(({ type }) => type), ["rect", "line"]);
  assertEquals([shapes[0].x0, shapes[0].x1], [-0.5, 0.5]);
  assertEquals([shapes[1].y0, shapes[1].y1], [0.5, 0.5]);
});

Deno.test("bars() show hostile names as text", () => {
  const table = compare([syntheticRecord({ name: "<b>x</b>", generators: ["<i>", "2"], trained: ["2"] })]);
  const [{ name, x }] = bars(table).data as unknown as Bar[];
  assertEquals(name, "&lt;b&gt;x&lt;/b&gt;");
  assertEquals(x.slice(0, 2), ["2<br>(trained)", "&lt;i&gt;"]);
});

Deno.test("bars() of the probe are last and grey, and move no method's colour", () => {
  const colours = (probe: number | null): string[] =>
    (bars(compare(syntheticAblation({ probe }))).data as unknown as Bar[]).map(({ marker }) => marker.color);
  assertEquals(colours(7), [...colours(null), "#787878"]);
});
