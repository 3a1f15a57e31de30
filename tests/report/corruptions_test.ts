import { corruptionRows, corruptionText, parseCorruption } from "../../lib/report/corruptions.ts";
import { compare } from "../../lib/report/compare.ts";
import type { CompareRow } from "../../lib/report/compare.ts";
import type { RunRecord, ScoreColumns } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

/** A run's scores as they are, and under names with each score moved towards the other class by a share. */
function altered(seed: number, shares: Readonly<Record<string, number>>): RunRecord {
  const record = syntheticRecord({ name: "dual", seed, generators: ["A", "B"], sources: 30 });
  const { scores } = record;
  const rows = Object.entries(shares).map(([name, share]): ScoreColumns => ({
    ...scores,
    corruption: scores.id.map(() => name),
    score: scores.score.map((score, i) => score + share * ((1 - scores.label[i]) - score)),
  }));
  const columns = Object.keys(scores) as (keyof ScoreColumns)[];
  const joined = columns.map((name) => [name, [scores, ...rows].flatMap((part) => [...part[name]])]);
  return { ...record, scores: Object.fromEntries(joined) };
}

/** A threshold that was frozen. */
function at(threshold: number): RunRecord["frozen"] {
  const calls = { accuracy: 1, realAccuracy: 1, fakeAccuracy: 1 };
  return { threshold: { threshold, goal: "accuracy", real: 1, fake: 1, ...calls }, calibration: null };
}

Deno.test("what is done to images stands beside images as they are, set by set and in the mean", () => {
  const record = altered(1, { "jpeg-50": 0.2, "jpeg-30": 0.7, "tiles-max-16": 0 });
  const rows = corruptionRows([record], { metric: "accuracy" });
  assertEquals(rows.map(({ name, set }) => `${name} ${set}`), [
    ...["null", "jpeg-50", "jpeg-30", "tiles-max-16"].flatMap((name) =>
      ["A", "B", "mean"].map((set) => `${name} ${set}`)
    ),
  ]);
  assertEquals(rows.filter(({ set }) => set === "mean").map(({ corruption, strength }) => [corruption, strength]), [
    ["none", NaN],
    ["jpeg", 50],
    ["jpeg", 30],
    ["tiles-max-16", NaN],
  ]);
  const mean = (name: string | null) => rows.find((row) => row.name === name && row.set === "mean")!.metric;
  assertEquals(mean("tiles-max-16"), mean(null));
  assert(mean("jpeg-30").value < 0.5 && mean("jpeg-30").value < mean(null).value);
  assert(rows.every(({ metric: { value, low, high } }) => low <= value && value <= high));
  const [plain] = (compare([record]).objects() as CompareRow[]).filter(({ role }) => role === "mean");
  assertClose(mean(null).value, plain.accuracy, 1e-12); // the rows under a name move no other table
});

Deno.test("a threshold moves what is called fake, and seeds of a method are averaged", () => {
  const records = [1, 2].map((seed) => altered(seed, { "jpeg-50": 0.2 }));
  const above = (threshold: number) => corruptionRows(records, { metric: "fakeAccuracy", threshold });
  assert(above(0.9)[0].metric.value < above(0.1)[0].metric.value);
  const frozen = records.map((record) => ({ ...record, frozen: at(0.9) }));
  assertEquals(corruptionRows(frozen, { metric: "fakeAccuracy", threshold: "frozen" }), above(0.9));
  assertThrows(() => corruptionRows(records, { threshold: "frozen" }), RangeError, 'of "dual": its record has none');
  const one = records.map((record) => corruptionRows([record], { metric: "accuracy" })[3].metric.value);
  assertClose(corruptionRows(records, { metric: "accuracy" })[3].metric.value, (one[0] + one[1]) / 2, 1e-12);
  const others = [records[0], altered(2, {})]; // only what all have is told
  assertEquals(new Set(corruptionRows(others).map(({ name }) => name)), new Set([null]));
});

Deno.test("corruptionText() has a line for everything that was done, and the frozen threshold where there is one", () => {
  const record = altered(1, { "jpeg-96 on fakes": 0.1 });
  const lines = corruptionText([{ ...record, frozen: at(0.4) }]).split("\n");
  assertEquals(lines.length, 4);
  assert(/done to the images +tested on +accuracy % +at frozen % +AUC %/.test(lines[0]), lines[0]);
  assert(/^nothing +mean of 2 sets/.test(lines[2]) && lines[3].startsWith("jpeg-96 on fakes"), lines.join("\n"));
  assert(!corruptionText([record]).includes("frozen"));
});

Deno.test("names without a strength are nobody's corruption, and no run has no rows", () => {
  assertEquals(parseCorruption("tiles-mean-224"), null);
  assertEquals(corruptionRows([]), []);
  const [a, b] = [altered(1, {}), syntheticRecord({ name: "dual", seed: 2, sources: 10 })];
  assertThrows(() => corruptionRows([a, b]), RangeError, "expected the same rows");
});
