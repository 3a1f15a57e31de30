import { bandOf, meanBand, percentiles, rowsOf } from "../../lib/report/bands.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { simulate } from "../metrics/simulated.ts";

Deno.test("percentiles() hold 95 % and pass over what has no value", () => {
  const lines = Array.from({ length: 401 }, (_, i) => [i, i % 2 === 0 ? NaN : 7, NaN]);
  assertEquals(percentiles(lines), { low: [10, 7, NaN], high: [390, 7, NaN] });
});

Deno.test("meanBand() is as wide as the standard error of a mean", () => {
  const draw = random(1, "units");
  const { value, low, high } = meanBand(Array.from({ length: 400 }, () => [draw.normal(), NaN]));
  assert(low[0] < value[0] && value[0] < high[0]);
  assertClose((high[0] - low[0]) / 2, 1.96 / 20, 0.015);
  assertEquals([value[1], low[1]], [NaN, NaN]);
});

Deno.test("rowsOf() takes all images once, or a set with its photographs", () => {
  const run = simulate(1, { sources: 10, generators: ["A", "B"] });
  assertEquals(rowsOf([run], { set: null }).rows[0].labels.length, 30);
  assertEquals(rowsOf([run], { set: "A" }).rows[0].labels.length, 20);
  assertThrows(() => rowsOf([run], { set: "AA" }), RangeError, 'did you mean "A"? the test sets are "A", "B"');
});

Deno.test("bandOf() means over runs, repeats itself, and draws sources with all their rows", () => {
  const runs = [1, 2].map((seed) => simulate(seed, { sources: 30, generators: ["A"] }));
  const found = rowsOf(runs, { set: null });
  const { rows } = found;
  const mean = (run: number, weights: Int32Array): number[] => {
    let sum = 0, count = 0;
    rows[run].scores.forEach((score, i) => {
      sum += weights[rows[run].units[i]] * score;
      count += weights[rows[run].units[i]];
    });
    assertEquals(count, rows[run].scores.length);
    return [sum / count, NaN];
  };
  const band = bandOf(mean, found);
  assertEquals(bandOf(mean, found), band);
  const own = rows.map(({ scores }) => scores.reduce((sum, one) => sum + one, 0) / scores.length);
  assertClose(band.value[0], (own[0] + own[1]) / 2, 1e-12);
  assert(band.low[0] < band.value[0] && band.value[0] < band.high[0] && Number.isNaN(band.value[1]));
});
