import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { onlySets, standingAlone } from "../../lib/evaluate/agreement.ts";
import { compare, differences } from "../../lib/report/compare.ts";
import { overview } from "../../lib/report/overview.ts";
import { onSharedSets } from "../../lib/report/shared_sets.ts";
import type { RunRecord, ScoreColumns } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

/** A record whose metrics are those of its scores. */
function measured(name: string, seed: number): RunRecord {
  const record = syntheticRecord({ name, seed, generators: ["A", "B"], terms: { [name]: 0.7 } });
  return { ...record, metrics: evaluateScores(record.scores) };
}

/** The record after it took in a further test set, "later". */
function withLater(record: RunRecord): RunRecord {
  const made = standingAlone(syntheticRecord({ name: "later", generators: ["later"], distance: 0.2 }).scores);
  const later = onlySets(made, ["later"]);
  const scores = Object.fromEntries(
    Object.entries(record.scores).map(([name, column]) => [name, [...column, ...later[name as keyof ScoreColumns]]]),
  ) as unknown as ScoreColumns;
  return { ...record, scores, metrics: { ...record.metrics, later: evaluateScores(later).later } };
}

const setsOf = (records: readonly RunRecord[]): string[] => [...new Set(compare(records).array("set") as string[])];

Deno.test("a test set that one run took in later moves no comparison", () => {
  const plain = [measured("a", 1), measured("a", 2), measured("b", 1), measured("b", 2)];
  const mixed = plain.with(1, withLater(plain[1]));
  assertEquals(compare(mixed).objects(), compare(plain).objects());
  assertEquals(overview(mixed).objects(), overview(plain).objects());
  const pair = { of: "b", against: "a" };
  assertEquals(differences(mixed, pair).objects(), differences(plain, pair).objects());
});

Deno.test("a test set that all runs took in is compared like their own", () => {
  const later = [measured("a", 1), measured("b", 1)].map(withLater);
  assertEquals(setsOf(later), ["A", "B", "later", "mean", "unseen"]);
  assertEquals(onSharedSets(later), later);
  assert((differences(later, { of: "b", against: "a" }).array("set") as string[]).includes("later"));
});

Deno.test("sets of a definition are compared whether or not others have them", () => {
  const [a, b] = [measured("a", 1), syntheticRecord({ name: "b", generators: ["A", "G"] })];
  assertEquals(onSharedSets([a, b]), [a, b]);
});
