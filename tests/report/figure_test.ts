import { colour, figure, palette, plotlyText } from "../../lib/report/figure.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("figure() is plain JSON", () => {
  const made = figure([{ type: "bar", x: ["a"], y: [1] }], { barmode: "group" });
  assertEquals(JSON.parse(JSON.stringify(made)), made);
  assertEquals(made.layout.barmode, "group");
});

Deno.test("colour() begins again after the last and never runs out", () => {
  assertEquals(new Set(palette.map((_, i) => colour(i))).size, palette.length);
  assertEquals(colour(palette.length), colour(0));
});

Deno.test("plotlyText() leaves plotly no tag and no entity", () => {
  assertEquals(plotlyText("<b>x</b> &amp;"), "&lt;b&gt;x&lt;/b&gt; &amp;amp;");
  assert(!/[<>]/.test(plotlyText("<a href='javascript:alert(1)'>")));
});
