import { epochs } from "../../lib/report/epochs.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord, through } from "./records.ts";

Deno.test("epochs() have a thin line for each seed and a thick one for their mean", () => {
  const [thin, other, thick] = epochs([through([0.5, 0.7], 1), through([0.7, 0.8], 2)])
    .data as unknown as { x: number[]; y: number[]; line: { width: number }; showlegend: boolean }[];
  assertEquals([thin.y, other.y, thick.y], [[0.5, 0.7], [0.7, 0.8], [0.6, 0.75]]);
  assertEquals(thick.x, [1, 2]);
  assert(thick.line.width > thin.line.width);
  assertEquals([thin.showlegend, other.showlegend, thick.showlegend], [false, false, true]);
});

Deno.test("epochs() of one seed are one line a method", () => {
  assertEquals(epochs(syntheticAblation({ epochs: 3 }), { metric: "auc" }).data.length, 4);
});

Deno.test("epochs() average the epochs that every seed has", () => {
  const lines = epochs([through([0.5, 0.7, 0.8], 1), through([0.7, 0.8], 2)]).data as unknown as { x: number[] }[];
  assertEquals(lines.map(({ x }) => x.length), [3, 2, 2]);
});

Deno.test("epochs() refuse a metric that no epoch has", () => {
  assertThrows(() => epochs([through([0.5])], { metric: "acuracy" }), RangeError, 'the records have "accuracy"');
  assertThrows(() => epochs([syntheticRecord({ name: "dual" })]), RangeError, "no epochs");
});
