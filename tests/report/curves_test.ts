import { curves } from "../../lib/report/curves.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

interface Line {
  name: string;
  x: number[];
  y: number[];
  xaxis: string;
  showlegend: boolean;
  line: { color: string };
}

Deno.test("curves() have a panel for each term and a line for each run that has it", () => {
  const lines = curves(syntheticAblation({ seeds: [1, 2] })).data as unknown as Line[];
  const panel = (xaxis: string): string[] => lines.filter((line) => line.xaxis === xaxis).map(({ name }) => name);
  assertEquals(panel("x").length, 8); // total
  assertEquals(panel("x2").length, 8); // classification
  assertEquals(panel("x3"), ["contrastive-only", "contrastive-only", "dual", "dual"]);
  assertEquals(panel("x4"), ["dual", "dual"]);
});

Deno.test("curves() name each method once in the legend, in one colour", () => {
  const lines = curves(syntheticAblation({ seeds: [1, 2] })).data as unknown as Line[];
  assertEquals(lines.filter(({ showlegend }) => showlegend).map(({ name }) => name).length, 4);
  assertEquals(new Set(lines.map(({ name, line }) => `${name} ${line.color}`)).size, 4);
});

Deno.test("curves() show every step of a short run as it is", () => {
  const record = syntheticRecord({ name: "dual", steps: 20 });
  const { data, layout } = curves([record], { terms: ["classification"] });
  const [line] = data as unknown as Line[];
  assert(JSON.stringify(layout.annotations).includes("Each point is one step."));
  assertEquals(line.x, record.steps.map(({ step }) => step));
  assertClose(line.y, record.steps.map(({ loss }) => loss.classification), 1e-4);
});

Deno.test("curves() average a centred window, and say how many steps it has", () => {
  const record = syntheticRecord({ name: "dual", steps: 200 });
  const { data, layout } = curves([record], { terms: ["total"] });
  const [line] = data as unknown as Line[];
  const window = record.steps.slice(48, 53).map(({ loss }) => loss.total); // five around step 51
  assertClose(line.y[50], window.reduce((sum, value) => sum + value, 0) / 5, 1e-4);
  assert(JSON.stringify(layout.annotations).includes("mean over 5 steps around it"));
});

Deno.test("curves() thin long runs to at most 400 points", () => {
  const [line] = curves([syntheticRecord({ name: "dual", steps: 1001 })], { terms: ["total"] })
    .data as unknown as Line[];
  assert(line.x.length <= 400 && line.x.length > 300, String(line.x.length));
});

Deno.test("curves() refuse a term that no run has", () => {
  const record = syntheticRecord({ name: "dual" });
  assertThrows(
    () => curves([record], { terms: ["contrastiv"] }),
    RangeError,
    'loss term "contrastiv", the records have "total", "classification"',
  );
});
