import { accuracy, averagePrecision } from "../../lib/metrics/mod.ts";
import { compare, type CompareRow, type DifferenceRow, differences, methodNames } from "../../lib/report/compare.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord, through } from "./records.ts";

Deno.test("compare() has a row for each method and test set, trained sets first, and the means", () => {
  const record = syntheticRecord({ name: "dual", generators: ["A", "B", "G"], trained: ["B"] });
  const rows = compare([record]).objects() as CompareRow[];
  assertEquals(rows.map(({ set, role }) => [set, role]), [
    ["B", "trained"],
    ["A", "unseen"],
    ["G", "unseen"],
    ["mean", "mean"],
    ["unseen", "mean of unseen"],
  ]);
  const { set, label, score } = record.scores;
  const of = (name: string): [number[], number[]] => {
    const kept = set.flatMap((one, row) => one === null || one === name ? [row] : []);
    return [kept.map((row) => label[row]), kept.map((row) => score[row])];
  };
  assertEquals(rows[1].accuracy, accuracy(...of("A")));
  assertClose(rows[2].averagePrecision, averagePrecision(...of("G")), 1e-15);
  assertClose(rows[4].accuracy, (rows[1].accuracy + rows[2].accuracy) / 2, 1e-15);
  for (const row of rows) assert(row.accuracyLow <= row.accuracy && row.accuracy <= row.accuracyHigh);
});

Deno.test("compare() makes a column for each tag and each path in which definitions differ, but not for the seed", () => {
  const [a, b] = [
    syntheticRecord({ name: "a", terms: { classification: 1, contrastive: 1 } }),
    syntheticRecord({ name: "b", seed: 2, terms: { classification: 1, contrastive: 0.5 } }),
  ];
  const tagged = { ...b, experiment: { ...b.experiment, tags: { "λ": 0.5, set: "x" } } };
  const table = compare([a, tagged]);
  assertEquals(table.columnNames().slice(0, 7), [
    "method",
    "kind",
    "λ",
    "set (tag)",
    "loss.contrastive.weight",
    "seeds",
    "set",
  ]);
  const rows = table.objects() as Record<string, unknown>[];
  assertEquals(rows.filter(({ set }) => set === "mean").map((row) => [row["λ"], row["loss.contrastive.weight"]]), [
    [null, 1],
    [0.5, 0.5],
  ]);
});

Deno.test("compare() averages the seeds of a method", () => {
  const records = syntheticAblation({ seeds: [1, 2] }).filter(({ experiment }) => experiment.name === "dual");
  const mean = (given: typeof records): CompareRow =>
    (compare(given).objects() as CompareRow[]).find(({ role }) => role === "mean")!;
  assertEquals(mean(records).seeds, 2);
  assertClose(mean(records).auc, (mean([records[0]]).auc + mean([records[1]]).auc) / 2, 1e-15);
});

Deno.test("compare() with a baseline adds the paired differences from it", () => {
  const records = syntheticAblation();
  const rows = compare(records, { baseline: "plain" }).objects() as (CompareRow & Record<string, number | null>)[];
  const paired = differences(records, { of: "dual", against: "plain" }).objects() as DifferenceRow[];
  const dual = rows.filter(({ method }) => method === "dual");
  assertEquals(dual.map(({ accuracyDifferenceLow }) => accuracyDifferenceLow), paired.map((row) => row.accuracyLow));
  assert(rows.filter(({ method }) => method === "plain").every((row) => row.aucDifference === null));
  assertThrows(() => compare(records, { baseline: "plian" }), RangeError, 'did you mean "plain"?');
});

Deno.test("differences() pairs the seeds that both methods have", () => {
  const records = [
    ...syntheticAblation({ seeds: [1, 2] }).filter(({ experiment }) => experiment.name === "dual"),
    ...syntheticAblation({ seeds: [2, 3] }).filter(({ experiment }) => experiment.name === "plain"),
  ];
  const both = differences(records, { of: "dual", against: "plain" }).objects() as DifferenceRow[];
  const second = records.filter(({ experiment }) => experiment.seed === 2);
  assertEquals(both, differences(second, { of: "dual", against: "plain" }).objects() as DifferenceRow[]);
  assertEquals(both[0].seeds, 1);
  const apart = records.filter(({ experiment }) => experiment.seed !== 2);
  assertThrows(
    () => differences(apart, { of: "dual", against: "plain" }),
    RangeError,
    "found seeds 1 and 3, expected at least one in common",
  );
});

