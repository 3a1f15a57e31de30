import { compare, differences } from "../../lib/report/compare.ts";
import { comparisonHtml, differenceHtml } from "../../lib/report/tables.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

Deno.test("comparisonHtml() has methods down and test sets across", () => {
  const html = comparisonHtml(compare(syntheticAblation()), { metric: "auc" });
  const heads = [...html.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, name]) => name);
  assertEquals(heads, ["A (trained)", "B", "E", "G", "mean", "mean of unseen"]);
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
