import { axisNames, panelLayout } from "../../lib/report/panels.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("panelLayout() stands panels in rows of two, with the axis across titled below the last of each column", () => {
  const layout = panelLayout(["a", "b", "c"], { across: "step", up: "loss" }) as Record<
    string,
    { title?: { text: string } }
  >;
  assertEquals(layout.grid as unknown, { rows: 2, columns: 2, pattern: "independent", xgap: 0.16, ygap: 0.3 });
  assertEquals(["xaxis", "xaxis2", "xaxis3"].map((name) => layout[name].title?.text), [undefined, "step", "step"]);
  assertEquals([axisNames(0), axisNames(2)] as unknown[], [{ xaxis: "x", yaxis: "y" }, { xaxis: "x3", yaxis: "y3" }]);
});

Deno.test("panelLayout() has ticks at whole numbers alone where it counts, and not too many", () => {
  const steps = [5, 10, 11, 40].map((last) => panelLayout(["a"], { across: "epoch", up: "", last }).xaxis?.dtick);
  assertEquals(steps, [1, 1, 2, 4]);
});

Deno.test("panelLayout() makes room below for a line under the panels, and only then", () => {
  const [bare, noted] = [{}, { below: "note" }].map((more) => panelLayout(["a"], { across: "epoch", up: "", ...more }));
  assert(Number(noted.height) > Number(bare.height) && Number(noted.margin!.b) > Number(bare.margin!.b));
  assertEquals([bare.annotations!.length, noted.annotations!.length], [1, 2]);
});
