import { everyMetric } from "../../lib/report/every_metric.ts";
import { metricsBySetHtml, metricsInAllHtml } from "../../lib/report/metrics_html.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

/** Titles of the columns of the first table. */
function heads(html: string): string[] {
  const [, head] = /<thead>(.*?)<\/thead>/s.exec(html)!;
  return [...head.matchAll(/<th[^>]*>([^<]*)</g)].map(([, title]) => title);
}

Deno.test("metricsInAllHtml() has a row for each metric and a column for each method", () => {
  const html = metricsInAllHtml(everyMetric(syntheticAblation()));
  assertEquals(heads(html), ["Metric", "plain", "reconstructions-as-fakes", "contrastive-only", "dual"]);
  const rows = [...html.matchAll(/<th scope="row"[^>]*>([^<]*)</g)].map(([, name]) => name);
  assertEquals([rows.length, rows[0], rows.at(-1)], [17, "accuracy, %", "expected calibration error"]);
  assert(html.includes("mean over the unseen generators"));
});

Deno.test("metricsBySetHtml() has the means, the ends and each test set of every method, names as text", () => {
  const record = syntheticRecord({ name: "<b>", generators: ["A", "<i>"] });
  const html = metricsBySetHtml(everyMetric([record]));
  assertEquals(heads(html), [
    ...[
      "Metric",
      "mean of unseen",
      "mean",
      "standard deviation",
      "minimum",
      "maximum",
      "all images",
      "A (trained)",
      "&#60;i&#62;",
    ],
  ]);
  assert(html.includes("<summary>&#60;b&#62;</summary>") && !/<[bi]>/.test(html), html);
});
