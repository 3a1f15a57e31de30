import { methods } from "../../experiments/pocket.ts";
import { ablationMarkdown } from "../../lib/report/ablation_markdown.ts";
import { compare } from "../../lib/report/compare.ts";
import { percentInterval, pointsInterval } from "../../lib/report/numbers.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

const records = Object.entries(methods).map(([name, make], i): RunRecord => {
  return { ...syntheticRecord({ name, distance: 1 + i / 5, sources: 10 }), experiment: make({ seed: 1 }) };
});

Deno.test("ablationMarkdown() tells of each variant what it changes, its numbers, and how far it is from the baseline", () => {
  const [head, , plain, , baseline, dual] = ablationMarkdown(records, { baseline: "contrastive-only" }).split("\n");
  assertEquals(
    head,
    "| variant | what differs from contrastive-only | accuracy, % | difference, points | AUC, % | difference, points |",
  );
  const changed =
    "reconstruct: existing → none; loss.contrastive: contrastive → none; batch.size: 64 → 32; batch.synced: ";
  assert(plain.startsWith(`| plain | ${changed}true → false | `), plain);
  assert(dual.startsWith("| dual | loss.reconstruction: none → reconstructionTriplet | "), dual);
  assert(baseline.startsWith("| contrastive-only | – | ") && baseline.endsWith(" | – |"), baseline);
  const rows = compare(records, { baseline: "contrastive-only" }).objects() as Record<string, number & string>[];
  const row = rows.find(({ method, role }) => method === "dual" && role === "mean of unseen")!;
  assertEquals(dual.split(" | ").slice(2, 4), [
    percentInterval(row.accuracy, row.accuracyLow, row.accuracyHigh),
    pointsInterval(row.accuracyDifference, row.accuracyDifferenceLow, row.accuracyDifferenceHigh),
  ]);
});

Deno.test("ablationMarkdown() cuts a long list of changes short, and refuses an unknown baseline", () => {
  const [first, second] = records;
  const other = {
    ...second.experiment,
    epochs: 3,
    clip: 1,
    onNaN: null,
    precision: "x",
  } as unknown as RunRecord["experiment"];
  const table = ablationMarkdown([first, { ...second, experiment: other }], { baseline: "plain" });
  assert(/; and \d+ more \|/.test(table), table);
  assertThrows(() => ablationMarkdown(records, { baseline: "plian" }), RangeError, 'did you mean "plain"?');
});
