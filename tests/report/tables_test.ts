import { compare, differences } from "../../lib/report/compare.ts";
import { lastDistances } from "../../lib/report/distances.ts";
import { groupMethods } from "../../lib/report/methods.ts";
import { comparisonHtml, differenceHtml, distancesHtml, runsHtml, variationsHtml } from "../../lib/report/tables.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

Deno.test("comparisonHtml() has methods down and test sets across", () => {
  const html = comparisonHtml(compare(syntheticAblation()), { metric: "auc" });
  const heads = [...html.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, name]) => name);
  assertEquals(heads, ["Method", "mean of unseen", "mean", "A (trained)", "B", "E", "G"]);
  assertEquals([...html.matchAll(/<tr><th scope="row">/g)].length, 4);
  assertEquals([...html.matchAll(/<td/g)].length, 24);
});

Deno.test("comparisonHtml() leaves a dash where a method was not tested", () => {
  const records = [
    syntheticRecord({ name: "a", generators: ["A", "B"] }),
    syntheticRecord({ name: "b", generators: ["A"], terms: { contrastive: 1 } }),
  ];
  assert(comparisonHtml(compare(records), { metric: "accuracy" }).includes("<td>–</td>"));
});

Deno.test("differenceHtml() shows hostile set names as text", () => {
  const records = [
    syntheticRecord({ name: "a", generators: ["<img src=x>"] }),
    syntheticRecord({ name: "b", generators: ["<img src=x>"], terms: { contrastive: 1 } }),
  ];
  const html = differenceHtml(differences(records, { of: "a", against: "b" }));
  assert(html.includes("&#60;img src=x&#62;") && !html.includes("<img"), html);
});

Deno.test("comparisonHtml() sets the probe apart in a last body", () => {
  const html = comparisonHtml(compare(syntheticAblation({ seeds: [1, 2], probe: 7 })), { metric: "accuracy" });
  const last = html.slice(html.indexOf('<tbody class="last">'));
  assert(last.includes("trivial cues<small>probe</small>"), last);
  assertEquals([...last.matchAll(/<tr/g)].length, 1);
  assertEquals([...html.matchAll(/<small>2 seeds</g)].length, 4);
});

Deno.test("differenceHtml() has test sets down and metrics across, with values to sort by", () => {
  const html = differenceHtml(differences(syntheticAblation(), { of: "dual", against: "plain" }));
  assertEquals([...html.matchAll(/<tr class="means">/g)].length, 2);
  assertEquals([...html.matchAll(/<td data-value="-?0\.\d+">[+−]?\d+\.\d<small>/g)].length, 6 * 3);
});

Deno.test("variationsHtml() has a row for each path and a column for each method", () => {
  const html = variationsHtml(groupMethods(syntheticAblation()));
  assertEquals([...html.matchAll(/<th scope="row">([^<]*)</g)].map(([, path]) => path), [
    "loss.classification.weight",
    "loss.contrastive",
    "loss.reconstruction",
  ]);
  assertEquals([...html.matchAll(/<td class="texts">–<\/td>/g)].length, 5);
});

Deno.test("distancesHtml() and runsHtml() have a row for each method and run", () => {
  const records = syntheticAblation({ seeds: [1, 2], epochs: 2, distances: true });
  const rows = (html: string): number => [...html.matchAll(/<th scope="row"/g)].length;
  assertEquals([rows(distancesHtml(lastDistances(records))), rows(runsHtml(records))], [4, 8]);
  assert(runsHtml(records).includes('<td data-value="125">2 min 05 s</td>'));
});
