import { compare, differences } from "../../lib/report/compare.ts";
import {
  comparisonMarkdown,
  differenceMarkdown,
  markdownPicture,
  markdownTable,
  markdownText,
} from "../../lib/report/markdown.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

Deno.test("markdownTable() has a line for each row, numbers to the right", () => {
  assertEquals(
    markdownTable([{ title: "name", cells: ["a|b", "c\nd"] }, { title: "n", cells: ["1", "2"], right: true }]),
    "| name | n |\n| --- | ---: |\n| a\\|b | 1 |\n| c d | 2 |",
  );
});

Deno.test("markdownText() leaves nothing that Markdown reads as more than text, and intervals as they are", () => {
  assertEquals(markdownText("81.2 [78.0, 84.1]"), "81.2 [78.0, 84.1]");
  assertEquals(markdownText("<b>*x*</b> [a](b)"), "\\<b\\>\\*x\\*\\</b\\> [a]\\(b)");
});

Deno.test("markdownPicture() links a file beside the text, whatever its words and its name hold", () => {
  assertEquals(markdownPicture("figures/dual-loss.svg", "Accuracy, 95 %"), "![Accuracy, 95 %](figures/dual-loss.svg)");
  assertEquals(markdownPicture("a b(1).svg", "x](y) <z> ["), "![x\\]\\(y) \\<z\\> \\[](a%20b%281%29.svg)");
});

Deno.test("comparisonMarkdown() has test sets down, the means on top, and the probe as the last column", () => {
  const lines = comparisonMarkdown(compare(syntheticAblation({ probe: 7 })), { metric: "auc" }).split("\n");
  assertEquals(
    lines[0],
    "| tested on | plain | reconstructions-as-fakes | contrastive-only | dual | trivial cues (probe) |",
  );
  assertEquals(lines.slice(2).map((line) => line.split(" | ")[0]), [
    "| mean of unseen",
    "| mean",
    "| A (trained)",
    "| B",
    "| E",
    "| G",
  ]);
  assert(
    lines.slice(2).every((line) => line.match(/\d\d\.\d \[\d\d\.\d, \d\d\.\d\]/g)?.length === 5),
    lines.join("\n"),
  );
});

Deno.test("differenceMarkdown() shows signed points", () => {
  const text = differenceMarkdown(differences(syntheticAblation(), { of: "dual", against: "plain" }));
  assert(/^\| mean of unseen \| [+−]\d+\.\d \[[+−]?\d+\.\d, [+−]\d+\.\d\] \|/m.test(text), text);
});
