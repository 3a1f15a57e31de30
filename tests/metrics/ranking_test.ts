import { rankingAccuracy } from "../../lib/metrics/accuracy.ts";
import { rankingAuc } from "../../lib/metrics/auc.ts";
import { rankingAveragePrecision } from "../../lib/metrics/average_precision.ts";
import { metrics } from "../../lib/metrics/mod.ts";
import { rank } from "../../lib/metrics/ranking.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("rank() puts the highest score first and ends a block where the score falls", () => {
  const ranking = rank([0, 1, 1], [0.2, 0.9, 0.2], [7, 8, 9]);
  assertEquals([...ranking.label], [1, 0, 1]);
  assertEquals([...ranking.score], [0.9, 0.2, 0.2]);
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
    assertClose(rankingAccuracy(ranking, weights), metrics.accuracy(...repeated), 1e-15);
    assertClose(rankingAuc(ranking, weights), metrics.auc(...repeated), 1e-15);
    assertClose(rankingAveragePrecision(ranking, weights), metrics.averagePrecision(...repeated), 1e-14);
  }
});
