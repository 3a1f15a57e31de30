import { arrivals, epochs } from "../../lib/report/epochs.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

/** A record whose validation accuracy goes through these values. */
function through(values: number[], seed = 1): RunRecord {
  const record = syntheticRecord({ name: "dual", seed, epochs: values.length });
  return { ...record, history: record.history.map((row, i) => ({ ...row, validation: { accuracy: values[i] } })) };
}

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

Deno.test("arrivals() are the first epochs within half a point of the best", () => {
  const runs = [through([0.5, 0.894, 0.895, 0.9, 0.85], 1), through([0.9, 0.9], 2), syntheticRecord({ name: "x" })];
  assertEquals(arrivals(runs), [{ seed: 1, epoch: 3, best: 0.9 }, { seed: 2, epoch: 1, best: 0.9 }]);
  assertEquals(arrivals([runs[0]], { within: 0.05 })[0].epoch, 2);
});
