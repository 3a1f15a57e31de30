import { compare, differences } from "../../lib/report/compare.ts";
import { alignedText, comparisonText, differenceText, textWidth } from "../../lib/report/text.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

Deno.test("comparisonText() stays within 100 columns with the variants of the ablation", () => {
  const text = comparisonText(compare(syntheticAblation()));
  const lines = text.split("\n");
  assertEquals(lines.length, 2 + 4 * 6);
  assert(lines.every((line) => textWidth(line) <= 100), text);
  assert(/^plain +A \(trained\) +\d\d\.\d \[\d\d\.\d, \d\d\.\d\]/.test(lines[2]), lines[2]);
  assert(lines[7].includes("mean of unseen"), lines[7]);
});

Deno.test("comparisonText() cuts long names and not the numbers", () => {
  const text = comparisonText(compare([syntheticRecord({ name: "光".repeat(80) })]), { width: 90 });
  const lines = text.split("\n");
  assert(lines.every((line) => textWidth(line) <= 90), text);
  assert(lines[2].includes("光…"), lines[2]);
  assert(/\[\d\d\.\d, \d\d\.\d\]$/.test(lines[2]), lines[2]);
});

Deno.test("comparisonText() has the probe below the methods, and counts no seeds of it", () => {
  const records = syntheticAblation({ seeds: [1, 2], probe: 7 }).slice(0, -1);
  const lines = comparisonText(compare(records), { width: 120 }).split("\n");
  assertEquals(lines.filter((line) => /^\S.*, \d seeds? {2}/.test(line)).length, 4);
  assert(/^trivial cues {2,}A \(trained\)/.test(lines.at(-6)!), lines.at(-6));
});

Deno.test("comparisonText() does not let a name steer the terminal", () => {
  const text = comparisonText(compare([syntheticRecord({ name: "a\u001b[31mred\nline" })]));
  assert(!text.includes("\u001b") && text.includes("a\uFFFD[31mred\uFFFDline"), text);
});

Deno.test("differenceText() shows signed points", () => {
  const text = differenceText(differences(syntheticAblation(), { of: "dual", against: "plain" }));
  assert(/^dual − plain +A \(trained\) +[+−]?\d+\.\d \[[+−]?\d+\.\d, [+−]?\d+\.\d\]/m.test(text), text);
});

Deno.test("alignedText() puts numbers to the right and texts to the left", () => {
  const text = alignedText([
    { title: "name", cells: ["a", "光光光"] },
    { title: "n", cells: ["1", "100"], right: true },
  ]);
  assertEquals(text, "name      n\n──────  ───\na         1\n光光光  100");
});

Deno.test("textWidth() counts columns and not code units", () => {
  assertEquals(["abc", "λ = 0.05", "光", "e\u0301", "👩‍🔬", "한", "ｶ", "Ａ", "−"].map(textWidth), [
    3,
    8,
    2,
    1,
    2,
    2,
    1,
    2,
    1,
  ]);
});
