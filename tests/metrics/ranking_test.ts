import { metrics, type Statistic } from "../../lib/metrics/mod.ts";
import { callsAt, coarser, curveOf, emptyCurve, rank, weigh } from "../../lib/metrics/ranking.ts";
import { statistics } from "../../lib/metrics/statistics.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("rank() puts the highest score first and ends a block where the score falls", () => {
  const ranking = rank([0, 1, 1], [0.2, 0.9, 0.2], [7, 8, 9]);
  assertEquals([...ranking.label], [1, 0, 1]);
  assertEquals([...ranking.score], [0.9, 0.2]);
  assertEquals([...ranking.last], [1, 0, 1]);
  assertEquals([...ranking.unit], [8, 7, 9]);
});

Deno.test("a weighted metric equals the metric of rows repeated as often as their weights say", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { labels, scores } = columns(seed);
    const draw = random(seed, "weights");
    const weights = Int32Array.from(labels, (_, i) => i < 2 ? 1 : draw.integer(4));
    const repeat = (column: number[]): number[] =>
      column.flatMap((value, i) => Array.from({ length: weights[i] }, () => value));
    const repeated = [repeat(labels), repeat(scores)] as const;
    const ranking = rank(labels, scores);
    const curve = weigh(ranking, weights);
    for (const name of Object.keys(statistics) as Statistic[]) {
      assertClose(statistics[name](curve), metrics[name](...repeated), 1e-13, name);
    }
  }
});

Deno.test("curveOf() counts the rows of each class that score at least so much", () => {
  const { score, fakes, reals } = curveOf([0, 1, 1, 0], [0.2, 0.9, 0.2, 0.1]);
  assertEquals([[...score], [...fakes], [...reals]], [[0.9, 0.2, 0.1], [1, 2, 2], [0, 1, 2]]);
});

Deno.test("weigh() writes over what a curve held", () => {
  const ranking = rank([0, 1, 1], [0.1, 0.2, 0.3], [0, 1, 1]);
  const curve = emptyCurve(ranking);
  weigh(ranking, Int32Array.of(5, 5), curve);
  assertEquals(weigh(ranking, Int32Array.of(1, 2), curve), weigh(ranking, Int32Array.of(1, 2)));
});

Deno.test("callsAt() calls nothing fake at the highest score and everything below the lowest", () => {
  const curve = curveOf([0, 1, 1, 0], [0.2, 0.9, 0.2, 0.1]);
  assertEquals(callsAt(curve, 0.9), { fake: 2, real: 2, found: 0, alarms: 0 });
  assertEquals(callsAt(curve, 0.2), { fake: 2, real: 2, found: 1, alarms: 0 });
  assertEquals(callsAt(curve, 0), { fake: 2, real: 2, found: 2, alarms: 2 });
});

Deno.test("coarser() joins neighbouring blocks at their mean, never across the threshold", () => {
  const ranking = rank([1, 0, 1, 1, 0, 0], [0.9, 0.8, 0.7, 0.4, 0.3, 0.3]);
  const coarse = coarser(ranking, { blocks: 3, threshold: 0.75 });
  assertClose([...coarse.score], [0.85, 0.55, 0.3], 1e-15);
  const { fakes, reals } = weigh(coarse, new Int32Array(6).fill(1));
  assertEquals([[...fakes], [...reals]], [[1, 3, 3], [1, 1, 3]]);
  assertEquals(coarser(ranking, { blocks: 5, threshold: 0.5 }), ranking);
});

Deno.test("coarser() leaves the calls and nearly all else", () => {
  const { labels, scores } = columns(6, { rows: 20_000, steps: 1e9 });
  const ranking = rank(labels, scores);
  const coarse = coarser(ranking, { blocks: 1000, threshold: 0.5 });
  const ones = new Int32Array(labels.length).fill(1);
  const [fine, rough] = [weigh(ranking, ones), weigh(coarse, ones)];
  for (const name of Object.keys(statistics) as Statistic[]) {
    // twenty rows a block: a thousandth of the false positive rate, where the curve is four times as steep
    assertClose(statistics[name](rough), statistics[name](fine), 6e-3, name);
  }
  assertEquals(statistics.accuracy(rough), statistics.accuracy(fine));
});
