import { unreadableLedger } from "../../lib/data/unreadable.ts";
import type { Sample, Unreadable } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

function sample(i: number): Sample {
  const file = `/set/${i}.png`;
  const known = { label: "fake", generator: null, set: null, split: "train", caption: null } as const;
  return { id: `${i}.png`, file, source: `${i}`, ...known };
}

const reasonOf = (i: number) => `Cannot decode "/set/${i}.png"`;
const counts = { train: 1000, validation: 100, test: 10 };

Deno.test("unreadableLedger() lists an image once for each split and tells of the first, tenth, hundredth", () => {
  const rows: Unreadable[] = [];
  const ledger = unreadableLedger(rows, { name: "a", counts, maxSkipped: null });
  const told: string[] = [];
  for (const i of [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    ledger.note(sample(i), { split: "train", reason: reasonOf(i) });
    told.push(...ledger.news());
  }
  ledger.note(sample(0), { split: "validation", reason: reasonOf(0) });
  assertEquals(rows.length, 11);
  assertEquals(told.length, 2);
  assert(told[0].startsWith("1 of 1,000 train images cannot be read so far, others of the class stand in"), told[0]);
  assert(told[1].startsWith("10 of 1,000"), told[1]);
  assert(ledger.news()[0].startsWith("1 of 100 validation images cannot be read so far, they are left out"));
  assertEquals(ledger.news(), []);
});

Deno.test("unreadableLedger() refuses one more than the share that is allowed, by default one in a hundred", () => {
  const note = (maxSkipped: number | null, count: number) => {
    const ledger = unreadableLedger([], { name: "mine", counts, maxSkipped });
    for (let i = 0; i < count; i++) ledger.note(sample(i), { split: "train", reason: reasonOf(i) });
  };
  note(null, 10);
  note(0.02, 20);
  const error = assertThrows(() => note(null, 11), Error, "11 of 1,000 train images cannot be read, more than the 1 %");
  assert(error.message.includes('"data.maxSkipped"') && error.message.includes("/set/10.png"), error.message);
  assertThrows(() => note(0, 1), Error, "more than the 0 %");
});

Deno.test("unreadableLedger() counts anew when a run goes on, and keeps what it listed", () => {
  const before = Array.from({ length: 10 }, (_, i): Unreadable => ({
    id: `${i}.png`,
    file: `/set/${i}.png`,
    split: "train",
    reason: reasonOf(i),
  }));
  const ledger = unreadableLedger(before, { name: "a", counts, maxSkipped: null });
  ledger.note(sample(3), { split: "train", reason: reasonOf(3) });
  ledger.note(sample(10), { split: "train", reason: reasonOf(10) });
  assertEquals(before.length, 11);
});

Deno.test("unreadableLedger() counts what was left out before, lists it and does not tell of it again", () => {
  const leftOut = Array.from({ length: 9 }, (_, i): Unreadable => {
    return { id: `${i}.png`, file: `/set/${i}.png`, split: "train", reason: reasonOf(i) };
  });
  const rows = leftOut.slice(0, 2); // of a run that goes on
  const ledger = unreadableLedger(rows, { name: "a", counts: { ...counts, train: 991 }, maxSkipped: null, leftOut });
  assertEquals([rows, ledger.news()], [leftOut, []]);
  ledger.note(sample(9), { split: "train", reason: reasonOf(9) });
  assert(ledger.news()[0].startsWith("10 of 1,000 train images cannot be read so far"));
  assertThrows(() => ledger.note(sample(10), { split: "train", reason: reasonOf(10) }), Error, "11 of 1,000");
});
