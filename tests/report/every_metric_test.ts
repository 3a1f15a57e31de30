import { describeCalls, describeScores, overGenerators, plainRows, testSets } from "../../lib/metrics/mod.ts";
import { everyMetric, type MetricRow } from "../../lib/report/every_metric.ts";
import type { ScoreColumns } from "../../lib/types.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

const record = syntheticRecord({ name: "dual", sources: 20 });
const columnsOf = ({ label, score }: ScoreColumns, rows: ArrayLike<number>) =>
  [Array.from(rows, (row) => label[row]), Array.from(rows, (row) => score[row])] as const;

Deno.test("everyMetric() has the numbers of each test set, their mean, their spread, and those of all images", () => {
  const rows = everyMetric([record]).objects() as MetricRow[];
  const sets = Object.fromEntries(
    [...testSets(record.scores)].map(([set, own]) => [set, describeScores(...columnsOf(record.scores, own))]),
  );
  const pooled = describeScores(...columnsOf(record.scores, plainRows(record.scores)));
  const over = overGenerators(sets);
  assertEquals([...new Set(rows.map(({ metric }) => metric))].sort(), Object.keys(pooled).sort());
  for (const { set, role, metric, value } of rows) {
    if (role === "mean of unseen") continue;
    const spread = { mean: over[metric].mean, deviation: over[metric].deviation!, pooled: pooled[metric] };
    const ends = { minimum: over[metric].minimum, maximum: over[metric].maximum };
    const wanted = {
      ...spread,
      ...ends,
      ...Object.fromEntries(Object.keys(sets).map((set) => [set, sets[set][metric]])),
    };
    assertClose(value, wanted[set as keyof typeof wanted], 1e-12, `${metric} ${set}`);
  }
});

Deno.test("everyMetric() has intervals for all but spreads and the best threshold, which is marked", () => {
  for (const { role, metric, threshold, value, low, high } of everyMetric([record]).objects() as MetricRow[]) {
    const none = metric === "bestAccuracy" || ["deviation", "minimum", "maximum"].includes(role);
    assertEquals(low === null, none, `${metric} ${role}`);
    assertEquals(threshold === "best", metric === "bestAccuracy");
    // the resampled ECE is larger than that of the rows themselves; all others lie inside
    if (!none && metric !== "ece15") assert(low! <= value && value <= high!, `${metric} ${role}`);
  }
});

Deno.test("everyMetric() calls rows at a frozen threshold beside 0.5, of each run its own", () => {
  const other = syntheticRecord({ name: "dual", sources: 20, seed: 2 });
  const at = new Map([[record, 0.3], [other, 0.7]]);
  const rows = everyMetric([record, other], { thresholds: (one) => at.get(one)! }).objects() as MetricRow[];
  const found = rows.find(({ set, metric, threshold }) => set === "B" && metric === "f1" && threshold === "frozen")!;
  const each = [record, other].map((one) =>
    describeCalls(...columnsOf(one.scores, testSets(one.scores).get("B")!), { threshold: at.get(one)! }).f1
  );
  assertClose(found.value, (each[0] + each[1]) / 2, 1e-15);
  assert(rows.some(({ threshold, role }) => threshold === "frozen" && role === "pooled"));
  const half = everyMetric([record, other], { thresholds: (one) => one === record ? 0.3 : null });
  assert(!(half.objects() as MetricRow[]).some(({ threshold }) => threshold === "frozen"));
});

Deno.test("everyMetric() has no frozen number of all images where each test set has its own threshold", () => {
  const thresholds = new Map(["A", "B", "E", "G"].map((set, i) => [set, 0.3 + i / 10]));
  const rows = everyMetric([record], { thresholds: () => thresholds }).objects() as MetricRow[];
  const frozen = rows.filter(({ threshold }) => threshold === "frozen");
  assert(frozen.length > 0 && frozen.every(({ role }) => role !== "pooled"));
});

Deno.test("everyMetric() of one test set has neither spread nor all images apart", () => {
  const rows = everyMetric([syntheticRecord({ name: "x", generators: ["B"], sources: 10 })]).objects() as MetricRow[];
  assertEquals(new Set(rows.map(({ role }) => role)), new Set(["unseen", "mean", "mean of unseen"]));
});
