import { layersText } from "../../lib/report/layers.ts";
import { assertEquals } from "../assert.ts";

Deno.test("layersText() has a line for each layer, its shapes and values, and the totals", () => {
  const text = layersText([
    { name: "stem.0.weight", shape: [1000, 3] },
    { name: "stem.0.bias", shape: [1000] },
    { name: "scale", shape: [] },
  ]);
  assertEquals(text.split("\n"), [
    "layer   tensors                        values",
    "──────  ─────────────────────────────  ──────",
    "stem.0  weight [1000, 3]  bias [1000]   4,000",
    "(top)   scale []                            1",
    "total   2 layers, 3 tensors, 0.0 MB     4,001",
  ]);
});

Deno.test("layersText() fits the width that it is given", () => {
  const rows = Array.from({ length: 3 }, (_, i) => ({ name: `${"long.".repeat(20)}${i}.weight`, shape: [1] }));
  for (const line of layersText(rows, { width: 60 }).split("\n")) assertEquals(line.length <= 60, true, line);
});
