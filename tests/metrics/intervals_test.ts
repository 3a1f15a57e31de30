import { bootstrap, eachStatistic } from "../../lib/metrics/bootstrap.ts";
import { difference, intervals, pairedPs } from "../../lib/metrics/intervals.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { simulate } from "./simulated.ts";

const generators = ["adm", "biggan", "sd14"];
const options = { trained: ["sd14"], resamples: 300 };

Deno.test("intervals() averages test sets evenly, and the unseen ones apart", () => {
  const { sets, mean, unseen } = intervals(bootstrap([simulate(1, { sources: 20, generators })], options));
  const value = (name: string): number => sets.get(name)!.auc.value;
  assertClose(mean.auc.value, (value("adm") + value("biggan") + value("sd14")) / 3, 1e-15);
  assertClose(unseen!.auc.value, (value("adm") + value("biggan")) / 2, 1e-15);
});

Deno.test("intervals() has no mean over unseen sets when every set was trained on", () => {
  const run = simulate(1, { sources: 5, generators });
  assertEquals(intervals(bootstrap([run], { trained: generators, resamples: 5 })).unseen, null);
});

Deno.test("intervals() takes the percentiles between order statistics", () => {
  const drawn = { value: 9, draws: Float64Array.from([4, 0, 3, 1, 2]) };
  const sets = new Map([["a", eachStatistic(() => drawn)]]);
  const { mean } = intervals({ sets, trained: [], pairing: "" }, { level: 0.75 });
  assertEquals(mean.accuracy, { value: 9, low: 0.5, high: 3.5 });
});

Deno.test("intervals() refuses a level in per cent", () => {
  const drawn = bootstrap([simulate(1, { sources: 5, generators })], { trained: [], resamples: 1 });
  assertThrows(() => intervals(drawn, { level: 95 }), RangeError, "interval of level 95");
});

Deno.test("difference() of a method and itself is 0 in every draw", () => {
  const drawn = bootstrap([simulate(2, { sources: 20, generators })], options);
  const { mean } = intervals(difference(drawn, drawn));
  assertEquals(mean.accuracy, { value: 0, low: 0, high: 0 });
});

Deno.test("difference() is narrower than two intervals apart when both methods err on the same photographs", () => {
  const run = simulate(3, { sources: 60, generators });
  const better = { ...run, score: run.score.map((score, row) => run.label[row] === 1 ? Math.sqrt(score) : score) };
  const of = bootstrap([better], options), against = bootstrap([run], options);
  const paired = intervals(difference(of, against)).mean.auc;
  const [a, b] = [of, against].map((drawn) => intervals(drawn).mean.auc);
  assertClose(paired.value, a.value - b.value, 1e-15);
  assert(paired.low > 0, "a method that is better on every source is better in every draw");
  assert(paired.high - paired.low < 0.6 * Math.hypot(a.high - a.low, b.high - b.low));
});

Deno.test("difference() changes sign when the methods change places", () => {
  const of = bootstrap([simulate(4, { sources: 20, generators })], options);
  const against = bootstrap([simulate(5, { sources: 20, generators })], options);
  const there = intervals(difference(of, against)).mean.accuracy;
  const back = intervals(difference(against, of)).mean.accuracy;
  assertClose([back.value, back.low, back.high], [-there.value, -there.high, -there.low], 1e-15);
});

Deno.test("difference() refuses methods with different numbers of seeds", () => {
  const run = simulate(6, { sources: 5, generators });
  const one = bootstrap([run], options), two = bootstrap([run, run], options);
  assertThrows(() => difference(one, two), RangeError, "Cannot pair two methods");
});

Deno.test("pairedPs() are below 0.05 where the interval leaves 0 out, and 1 for a method and itself", () => {
  const run = simulate(7, { sources: 60, generators });
  const drawn = bootstrap([run], options);
  assertEquals(pairedPs(difference(drawn, drawn)).mean.accuracy, 1);
  const better = { ...run, score: run.score.map((score, row) => run.label[row] === 1 ? Math.sqrt(score) : score) };
  const apart = difference(bootstrap([better], options), drawn);
  const { low, high } = intervals(apart).mean.auc;
  assertEquals(low > 0 || high < 0, pairedPs(apart).mean.auc < 0.05);
});
