import { judgementOf, ratesOf, thresholdProbability, verdictOf } from "../../lib/detect/judgement.ts";
import { fitPlatt, frozenThreshold } from "../../lib/metrics/mod.ts";
import type { ScoreColumns } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";

/** Rows of a photograph set that belongs to every set, and of fakes of two. */
function columns(rows: readonly (readonly [set: string | null, label: 0 | 1, score: number])[]): ScoreColumns {
  return {
    id: rows.map((_, i) => `${i}`),
    source: rows.map((_, i) => `${i}`),
    generator: rows.map(([set, label]) => label === 1 ? set : null),
    set: rows.map(([set]) => set),
    corruption: rows.map(() => null),
    label: rows.map(([, label]) => label),
    score: rows.map(([, , score]) => score),
  };
}

const test = columns([[null, 0, 0.1], [null, 0, 0.7], ["a", 1, 0.9], ["a", 1, 0.2], ["b", 1, 0.8]]);
const validation = columns([[null, 0, 0.1], [null, 0, 0.6], ["a", 1, 0.8], ["a", 1, 0.9]]);

Deno.test("ratesOf() counts what is called wrongly on each set, and on every image once", () => {
  assertEquals(ratesOf(test, 0.5), [
    { set: "a", real: 2, fake: 2, falseAlarms: 0.5, misses: 0.5 },
    { set: "b", real: 2, fake: 1, falseAlarms: 0.5, misses: 0 },
    { set: "all", real: 2, fake: 3, falseAlarms: 0.5, misses: 1 - 2 / 3 },
  ]);
  assertEquals(ratesOf(columns([["a", 1, 0.9]]), 0.5), []);
});

const frozen = { threshold: frozenThreshold(validation.label, validation.score), calibration: null };

Deno.test("judgementOf() takes what was frozen, fits what was not asked for, and is 0.5 for older records", () => {
  const chosen = judgementOf({ validation, frozen, scores: test });
  assert(chosen.threshold > 0.6 && chosen.threshold < 0.8 && chosen.frozen?.accuracy === 1);
  assertEquals(chosen.calibration, fitPlatt(validation.label, validation.score));
  assertEquals(chosen.rates, ratesOf(test, chosen.threshold));
  const own = { kind: "temperature", temperature: 2 } as const;
  assertEquals(judgementOf({ validation, frozen: { ...frozen, calibration: own }, scores: test }).calibration, own);
  const bare = { threshold: 0.5, frozen: null, calibration: null, rates: ratesOf(test, 0.5) };
  assertEquals(judgementOf({ validation: null, frozen: null, scores: test }), bare);
  assertEquals(judgementOf({ validation, frozen: null, scores: test }), bare);
});

Deno.test("verdictOf() calls fake above the threshold, and its probability is on the threshold's side", () => {
  const judgement = judgementOf({ validation, frozen, scores: test });
  const edge = thresholdProbability(judgement);
  for (let score = 0; score <= 1; score += 0.01) {
    const { probability, verdict } = verdictOf(judgement, score);
    assert(probability >= 0 && probability <= 1);
    assertEquals(verdict === "fake", probability > edge, `${score}`);
  }
  assertEquals(verdictOf({ ...judgement, calibration: null }, 0.3).probability, 0.3);
});
