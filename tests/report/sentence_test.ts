import { from } from "arquero";
import { differenceSentence, finding, intervalNote, probeNote } from "../../lib/report/sentence.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

function table(low: number, high: number, seeds = 3): ReturnType<typeof from> {
  const row = {
    seeds,
    of: "dual",
    against: "plain",
    role: "mean of unseen",
    accuracy: 0.013,
    accuracyLow: low,
    accuracyHigh: high,
  };
  return from([{ ...row, role: "mean", accuracy: 0.5 }, row]);
}

Deno.test("differenceSentence() says whether the interval contains 0", () => {
  assertEquals(
    differenceSentence(table(-0.004, 0.03)),
    "Accuracy over the unseen generators, dual − plain: +1.3 points. " +
      "The 95 % interval, −0.4 to +3.0, contains 0: the two are not told apart here.",
  );
  assert(differenceSentence(table(0.004, 0.03)).endsWith("lies above 0: dual is better here."));
  assert(differenceSentence(table(-0.03, -0.004)).endsWith("lies below 0: dual is worse here."));
});

Deno.test("differenceSentence() of one seed speaks of one pair of runs", () => {
  assert(differenceSentence(table(0.004, 0.03, 1)).endsWith("dual is better in this one pair of runs."));
});

Deno.test("differenceSentence() does not call an interval that touches 0 a difference", () => {
  assert(differenceSentence(table(0, 0.03)).includes("contains 0"));
});

Deno.test("differenceSentence() refuses a table without a mean", () => {
  const rows = table(0, 1).filter((row: { role: string }) => row.role === "trained");
  assertThrows(() => differenceSentence(rows), RangeError, "no mean over test sets");
});

Deno.test("intervalNote() says that one seed does not speak of other seeds", () => {
  assert(intervalNote(1).includes("do not say how much another seed would change"));
  assert(intervalNote(3).includes("over 3 seeds"));
});

Deno.test("finding() is what the sentence ends with", () => {
  assertEquals([[0.004, 0.03], [-0.03, -0.004], [0, 0.03]].map(([low, high]) => finding(table(low, high))), [
    "better",
    "worse",
    "not told apart",
  ]);
});

Deno.test("probeNote() says what the probe is, where there is one", () => {
  assertEquals(probeNote(from([{ kind: "method" }])), null);
  assert(probeNote(from([{ kind: "method" }, { kind: "probe" }]))!.startsWith("Trivial cues is no method"));
});
