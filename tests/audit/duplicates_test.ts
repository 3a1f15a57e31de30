import { type Comparable, findTwins, NEAR, ORDER } from "../../lib/audit/duplicates.ts";
import { random } from "../../lib/random.ts";
import type { Split } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";

type Code = [number, number, number, number];

/** Images by split, content and code. */
function images(rows: readonly { split: Split; content: number; code: Code; contrast?: number }[]): Comparable {
  return {
    split: Uint8Array.from(rows, ({ split }) => ORDER.indexOf(split)),
    content: Float64Array.from(rows, ({ content }) => content),
    code: [0, 1, 2, 3].map((half) => Uint32Array.from(rows, ({ code }) => code[half])) as unknown as Comparable["code"],
    contrast: Float32Array.from(rows, ({ contrast }) => contrast ?? 50),
  };
}

const draw = random(1, "codes");
const word = (): number => Math.floor(draw.uniform() * 2 ** 32);
const anyCode = (): Code => [word(), word(), word(), word()];

/** A code with some of the 64 bits of its first or its second half turned over. */
function turned(code: Code, bits: number, half: 0 | 2 = 0): Code {
  const changed: Code = [...code];
  for (const bit of draw.permutation(64).subarray(0, bits)) changed[half + (bit >> 5)] ^= 1 << (bit & 31);
  return changed.map((word) => word >>> 0) as Code;
}

Deno.test("every code that is near enough is found, wherever its bits differ, and no other", () => {
  for (let bits = 0; bits <= NEAR.frequencies + 2; bits++) {
    for (let i = 0; i < 40; i++) {
      const code = anyCode();
      const found = findTwins(images([
        { split: "train", content: 1, code },
        { split: "test", content: 2, code: turned(code, bits) },
      ]));
      assertEquals(found, bits <= NEAR.frequencies ? [{ image: 1, earlier: 0, kind: "near" }] : []);
    }
  }
});

Deno.test("the second code has to agree too", () => {
  const code = anyCode();
  const with_ = (bits: number) =>
    findTwins(
      images([{ split: "train", content: 1, code }, { split: "test", content: 2, code: turned(code, bits, 2) }]),
    );
  assertEquals([with_(NEAR.steps).length, with_(NEAR.steps + 1).length], [1, 0]);
});

Deno.test("equal content is an exact twin, of the earliest split, and counts once", () => {
  const code = anyCode();
  const of = images([
    { split: "test", content: 5, code },
    { split: "validation", content: 5, code },
    { split: "train", content: 5, code },
    { split: "train", content: 5, code },
    { split: "test", content: 6, code: turned(code, 2) },
    { split: "train", content: 7, code: anyCode() },
  ]);
  assertEquals(findTwins(of), [
    { image: 0, earlier: 2, kind: "exact" },
    { image: 1, earlier: 2, kind: "exact" },
    { image: 4, earlier: 2, kind: "near" },
  ]);
});

Deno.test("what stands twice in one split, is flat or could not be read is no twin", () => {
  const code = anyCode();
  assertEquals(findTwins(images([{ split: "test", content: 1, code }, { split: "test", content: 1, code }])), []);
  const flat = { code, contrast: 1 };
  assertEquals(
    findTwins(images([{ split: "train", content: 1, ...flat }, { split: "test", content: 2, ...flat }])),
    [],
  );
  assertEquals(
    findTwins(images([{ split: "train", content: NaN, code }, { split: "test", content: NaN, code }])),
    [],
  );
});

Deno.test("the search finds what comparing all pairs finds", () => {
  const rows = Array.from({ length: 600 }, (_, i) => ({
    split: (["train", "validation", "test"] as const)[i % 3],
    content: i,
    code: anyCode(),
  }));
  for (let i = 300; i < 600; i++) rows[i].code = turned(rows[draw.integer(300)].code, draw.integer(10));
  const of = images(rows);
  const rank = { train: 0, validation: 1, test: 2 };
  const distance = (i: number, j: number, half: number): number =>
    [0, 1].reduce((sum, k) => {
      const word = (of.code[half + k][i] ^ of.code[half + k][j]) >>> 0;
      return sum + word.toString(2).replaceAll("0", "").length;
    }, 0);
  const slow = rows.flatMap((row, i) =>
    rows.some((other, j) =>
        rank[other.split] < rank[row.split] && distance(i, j, 0) <= NEAR.frequencies && distance(i, j, 2) <= NEAR.steps
      )
      ? [i]
      : []
  );
  assertEquals(findTwins(of).map(({ image }) => image), slow);
});
