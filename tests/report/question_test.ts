import { groupMethods } from "../../lib/report/methods.ts";
import { list, questionOf } from "../../lib/report/question.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord, twentyRuns } from "./records.ts";

const ask = (records: readonly RunRecord[]): string => questionOf(groupMethods(records));

Deno.test("questionOf() asks of one method how well it does, of some which is best", () => {
  const ablation = syntheticAblation();
  assertEquals(ask(ablation.slice(0, 1)), "How well does plain tell fakes from photographs?");
  assertEquals(
    ask(ablation),
    "Which tells fakes from photographs best: plain, reconstructions-as-fakes, contrastive-only or dual?",
  );
  const five = [...ablation, syntheticRecord({ name: "fifth", terms: { a: 1, b: 2 } })];
  assertEquals(ask(five), "Which of 5 methods tells fakes from photographs best?");
});

Deno.test("questionOf() asks what an option or a tag changes, and with which values", () => {
  const weights = [0.1, -1].map((weight) => syntheticRecord({ name: `${weight}`, terms: { only: weight } }));
  assertEquals(ask(weights), "What does loss.only.weight change: 0.1 or −1?");
  assertEquals(ask(twentyRuns()), "What does λ change: 0, 0.1, 0.2, 0.3 or 0.4?");
  const two = twentyRuns().slice(0, 8).map((record, i): RunRecord => ({
    ...record,
    experiment: { ...record.experiment, tags: { ...record.experiment.tags, "γ": i < 4 } },
  }));
  assertEquals(ask(two), "What do λ and γ change?");
});

Deno.test("list() puts a word before the last", () => {
  assertEquals([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((words) => list(words, "and")), [
    ...["", "a", "a and b", "a, b and c"],
  ]);
});
