import { frozenOn } from "../../lib/evaluate/freeze.ts";
import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import type { ScoreColumns } from "../../lib/types.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";

const columns = (rows: readonly [string | null, number, number][]): ScoreColumns => ({
  id: rows.map((_, i) => `${i}`),
  source: rows.map((_, i) => `${i}`),
  generator: rows.map(([set]) => set),
  corruption: rows.map(() => null),
  set: rows.map(([set]) => set),
  label: rows.map(([, label]) => label),
  score: rows.map(([, , score]) => score),
});

Deno.test("evaluateScores() scores each set against the photographs of all, then averages the sets", () => {
  const scores = columns([[null, 0, 0.1], [null, 0, 0.6], ["a", 1, 0.9], ["a", 1, 0.7], ["b", 1, 0.3], ["b", 1, 0.2]]);
  const { a, b, mean } = evaluateScores(scores);
  assertEquals([a.accuracy, a.auc], [0.75, 1]); // 0.6 is a photograph above one half
  assertEquals([b.accuracy, b.auc], [0.25, 0.5]);
  assertClose(mean.accuracy, 0.5, 1e-12);
  assertClose(mean.auc, 0.75, 1e-12);
});

Deno.test("evaluateScores() keeps the photographs of one set out of another", () => {
  const scores = columns([["a", 0, 0.9], ["a", 1, 0.8], ["b", 0, 0.1], ["b", 1, 0.8]]);
  const { a, b } = evaluateScores(scores);
  assertEquals([a.auc, b.auc], [0, 1]);
});

Deno.test("evaluateScores() refuses a set without photographs or without fakes", () => {
  assertThrows(() => evaluateScores(columns([["a", 1, 0.5]])), RangeError, 'test set "a": found 0 photographs and 1');
  assertThrows(() => evaluateScores(columns([["a", 0, 0.5]])), RangeError, "1 photographs and 0 fakes");
});

Deno.test("evaluateScores() does not count corrupted images", () => {
  const plain = columns([[null, 0, 0.1], ["a", 1, 0.9], [null, 0, 0.9], ["a", 1, 0.1]]);
  const blurred = { ...plain, corruption: [null, null, "blur-2", "blur-2"] };
  const { a, mean } = evaluateScores(blurred);
  assertEquals([a.accuracy, a.auc, mean.accuracy], [1, 1, 1]);
  const none = { ...plain, corruption: plain.corruption.map(() => "blur-2") };
  assertThrows(() => evaluateScores(none), RangeError, "no row without a corruption");
});

Deno.test("evaluateScores() adds what is so at the threshold and with the calibration of validation", () => {
  const scores = columns([["a", 0, 0.2], ["a", 0, 0.3], ["a", 1, 0.4], ["a", 1, 0.45]]);
  const validation = columns([["a", 0, 0.1], ["a", 0, 0.3], ["a", 1, 0.4], ["a", 1, 0.9]]);
  const { a: plain } = evaluateScores(scores);
  const { a } = evaluateScores(scores, { frozen: frozenOn({ evaluate: null }, validation) });
  assertEquals([a.accuracy, a.frozenAccuracy, a.frozenFakeAccuracy], [0.5, 1, 1]);
  assertEquals(Object.keys(a).filter((name) => name.startsWith("calibrated")), []);
  assertEquals({ ...a, ...plain }, a); // what is not frozen is as it was
  const evaluate = { threshold: null, calibration: "platt" } as const;
  const frozen = frozenOn({ evaluate }, validation);
  const told = evaluateScores(scores, { frozen }).a;
  const [slope, offset] = [frozen.calibration, frozen.calibration].map((fit, i) =>
    fit?.kind === "platt" ? [fit.slope, fit.offset][i] : NaN
  );
  const nll = scores.score.map((score, i) => {
    const fake = 1 / (1 + Math.exp(-slope * Math.log(score / (1 - score)) - offset));
    return -Math.log(scores.label[i] === 1 ? fake : 1 - fake);
  });
  assertClose(told.calibratedNll, nll.reduce((sum, one) => sum + one, 0) / 4, 1e-9);
  assertEquals(told.frozenAccuracy, 1);
});
