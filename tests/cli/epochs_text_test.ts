import { epochsText, number, picturesText, sparkline } from "../../lib/cli/epochs_text.ts";
import type { EpochRow } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";

/** Epochs whose loss halves, with all that a row may have. */
function epochs(count: number): EpochRow[] {
  return Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    step: 3 * (i + 1),
    rate: 1e-3,
    loss: { total: 2 ** -i, contrastive: i === 1 ? NaN : 1 },
    validation: { accuracy: 0.5 + i / 200, auc: 0.75 },
    distances: null,
    between: [],
    seconds: { data: 0.25, step: 12.5, evaluate: 3 },
    megabytes: { data: 300, step: 512, evaluate: 400 },
  }));
}

const words = (text: string, line: number): string[] => text.split("\n")[line].trim().split(/\s+/);

Deno.test("a line for each epoch tells losses, metrics, time and memory, and which epoch is kept", () => {
  const between = [{ step: 4, validation: { accuracy: 0.25, auc: 0.5 }, distances: null }];
  const text = epochsText(epochs(3).with(1, { ...epochs(3)[1], between }), 2);
  assertEquals(words(text, 2), ["1", "3", "0.0010", "1", "1", "50.0", "75.0"]);
  assertEquals(words(text, 3), ["4", "25.0", "50.0"]);
  assertEquals(words(text, 4), ["2", "←", "6", "0.0010", "0.5", "NaN", "50.5", "75.0"]);
  assert(/1 +0\.25 +12\.5 +3\.00 +300 +512 +400$/m.test(text), text);
  assert(text.includes("← the epoch that is kept"), text);
});

Deno.test("of many epochs the first, the last and the kept one have a line", () => {
  const text = epochsText(epochs(200), 50);
  const told = [...text.split("\n\n")[0].matchAll(/^(\d+)/gm)].map(([, epoch]) => Number(epoch));
  assertEquals(told, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50, ...Array.from({ length: 30 }, (_, i) => 171 + i)]);
  assert(text.includes("159 of 200 epochs are left out"), text);
});

Deno.test("epochs of an older run have no memory by phase", () => {
  assert(!epochsText(epochs(2).map((row) => ({ ...row, megabytes: null })), null).includes("MB"));
});

Deno.test("sparkline() puts the least value low and the largest high, and marks what is no number", () => {
  assertEquals(sparkline([0, 1, 2, 7]), "▁▂▃█");
  assertEquals(sparkline([3, NaN, 3, Infinity]), "▁·▁·");
  assertEquals(sparkline([NaN]), "·");
  assertEquals(sparkline([]), "");
  assertEquals(sparkline(Array.from({ length: 1000 }, (_, i) => i), { columns: 8 }), "▁▂▃▄▅▆▇█");
});

Deno.test("a run's course begins with two epochs", () => {
  assertEquals(picturesText(epochs(1)), "");
  const [loss, accuracy, auc] = picturesText(epochs(2)).split("\n");
  assertEquals(loss, "  loss      █▁  1 → 0.5");
  assertEquals([accuracy, auc].map((line) => line.trim().split(/\s+/)[0]), ["accuracy", "AUC"]);
  assertEquals(number(1234567), "1235000");
});
