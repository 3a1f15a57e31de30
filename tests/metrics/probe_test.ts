import { auc } from "../../lib/metrics/auc.ts";
import { fitProbe, type Probe, probeObjective, probeScore } from "../../lib/metrics/probe.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

/** Two clouds whose centres are `distance` apart in the first of three features; the third repeats the first. */
function clouds({ distance, real = 40, fake = 40 }: { distance: number; real?: number; fake?: number }) {
  const draw = random(1, "clouds");
  const labels = Array.from({ length: real + fake }, (_, i) => i < real ? 0 : 1);
  const rows = labels.map((label) => {
    const first = draw.normal() + distance * label;
    return [first, 100 + 20 * draw.normal(), 3 * first];
  });
  return { rows, labels };
}

Deno.test("fitProbe() finds the weight of the case that can be done on paper", () => {
  // rows at ±1, three of four on the side of their label: without a ridge the optimum is where P(fake | 1) = 3/4
  const rows = [[-1], [-1], [-1], [1], [1], [1], [1], [-1]];
  const labels = [0, 0, 0, 0, 1, 1, 1, 1];
  const { weights, bias } = fitProbe(rows, labels, { ridge: 1e-12 });
  assertClose(weights[0], Math.log(3), 1e-6);
  assertClose(bias, 0, 1e-9);
  // and with one, its gradient is that of the ridge: 3/4 − P(fake | 1) = ridge · w
  const ridge = 0.1;
  const [weight] = fitProbe(rows, labels, { ridge }).weights;
  assertClose(3 / 4 - 1 / (1 + Math.exp(-weight)), ridge * weight, 1e-9);
});

Deno.test("fitProbe() ends where the objective is flat, by finite differences", () => {
  const { rows, labels } = clouds({ distance: 1, fake: 90 });
  const probe = fitProbe(rows, labels);
  const at = (i: number, by: number): Probe => ({
    ...probe,
    bias: i < 0 ? probe.bias + by : probe.bias,
    weights: probe.weights.map((weight, j) => i === j ? weight + by : weight),
  });
  const step = 1e-4;
  for (const i of [-1, 0, 1, 2]) {
    const [above, below] = [step, -step].map((by) => probeObjective(at(i, by), rows, { labels }));
    assertClose((above - below) / (2 * step), 0, 1e-8);
    assert(Math.min(above, below) > probeObjective(probe, rows, { labels }));
  }
});

Deno.test("fitProbe() stays finite where the classes do not overlap, or a feature is constant", () => {
  const { rows, labels } = clouds({ distance: 50 });
  const probe = fitProbe(rows.map((row) => [...row, 0.1]), labels);
  assert(probe.weights.every((weight) => Number.isFinite(weight) && Math.abs(weight) < 40));
  assertClose(probe.weights[3], 0, 1e-6);
  assertClose(probeScore(probe, [...rows[0], 7]), probeScore(probe, [...rows[0], 0.1]), 1e-6);
  const scores = rows.map((row) => probeScore(probe, [...row, 0.1]));
  assertEquals(auc(labels, scores), 1);
  assert(scores.every((score, i) => Math.abs(score - labels[i]) < 0.05));
});

Deno.test("probeScore() does not depend on the units of the features or the order of the rows", () => {
  const { rows, labels } = clouds({ distance: 1 });
  const probe = fitProbe(rows, labels);
  const scaled = fitProbe(rows.map(([a, b, c]) => [a / 1000, b * 50 + 7, -c]), labels);
  const reversed = fitProbe([...rows].reverse(), [...labels].reverse());
  for (const [a, b, c] of rows) {
    const score = probeScore(probe, [a, b, c]);
    assertClose(probeScore(scaled, [a / 1000, b * 50 + 7, -c]), score, 1e-9);
    assertClose(probeScore(reversed, [a, b, c]), score, 1e-9);
  }
});

Deno.test("fitProbe() counts either class the same, however many rows it has", () => {
  const { rows, labels } = clouds({ distance: 1 });
  const twice = fitProbe([...rows, ...rows.slice(40)], [...labels, ...labels.slice(40)]);
  const once = fitProbe(rows, labels);
  // other statistics standardise, so that the ridge weighs a little otherwise
  for (const row of rows) assertClose(probeScore(twice, row), probeScore(once, row), 1e-3);
});

Deno.test("fitProbe() of features that know nothing gives every row the same chance", () => {
  const probe = fitProbe([[1], [2], [1], [2]], [0, 0, 1, 1]);
  assertClose(probeScore(probe, [1]), 0.5, 1e-12);
});

Deno.test("fitProbe() refuses one class, rows that are not numbers, and no ridge", () => {
  assertThrows(() => fitProbe([[1], [2]], [0, 0]), RangeError, "2 real and 0 fake");
  assertThrows(() => fitProbe([[1], [NaN]], [0, 1]), RangeError, "row 1 is [NaN], expected 1 finite numbers");
  assertThrows(() => fitProbe([[1], [2, 3]], [0, 1]), RangeError, "row 1");
  assertThrows(() => fitProbe([[1]], [0, 1]), RangeError, "1 rows and 2 labels");
  assertThrows(() => fitProbe([[1], [2]], [0, 1], { ridge: 0 }), RangeError, "ridge 0");
});
