import { holm } from "../../lib/metrics/mod.ts";
import { claimRows, claimsMarkdown, figureText } from "../../lib/report/claims_markdown.ts";
import { judge } from "../../lib/report/claims.ts";
import { comparedPairs, pairRows, pairsMarkdown } from "../../lib/report/pairs.ts";
import { differencesBySeed } from "../../lib/report/seeds.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

const variants = ["plain", "reconstructions-as-fakes", "contrastive-only", "dual"];
const question = { of: "dual", against: "contrastive-only" };

Deno.test("comparedPairs() begin with the question and the claims, then go step by step, each once", () => {
  const claims = [question, { of: "dual", against: "plain" }, { of: "printed", against: "dual" }];
  assertEquals(comparedPairs({ variants, question, claims }).map(({ of, against }) => `${of} − ${against}`), [
    "dual − contrastive-only",
    "dual − plain",
    "contrastive-only − reconstructions-as-fakes",
    "reconstructions-as-fakes − plain",
  ]);
  assertEquals(comparedPairs({ variants: ["a"], question: { of: "a", against: "b" }, claims: [] }), []);
  assertEquals(comparedPairs({ variants: ["a", "b"], question: { of: "b", against: "a" }, claims: [] }).length, 1);
});

Deno.test("pairRows() correct the p-values of all pairs together, and keep each seed's own difference", () => {
  const records = syntheticAblation({ seeds: [1, 2], sources: 20 });
  const pairs = comparedPairs({ variants, question, claims: [] });
  const rows = pairRows(records, pairs, "auc");
  const ps = rows.map(({ apart }) => (apart as { p: number }).p);
  assertEquals(rows.map(({ corrected }) => corrected), holm(ps));
  const own = differencesBySeed(records, pairs[0]);
  assertEquals([...rows[0].seeds], own.map(({ seed, auc }) => [seed, auc]));
  const table = pairsMarkdown(rows, { title: "AUC", seeds: [1, 2, 3] });
  assert(table.startsWith("| AUC | points [95 %] | p | p (Holm) | seed 1 | seed 2 | seed 3 |\n"), table);
  assertEquals(table.split("\n").length, 2 + pairs.length);
  assert(table.split("\n")[2].endsWith(" | – |"), table);
  const alone = pairsMarkdown(pairRows(records, pairs.slice(0, 1), "auc"), { title: "AUC", seeds: [1] });
  assert(!alone.includes("Holm"), alone);
});

Deno.test("claimsMarkdown() has a row for each claim, names its system where asked, and escapes what it is told", () => {
  const records = syntheticAblation({ seeds: [1, 2], sources: 20 });
  const claim = { text: "a | <b>77</b> → 81 %", ...question, metric: "accuracy", expected: "higher" } as const;
  const undecidable = "needs [GenImage](http://x)";
  const judged = [claim, { ...claim, metric: "auc" }, { ...claim, undecidable }].map((one) => judge(records, one));
  const figures = [{ variant: "dual", data: "Gen|Image", metric: "accuracy", percent: 81.01 } as const];
  const rows = claimRows(judged, { system: "Dual_loss", figures });
  assertEquals(rows.map(({ corrected }) => corrected), [
    ...holm(judged.slice(0, 2).map(({ apart }) => apart!.p!)),
    null,
  ]);
  const [head, , first, , last] = claimsMarkdown(rows, { systems: true }).split("\n");
  assertEquals(head, "| system | published | its figure | here | difference [95 %] | p | p (Holm) | comes to |");
  const cells =
    "| Dual\\_loss | a \\| \\<b\\>77\\</b\\> → 81 % | dual 81.01 % (Gen\\|Image) | dual − contrastive-only: accuracy, ";
  assert(first.startsWith(cells), first);
  assert(last.endsWith("| – | – | – | – | cannot be decided here: needs [GenImage]\\(http://x) |"), last);
  const both = [...figures, { ...figures[0], variant: "contrastive-only", percent: 77.18 }];
  assertEquals(figureText(judged[0].claim, both), "81.01 % against 77.18 % (Gen|Image)");
  assertEquals(figureText(judged[0].claim, both.slice(1)), "contrastive-only 77.18 % (Gen|Image)");
  assertEquals(figureText(judged[1].claim, both), "–");
  assert(!claimsMarkdown(rows, { systems: false }).includes("Dual"));
});
