import { apartIn, apartText, type Claim, claimSentence, judge, verdictText } from "../../lib/report/claims.ts";
import { type DifferenceRow, differences } from "../../lib/report/compare.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { altered, syntheticAblation, syntheticRecord, through } from "./records.ts";

const claim: Claim = { text: "77 → 81 %", of: "dual", against: "plain", metric: "accuracy", expected: "higher" };

/** Two variants of which so many in ten scores of either are right. */
function scored(of: number, against: number, seeds: readonly number[] = [1, 2]): RunRecord[] {
  const right = (record: RunRecord, share: number): RunRecord => {
    const score = record.scores.label.map((label, i) => (i * 7) % 10 < share ? label : 1 - label);
    return { ...record, scores: { ...record.scores, score } };
  };
  return syntheticAblation({ seeds: [...seeds], sources: 20 }).flatMap((record) => {
    const { name } = record.experiment;
    return name === "dual" ? [right(record, of)] : name === "plain" ? [right(record, against)] : [];
  });
}

Deno.test("judge() says in each of the four cases what the interval says, and claimSentence() tells it", () => {
  const [better, worse, alike] = [scored(9, 5), scored(5, 9), scored(7, 7)];
  const cases: [RunRecord[], Partial<Claim>, string, string][] = [
    [better, {}, "holds", "leaves out 0 on the side that is claimed: the claim holds here."],
    [worse, { expected: "lower" }, "holds", "the side that is claimed: the claim holds here."],
    [worse, {}, "does not hold", "on the other side than is claimed: the claim does not hold here."],
    [better, { expected: "lower" }, "does not hold", "the claim does not hold here."],
    [alike, {}, "not told apart", "contains 0: the two are not told apart here."],
    [better, { undecidable: "it needs GenImage" }, "cannot be decided", "decided here: it needs GenImage."],
  ];
  for (const [records, changes, verdict, end] of cases) {
    const judged = judge(records, { ...claim, ...changes });
    assertEquals(judged.verdict, verdict as typeof judged.verdict);
    const sentence = claimSentence(judged);
    assert(sentence.endsWith(end), sentence);
    assertEquals(judged.apart === null, verdict === "cannot be decided");
    assert(verdictText(judged).startsWith(`${verdict} here`), verdictText(judged));
  }
  const sentence = claimSentence(judge(better, claim));
  assert(/^Accuracy over the unseen generators, dual − plain: \+\d+\.\d points\. The 95 % interval, /.test(sentence));
  assert(claimSentence(judge(scored(9, 5, [1]), claim)).endsWith("the claim holds in this one pair of runs."));
});

Deno.test("judge() measures what differences() gives, and every other metric that is resampled", () => {
  const records = syntheticAblation({ seeds: [1, 2] });
  const rows = differences(records, claim).objects() as DifferenceRow[];
  const mean = rows.find(({ role }) => role === "mean of unseen")!;
  const { value, low, high, p, seeds } = judge(records, { ...claim, metric: "auc" }).apart!;
  assertEquals([value, low, high, p, seeds], [mean.auc, mean.aucLow, mean.aucHigh, mean.aucP, 2]);
  const error = judge(records, { ...claim, metric: "ece15", expected: "lower" });
  assert(claimSentence(error).startsWith("Expected calibration error over the unseen generators, dual − plain: "));
  assert(/^[+−]0\.\d{3} \[/.test(apartText(error.apart!)), apartText(error.apart!));
});

Deno.test("judge() pairs epochs and distances by seed, with Student's interval over the seeds", () => {
  const plain = (record: RunRecord): RunRecord => ({
    ...record,
    experiment: { ...record.experiment, name: "plain", loss: {} },
  });
  const slow = [1, 2, 3].map((seed) => plain(through([0.5, 0.6, 0.7, 0.8, 0.9], seed)));
  const fast = [1, 2, 3].map((seed) => through([0.5, seed === 3 ? 0.6 : 0.9, 0.9, 0.9, 0.9], seed));
  const records = [...slow, ...fast];
  const epochs = { ...claim, metric: "epochsToReach", expected: "lower" } as const;
  // 2, 2 and 3 epochs against 5: differences −3, −3, −2, whose mean is −8/3; t of two degrees is 4.303
  const { apart, verdict } = judge(records, epochs);
  assertEquals([verdict, apart!.seeds, apart!.p, apart!.over], ["holds", 3, null, "seeds"]);
  assertEquals(apartText(apart!), "−2.7 [−4.1, −1.2]");
  assertEquals(
    verdictText(judge(records.filter(({ experiment }) => experiment.seed === 1), epochs)),
    "cannot be decided here: one seed gives no interval of the epochs to the best validation accuracy",
  );
  const measured = syntheticAblation({ seeds: [1, 2], epochs: 3, distances: true });
  assertEquals(judge(measured, { ...claim, metric: "realDistance" }).apart!.seeds, 2);
  assertEquals(
    apartIn(syntheticAblation({ seeds: [1, 2] }), { ...claim, metric: "fakeDistance" }),
    "no seed of both has measured the distance of fakes from their reconstructions",
  );
});

Deno.test("judge() tells why runs cannot decide: another variant, another metric, other photographs, no common seed", () => {
  const records = syntheticAblation();
  const reason = (records: RunRecord[], changes: Partial<Claim>): string =>
    judge(records, { ...claim, ...changes }).reason!;
  assertEquals(reason(records, { of: "spatial" }), '"spatial" is no variant that was run here');
  assertEquals(reason(records, { metric: "speed" }), 'nothing here measures "speed" with an interval');
  const apart = [syntheticRecord({ name: "plain", terms: { a: 1 }, seed: 2 }), syntheticRecord({ name: "dual" })];
  assert(reason(apart, {}).includes("expected at least one in common"));
  const elsewhere = [syntheticRecord({ name: "plain", terms: { a: 1 }, sources: 30 }), altered(1, {})];
  assert(reason(elsewhere, {}).startsWith("Cannot pair two methods: "), reason(elsewhere, {}));
});
