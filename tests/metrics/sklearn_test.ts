/** Every metric and the fits beside scikit-learn's, on random scores with ties that bench/peers/metrics.py drew. */
import { calibrated, describeScores, fitIsotonic, fitPlatt } from "../../lib/metrics/mod.ts";
import { assertClose, assertEquals } from "../assert.ts";

interface Case {
  readonly labels: number[];
  readonly scores: number[];
  readonly metrics: Record<string, number>;
  readonly at: number[];
  readonly isotonic: number[];
  readonly platt: number[];
}

const { cases } = JSON.parse(await Deno.readTextFile(new URL("recorded/sklearn.json", import.meta.url))) as {
  cases: Case[];
};

Deno.test("describeScores() equals scikit-learn on random scores with ties", () => {
  for (const [i, { labels, scores, metrics }] of cases.entries()) {
    const found = describeScores(labels, scores);
    assertEquals(Object.keys(found).sort(), Object.keys(metrics).sort());
    // sums in another order
    for (const [name, value] of Object.entries(metrics)) assertClose(found[name], value, 1e-12, `${name} of case ${i}`);
  }
});

Deno.test("fitIsotonic() equals scikit-learn's, between its points too", () => {
  for (const [i, { labels, scores, at, isotonic }] of cases.entries()) {
    // scikit-learn keeps the scores' means of a stretch in double precision and interpolates in another order
    assertClose(calibrated(fitIsotonic(labels, scores), at), isotonic, 1e-12, `case ${i}`);
  }
});

Deno.test("fitPlatt() equals scikit-learn's sigmoid calibration", () => {
  for (const [i, { labels, scores, at, platt }] of cases.entries()) {
    // its optimiser, L-BFGS, stops at a gradient of 1e-5; ours goes on
    assertClose(calibrated(fitPlatt(labels, scores), at), platt, 1e-4, `case ${i}`);
  }
});
