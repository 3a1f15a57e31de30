import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { overview, type OverviewRow, wayColumns } from "../../lib/report/overview.ts";
import { overviewText } from "../../lib/report/overview_text.ts";
import { textWidth } from "../../lib/report/text.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

const metrics = ["accuracy", "auc", "averagePrecision"] as const;

/** Records with the metrics that a run takes from its scores. */
function measured(records: readonly RunRecord[]): RunRecord[] {
  return records.map((record) => ({ ...record, metrics: evaluateScores(record.scores) }));
}

function rowsOf(records: readonly RunRecord[]): (OverviewRow & Record<string, unknown>)[] {
  return overview(measured(records)).objects() as (OverviewRow & Record<string, unknown>)[];
}

Deno.test("overview() has the means that compare() has, over test sets and over seeds", () => {
  const records = syntheticAblation({ seeds: [1, 2, 3] }).slice(0, -1);
  const whole = compare(records).objects() as CompareRow[];
  const rows = rowsOf(records);
  assertEquals(rows.map(({ method, seeds }) => [method, seeds]), [
    ["plain", 3],
    ["reconstructions-as-fakes", 3],
    ["contrastive-only", 3],
    ["dual", 2],
  ]);
  for (const row of rows) {
    const own = whole.filter(({ method }) => method === row.method);
    const [mean, unseen] = ["mean", "mean of unseen"].map((role) => own.find((row) => row.role === role)!);
    for (const name of metrics) {
      assertClose(row[name]!, mean[name], 1e-15);
      assertClose(row[`${name}Unseen`]!, unseen[name], 1e-15);
    }
  }
});

Deno.test("overview() needs no scores, and has no number where there is none", () => {
  const [record] = measured([syntheticRecord({ name: "dual", generators: ["A", "B"], trained: ["A", "B"] })]);
  const { id, data, status, experiment } = record;
  const [row] = overview([{ id, data, status, experiment, metrics: record.metrics }]).objects() as OverviewRow[];
  assert(row.accuracy !== null);
  assertEquals([row.accuracyUnseen, row.aucUnseen], [null, null]);
  // seeds that were not tested on the same sets have no mean in common
  const other = syntheticRecord({ name: "dual", generators: ["A", "G"], trained: ["A", "B"], seed: 2 });
  assertEquals(rowsOf([record, other]).map(({ seeds, accuracy }) => [seeds, accuracy]), [[2, null]]);
});

Deno.test("overview() has a column for each path and each tag that is not the same for all", () => {
  const tag = (record: RunRecord, tags: Record<string, unknown>): RunRecord => ({
    ...record,
    experiment: { ...record.experiment, tags } as RunRecord["experiment"],
  });
  const [a, b] = [
    syntheticRecord({ name: "a", terms: { x: 1, y: 1 } }),
    syntheticRecord({ name: "b", terms: { x: 2, y: 1 } }),
  ];
  const table = overview(measured([tag(a, { λ: 1, when: "now", auc: 5 }), tag(b, { λ: 2, when: "now" })]));
  assertEquals(wayColumns(table), ["λ", "auc (tag)", "loss.x.weight"]);
  assertEquals(table.objects().map((row) => (row as Record<string, unknown>)["loss.x.weight"]), [1, 2]);
  const same = overview(measured([tag(a, { "loss.x.weight": 7 }), b]));
  assertEquals(wayColumns(same), ["loss.x.weight (tag)", "loss.x.weight"]);
  assertThrows(() => overview([]), RangeError, "found no record");
});

Deno.test("overviewText() is a line for each method: in what it differs, then numbers", () => {
  const records = measured(syntheticAblation({ seeds: [1, 2] }).slice(0, -1));
  const lines = overviewText(overview(records), { width: 160 }).split("\n");
  assertEquals(lines.length, 2 + 4);
  assert(
    /^method +classification.weight +loss.contrastive +loss.reconstruction +seeds +accuracy % +AUC %/.test(lines[0]),
    lines[0],
  );
  assert(/^dual +0\.7 +contrastive +reconstruction +1( +\d\d\.\d){6}$/.test(lines[5]), lines[5]);
  const unknown = records.map((record) => ({
    ...record,
    experiment: { ...record.experiment, data: { ...record.experiment.data, train: [{ kind: "folders" }] } },
  })) as unknown as RunRecord[];
  assert(
    /^dual .*contrastive +reconstruction +1( +\d\d\.\d){3}$/m.test(overviewText(overview(unknown), { width: 160 })),
  );
});

Deno.test("overviewText() names the columns that have no room", () => {
  const terms = (value: number) => Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`term${i}`, value]));
  const table = overview(measured([1, 2].map((value) => syntheticRecord({ name: `m${value}`, terms: terms(value) }))));
  const text = overviewText(table, { width: 120 });
  const [lines, left] = text.split("\n\n");
  assert(lines.split("\n").every((line) => textWidth(line) <= 120), text);
  assert(
    /^The methods differ in more than has room here: loss\.term\d+\.weight, .*, loss\.term19\.weight\.$/.test(left),
  );
  assert(lines.includes("term0.w") && !lines.includes("term19"), text);
  const all = overviewText(table, { width: Infinity });
  assert(all.split("\n").length === 4 && all.includes("term19.weight"), all);
});