Deno.test("differences() refuses methods that were tested on different photographs", () => {
  const records = [
    syntheticRecord({ name: "a", sources: 10 }),
    syntheticRecord({ name: "b", sources: 11, terms: { contrastive: 1 } }),
  ];
  assertThrows(() => differences(records, { of: "a", against: "b" }), RangeError, "Cannot pair two methods");
});

Deno.test("compare() shows no unseen mean when it is not known what was trained on", () => {
  const record = syntheticRecord({ name: "dual" });
  const data = { ...record.experiment.data, train: [{ kind: "folders" }] } as unknown as typeof record.experiment.data;
  const rows = compare([{ ...record, experiment: { ...record.experiment, data } }]).objects() as CompareRow[];
  assertEquals(rows.map(({ role }) => role), ["tested", "tested", "tested", "tested", "mean"]);
});

Deno.test("compare() has the probe's rows once below the methods, however many runs measured it", () => {
  const records = syntheticAblation({ seeds: [1, 2], probe: 7 });
  const table = compare(records, { baseline: "plain" });
  const rows = table.objects() as (CompareRow & Record<string, unknown>)[];
  const probe = rows.filter(({ kind }) => kind === "probe");
  assertEquals(probe.map(({ set }) => set), ["A", "B", "E", "G", "mean", "unseen"]);
  assertEquals(rows.slice(-6), probe);
  assertEquals(new Set(probe.map((row) => `${row.method} ${row.seeds} ${row.accuracyDifference}`)).size, 1);
  assertEquals([probe[0].method, probe[0].seeds, probe[0].accuracyDifference], ["trivial cues", 0, null]);
  const { set, label, score } = records[0].probe!;
  const kept = set.flatMap((one, row) => one === null || one === "B" ? [row] : []);
  assertEquals(probe[1].accuracy, accuracy(kept.map((row) => label[row]), kept.map((row) => score[row])));
  assert(probe[1].accuracyLow < probe[1].accuracy && probe[1].accuracy < probe[1].accuracyHigh);
});

Deno.test("compare() leaves the methods' numbers as they are without the probe", () => {
  const methods = (probe: number | null): CompareRow[] =>
    (compare(syntheticAblation({ probe })).objects() as CompareRow[]).filter(({ kind }) => kind === "method");
  assertEquals(methods(7), methods(null));
  assertEquals(methods(null).length, 24);
});

Deno.test("methodNames() leaves the probe out, and compare() refuses it as baseline", () => {
  const records = syntheticAblation({ probe: 7 });
  assertEquals(methodNames(compare(records)), ["plain", "reconstructions-as-fakes", "contrastive-only", "dual"]);
  assertThrows(() => compare(records, { baseline: "trivial cues" }), RangeError, "found no such method");
});

Deno.test("compare() tells how many epochs a method takes to be as good as it becomes, with Student's interval", () => {
  const rows = compare([through([0.5, 0.9, 0.9], 1), through([0.5, 0.6, 0.9], 2)]).objects() as CompareRow[];
  assertEquals(new Set(rows.map(({ epochsToReach }) => epochsToReach)), new Set([2.5]));
  assert(rows[0].epochsToReachLow === 1 && rows[0].epochsToReachHigh! > 8);
  const [{ epochsToReach, epochsToReachLow }] = compare([syntheticRecord({ name: "x" })]).objects() as CompareRow[];
  assertEquals([epochsToReach, epochsToReachLow], [null, null]);
});

Deno.test("differences() tell how likely they are by chance, image by image only of single runs", () => {
  const make = (name: string, distance: number, seed = 1) =>
    syntheticRecord({ name, distance, seed, terms: { [name]: 1 } });
  const rows = (records: readonly RunRecord[]) =>
    differences(records, { of: "a", against: "b" }).objects() as DifferenceRow[];
  for (const { role, accuracyP, accuracyLow, mcnemarP } of rows([make("a", 4), make("b", 0)])) {
    assert(accuracyP < 0.05 && accuracyLow > 0);
    assert(role.startsWith("mean") ? mcnemarP === null : mcnemarP! < 0.05);
  }
  const one = make("a", 1);
  for (const { aucP, mcnemarP } of rows([one, { ...make("b", 1), scores: one.scores }])) {
    assertEquals([aucP, mcnemarP ?? 1], [1, 1]);
  }
  const many = [1, 2].flatMap((seed) => [make("a", 4, seed), make("b", 0, seed)]);
  assert(rows(many).every(({ mcnemarP }) => mcnemarP === null));
});
