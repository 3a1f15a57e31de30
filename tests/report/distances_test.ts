import { distances, hasDistances, lastDistances } from "../../lib/report/distances.ts";
import type { Distances, RunRecord } from "../../lib/types.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

function measured(name: string, { seed = 1, values }: { seed?: number; values: (Distances | null)[] }): RunRecord {
  const record = syntheticRecord({ name, seed, epochs: values.length, terms: { [name]: 1 } });
  return { ...record, history: record.history.map((row, i) => ({ ...row, distances: values[i] })) };
}

const records = [
  measured("dual", { values: [{ real: 0.1, fake: 0.3 }, { real: 0.5, fake: 0.1 }] }),
  measured("dual", { seed: 2, values: [{ real: 0.3, fake: 0.5 }, { real: 0.7, fake: 0.1 }] }),
  measured("half", { values: [{ real: 0.2, fake: null }] }),
  measured("none", { values: [null, null] }),
];

Deno.test("distances() have a panel for real and one for fake, and leave out what was not measured", () => {
  const lines = distances(records).data as unknown as { name: string; xaxis: string; y: number[] }[];
  const panel = (xaxis: string): [string, number[]][] =>
    lines.filter((line) => line.xaxis === xaxis).map(({ name, y }) => [name, y]);
  assertEquals(panel("x"), [["dual", [0.1, 0.5]], ["dual", [0.3, 0.7]], ["dual", [0.2, 0.6]], ["half", [0.2]]]);
  assertEquals(panel("x2"), [["dual", [0.3, 0.1]], ["dual", [0.5, 0.1]], ["dual", [0.4, 0.1]]]);
});

Deno.test("distances() refuse records without any, also ones older than the measurement", () => {
  const [{ history, ...rest }] = records;
  const old = { ...rest, history: history.map(({ distances: _, ...row }) => row) } as unknown as RunRecord;
  for (const given of [[records[3]], [old], [syntheticRecord({ name: "x" })]]) {
    assertEquals(hasDistances(given), false);
    assertEquals(lastDistances(given), []);
    assertThrows(() => distances(given), RangeError, "no record holds any");
  }
});

Deno.test("lastDistances() are means over seeds after the last epoch, with their deviation", () => {
  const [dual, half, ...rest] = lastDistances(records);
  assertEquals([dual.method, dual.seeds, half.method, rest.length], ["dual", 2, "half", 0]);
  assertClose([dual.real!.mean, dual.fake!.mean, dual.gap!.mean], [0.6, 0.1, 0.5], 1e-15);
  assertClose(dual.real!.deviation!, Math.SQRT2 * 0.1, 1e-15);
  assertEquals([half.real, half.fake, half.gap], [{ mean: 0.2, deviation: null }, null, null]);
});
