import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { heatmap } from "../../lib/report/heatmap.ts";
import { matrix, type MatrixCell } from "../../lib/report/matrix.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

interface Grid {
  x: number[];
  base: number[];
  text: string[];
  hovertext: string[];
  marker: { color: string[]; line: { width: number[] } };
}

const at = (value: number) => ({ value, low: value - 0.02, high: value + 0.01 });
const cell = (trained: string, tested: string, value: number): MatrixCell => ({ trained, tested, value: at(value) });

Deno.test("matrix() puts each cell where its names say, frames the diagonal, and tells both means", () => {
  const { data, layout } = matrix([cell("B", "B", 0.9), cell("B", "A", 0.5), cell("A", "A", 1), cell("A", "B", 0.6)]);
  const grid = data[0] as unknown as Grid;
  assertEquals(layout.xaxis?.ticktext, ["B", "A"]);
  assertEquals(grid.x, [0, 1, 1, 0]);
  assertEquals(grid.base, [-0.5, -0.5, 0.5, 0.5]);
  assertEquals(grid.marker.line.width.map((width) => width > 1), [true, false, true, false]);
  assertEquals(grid.text[1], '50.0<br><span style="font-size:11px">48.0–51.0</span>');
  assertEquals(layout.annotations?.[0].text, "95.0 on what was trained on, 55.0 on others");
  // the lowest and the highest have the ends of the scale
  assertEquals([grid.marker.color[1], grid.marker.color[2]], ["rgb(0,34,78)", "rgb(254,232,56)"]);
});

Deno.test("matrix() has a grid for each method, names as text, and refuses two cells of one place", () => {
  const cells = ["<b>", "m"].map((method) => ({ ...cell("<i>", "x", 0.7), method }));
  const { data, layout } = matrix(cells);
  assertEquals(data.length, 3); // two grids and the scale
  assert(layout.annotations![0].text!.startsWith("<b>&lt;b&gt;</b>: "));
  assertEquals(layout.yaxis?.ticktext, ["&lt;i&gt;"]);
  assertThrows(() => matrix([cells[0], cells[0]]), RangeError, 'two cells of "<i>" tested on "x" by "<b>"');
  assertThrows(() => matrix([]), RangeError, "found no cell");
});

function sweep() {
  return compare(
    [0.01, 0.1].flatMap((λ) =>
      [1, 10, 2].map((γ) => syntheticRecord({ name: `λ ${λ}, γ ${γ}`, terms: { λ, γ }, sources: 12 }))
    ),
  );
}

Deno.test("heatmap() has a column and a row for each value by size, and the table's numbers", () => {
  const table = sweep();
  const { data, layout } = heatmap(table, { across: "loss.λ.weight", down: "loss.γ.weight", metric: "auc" });
  assertEquals([layout.xaxis?.ticktext, layout.yaxis?.ticktext], [["0.01", "0.1"], ["1", "2", "10"]]);
  const grid = data[0] as unknown as Grid;
  const rows = (table.objects() as CompareRow[]).filter(({ role }) => role === "mean of unseen");
  const [first] = rows;
  assertEquals(
    grid.hovertext[0],
    `1 → 0.01: ${(100 * first.auc).toFixed(1)} % [${(100 * first.aucLow).toFixed(1)}, ${
      (100 * first.aucHigh).toFixed(1)
    }]`,
  );
  assertEquals(grid.x.length, 6);
});

Deno.test("heatmap() refuses unknown columns, unknown sets, and two methods in a cell", () => {
  const table = sweep();
  const both = { across: "loss.λ.weight", down: "loss.γ.weight" };
  assertThrows(() => heatmap(table, { ...both, across: "loss.γ.wight" }), RangeError, 'did you mean "loss.γ.weight"?');
  assertThrows(() => heatmap(table, { ...both, set: "Z" }), RangeError, 'its test sets are "A", "B", "E", "G"');
  assertThrows(() => heatmap(table, { ...both, down: "loss.λ.weight" }), RangeError, "in one cell");
});
