import { metrics, type Statistic } from "../../lib/metrics/mod.ts";
import { callsAt, curveOf, emptyCurve, rank, weigh } from "../../lib/metrics/ranking.ts";
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
  weigh(ranking, [5, 5], curve);
  assertEquals(weigh(ranking, [1, 2], curve), weigh(ranking, [1, 2]));
});

Deno.test("callsAt() calls nothing fake at the highest score and everything below the lowest", () => {
  const curve = curveOf([0, 1, 1, 0], [0.2, 0.9, 0.2, 0.1]);
  assertEquals(callsAt(curve, 0.9), { fake: 2, real: 2, found: 0, alarms: 0 });
  assertEquals(callsAt(curve, 0.2), { fake: 2, real: 2, found: 1, alarms: 0 });
  assertEquals(callsAt(curve, 0), { fake: 2, real: 2, found: 2, alarms: 2 });
});
