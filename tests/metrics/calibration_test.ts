import { auc, brier, nll } from "../../lib/metrics/mod.ts";
import { calibrated, fitIsotonic, fitPlatt, fits, fitTemperature } from "../../lib/metrics/calibration.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Rows whose log-odds say `slope` times too little and `offset` too much or too little. */
function distorted({ slope, offset, rows = 20_000 }: { slope: number; offset: number; rows?: number }) {
  const draw = random(1, "distorted");
  const logits = Array.from({ length: rows }, () => 2 * draw.normal());
  const labels = logits.map((logit) => draw.uniform() < sigmoid(logit) ? 1 : 0);
  return { labels, scores: logits.map((logit) => sigmoid((logit - offset) / slope)) };
}

Deno.test("fitTemperature() finds the temperature of the case that can be done on paper", () => {
  // at log-odds ±ln 9 three of four are right: the best log-odds are ±ln 3, half of them
  const scores = [0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.9];
  const labels = [1, 1, 1, 1, 0, 0, 0, 0];
  const fit = fitTemperature(labels, scores);
  assertClose(fit.temperature, 2, 1e-9);
  assertClose(calibrated(fit, [0.9, 0.5]), [0.75, 0.5], 1e-9);
});

Deno.test("fitTemperature() ends at its bounds where scores are perfect or upside down", () => {
  assertEquals(fitTemperature([0, 1], [0.2, 0.7]).temperature, 0.01);
  assertEquals(fitTemperature([0, 1], [0.7, 0.2]).temperature, 100);
});

Deno.test("fitPlatt() finds the line of the case that can be done on paper", () => {
  // two distinct log-odds, so that the line meets the mean target of each: of 4 and 4 rows targets are 5/6 and 1/6
  const scores = [0.8, 0.8, 0.8, 0.2, 0.2, 0.2, 0.2, 0.8];
  const fit = fitPlatt([1, 1, 1, 1, 0, 0, 0, 0], scores);
  const mean = (3 * 5 / 6 + 1 / 6) / 4;
  assertClose(calibrated(fit, [0.8, 0.2]), [mean, 1 - mean], 1e-9);
});

Deno.test("fitPlatt() stays finite where the classes do not overlap or all scores are the same", () => {
  const apart = fitPlatt([0, 0, 1, 1], [0, 0, 1, 1]);
  assertClose(calibrated(apart, [0, 1]), [1 / 4, 3 / 4], 1e-9);
  const same = fitPlatt([0, 0, 1, 1], [0.3, 0.3, 0.3, 0.3]);
  assertClose(calibrated(same, [0.3]), [0.5], 1e-6);
});

Deno.test("fitPlatt() and fitTemperature() find by what scores were distorted", () => {
  const { labels, scores } = distorted({ slope: 2.5, offset: 0.7 });
  const { slope, offset } = fitPlatt(labels, scores);
  assertClose(slope, 2.5, 0.15); // some three standard errors of 20,000 rows
  assertClose(offset, 0.7, 0.1);
  const cooled = distorted({ slope: 0.4, offset: 0 });
  assertClose(fitTemperature(cooled.labels, cooled.scores).temperature, 2.5, 0.15);
});

Deno.test("fitIsotonic() pools neighbours that fall", () => {
  const fit = fitIsotonic([0, 1, 0, 1], [0.1, 0.3, 0.5, 0.9]);
  assertEquals(fit.scores, [0.1, 0.3, 0.5, 0.9]);
  assertEquals(fit.probabilities, [0, 0.5, 0.5, 1]);
  assertClose(calibrated(fit, [0, 0.2, 0.4, 0.7, 1]), [0, 0.25, 0.5, 0.75, 1], 1e-12);
});

Deno.test("fitIsotonic() never falls and has the smallest Brier score of all that do not", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, scores } = columns(seed);
    const fit = fitIsotonic(labels, scores);
    for (let i = 1; i < fit.scores.length; i++) {
      assert(fit.scores[i] > fit.scores[i - 1] && fit.probabilities[i] >= fit.probabilities[i - 1]);
    }
    const best = brier(labels, calibrated(fit, scores));
    for (const other of [fitTemperature(labels, scores), fitPlatt(labels, scores)]) {
      assert(best <= brier(labels, calibrated(other, scores)) + 1e-12);
    }
  }
});

Deno.test("a temperature lowers the likelihood's cost and leaves order and calls", () => {
  const { labels, scores } = columns(5);
  const fit = fitTemperature(labels, scores);
  const after = [...calibrated(fit, scores)];
  assert(nll(labels, after) <= nll(labels, scores));
  assertClose(auc(labels, after), auc(labels, scores), 1e-12);
  assertEquals(after.map((score) => score > 0.5), scores.map((score) => score > 0.5));
});

Deno.test("fits are plain JSON, and refuse one class and log-odds", () => {
  const { labels, scores } = columns(6);
  for (const [kind, fit] of Object.entries(fits)) {
    const made = fit(labels, scores);
    assertEquals(made.kind, kind);
    assertEquals(calibrated(JSON.parse(JSON.stringify(made)), scores), calibrated(made, scores));
    assertThrows(() => fit([1, 1], [0.1, 0.2]), RangeError, "found 0 real and 2 fake rows");
  }
  assertThrows(() => fitPlatt([0, 1], [-3, 3]), RangeError, "Cannot fit Platt scaling: score 0 is -3");
});
