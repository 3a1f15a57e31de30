import { readParquet, type Table, type TableTypes, writeParquet } from "../../lib/tables/parquet.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import type { MillionRows } from "./million_rows.ts";

const types = { id: "string", generator: "string or null", score: "double", seed: "whole" } as const;

const table: Table<typeof types> = {
  id: ["", "a", "Straße/λ 🙂.png", "a\0b\n"],
  generator: [null, "sd14", "", null],
  score: [NaN, -Infinity, -0, 1 / 3],
  seed: [0, 1, -(2 ** 53) + 1, 2 ** 53 - 1],
};

Deno.test("a table comes back as it was written: texts of any script, missing ones, every number", async () => {
  const bytes = writeParquet(types, table);
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "PAR1");
  assertEquals(await readParquet(bytes, { file: "memory", types }), table);
});

Deno.test("the same values give the same bytes", () => {
  assertEquals(writeParquet(types, table), writeParquet(types, structuredClone(table)));
});

Deno.test("a table without rows keeps its columns", async () => {
  const empty = { id: [], generator: [], score: [], seed: [] };
  assertEquals(await readParquet(writeParquet(types, empty), { file: "memory", types }), empty);
});

Deno.test("columns that nothing asks for are passed over, and a column may be all of null", async () => {
  const nothing = { ...table, generator: [null, null, null, null] };
  const some = { generator: "string or null", score: "double" } as const;
  assertEquals(await readParquet(writeParquet(types, nothing), { file: "memory", types: some }), {
    generator: nothing.generator,
    score: table.score,
  });
});

Deno.test("a table is refused whose columns differ in length or whose values are of another type", () => {
  const write = (changes: Record<string, unknown>) => () =>
    writeParquet(types, { ...table, ...changes } as unknown as typeof table);
  assertThrows(write({ score: [1] }), RangeError, 'column "score" has 1 rows, expected 4 as "id" has');
  assertThrows(write({ id: ["a", "b", null, "d"] }), TypeError, 'row 2 of column "id" is null, expected string');
  assertThrows(write({ seed: [1, 2, 3, 0.5] }), TypeError, 'row 3 of column "seed" is 0.5, expected whole');
  assertThrows(write({ seed: [2 ** 53, 2, 3, 4] }), TypeError, 'row 0 of column "seed"');
});

Deno.test("a file that lacks a column, or has one of another type, is refused with those it has", async () => {
  const bytes = writeParquet({ id: "string", score: "string or null" }, { id: ["a"], score: [null] });
  const others: TableTypes[] = [{ source: "string" }, { score: "double" }, { score: "string" }];
  for (const wanted of others) {
    const error = await assertRejects(() => readParquet(bytes, { file: "a.parquet", types: wanted }), TypeError);
    assertEquals(
      error.message,
      `Cannot read "a.parquet": it has no column "${Object.keys(wanted)[0]}" of type ${Object.values(wanted)[0]}, ` +
        "its columns are id (REQUIRED BYTE_ARRAY), score (OPTIONAL BYTE_ARRAY)",
    );
  }
});

Deno.test("a file that is cut off anywhere, or is none, is refused by its name", async () => {
  const bytes = writeParquet(types, table);
  const refused = async (content: Uint8Array<ArrayBuffer>) => {
    const error = await assertRejects(() => readParquet(content, { file: "a.parquet", types }), SyntaxError);
    assert(error.message.startsWith('Cannot read "a.parquet": it is no parquet file, or a damaged one ('));
  };
  for (let length = 0; length < bytes.length; length++) await refused(bytes.slice(0, length));
  await refused(new TextEncoder().encode('{"id": []}'));
});

Deno.test("a flipped bit in what a file says of itself gives an error with its name, or the columns asked for", async () => {
  const whole = writeParquet(types, table);
  const footer = new DataView(whole.buffer).getUint32(whole.length - 8, true);
  let refused = 0;
  for (let bit = (whole.length - 8 - footer) * 8; bit < whole.length * 8; bit++) {
    const bytes = whole.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    try {
      const { generator } = await readParquet(bytes, { file: "a.parquet", types });
      assert(generator.every((value) => value === null || typeof value === "string"));
    } catch (error) {
      assert((error instanceof SyntaxError || error instanceof TypeError) && error.message.includes('"a.parquet"'));
      refused++;
    }
  }
  assert(refused > footer, `only ${refused} were refused: the damage does not reach the parser`);
});

const isFull = Deno.env.get("COUNTERPROOF_FULL") === "1";
const whole = 1_000_000;
const rows = isFull ? whole : 50_000;

Deno.test(`${rows} rows come back, in a file and in memory of sensible size`, async () => {
  const script = new URL("./million_rows.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", script, `${rows}`],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { same, bytes, seconds, megabytes } = JSON.parse(new TextDecoder().decode(stdout)) as MillionRows;
  // deno-lint-ignore no-console -- a test that does less than it could says so
  if (!isFull) console.log(`${rows} of ${whole} rows; all of them with COUNTERPROOF_FULL=1`);
  assert(same, "the table is another");
  assert(bytes < 30 * rows, `the file has ${bytes} bytes`); // measured 16 a row; the same as text are 80
  // measured 1.2 kB a row beyond the table, and 80 MB for whatever few rows
  const grown = megabytes.peak - megabytes.before;
  assert(grown < 150 + rows * 2e-3, `memory grew by ${grown} MB`);
  assert(seconds < 120, `it took ${seconds} s`); // measured 4 s for all
});
