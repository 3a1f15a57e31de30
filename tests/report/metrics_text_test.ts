import { describeScores } from "../../lib/metrics/mod.ts";
import { everyMetric } from "../../lib/report/every_metric.ts";
import { everyMetricText, metricsText } from "../../lib/report/metrics_text.ts";
import { assert, assertEquals } from "../assert.ts";
import { columns } from "../metrics/scores.ts";
import { syntheticRecord } from "./records.ts";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));
const described = (seed: number) => {
  const { labels, scores } = columns(seed);
  return describeScores(labels, scores);
};

Deno.test("metricsText() has a line for each test set, then mean, standard deviation and ends", () => {
  const mean = described(1);
  const text = metricsText({ a: described(1), b: described(2), mean });
  const firsts = text.split("\n\n").map((table) => table.split("\n").slice(2).map((line) => line.split(/ {2,}/)[0]));
  const names = ["a", "b", "mean", "standard deviation", "minimum", "maximum"];
  assertEquals(firsts, [names, names]);
  assert(text.includes("best ≤ %") && text.includes("NLL") && text.includes("EER %"), text);
  assert(widest(text) <= 100, text);
});

Deno.test("metricsText() averages the definition's own sets alone, and tells what older records have", () => {
  const text = metricsText({
    a: { accuracy: 0.5 },
    b: { accuracy: 0.75 },
    mean: { accuracy: 0.625 },
    later: { accuracy: 1 },
  });
  assert(/mean of the above +62\.5/.test(text) && /later +100\.0/.test(text), text);
  assert(!text.includes("Brier"), text);
  assert(!metricsText({ a: { accuracy: 0.5 }, mean: { accuracy: 0.5 } }).includes("standard deviation"));
});

Deno.test("everyMetricText() stays within 100 columns with everything in it", () => {
  const text = everyMetricText(everyMetric([syntheticRecord({ name: "dual" })], { thresholds: () => 0.4 }));
  assert(widest(text) <= 100, text);
  assert(text.includes("accuracy at best threshold ≤, %") && text.includes("recall, % (frozen)"), text);
});
