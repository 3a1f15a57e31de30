import { joinParquet } from "../../lib/tables/join.ts";
import { readGroups, readParquet, type Table, writeParquet } from "../../lib/tables/parquet.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

const types = { id: "string", width: "whole or null", moves: "boolean or null", share: "double" } as const;

/** Rows from `from` to `to` − 1. */
function rows(from: number, to: number): Table<typeof types> {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    id: numbers.map((i) => `val/ai/${i}.png`),
    width: numbers.map((i) => i % 3 === 0 ? null : 2 ** 40 + i),
    moves: numbers.map((i) => [null, true, false][i % 3]),
    share: numbers.map((i) => i / 7),
  };
}

async function joined(folder: string, parts: readonly Table<typeof types>[]): Promise<Uint8Array<ArrayBuffer>> {
  const paths = parts.map((_, i) => `${folder}/${i}.parquet`);
  for (const [i, part] of parts.entries()) await Deno.writeFile(paths[i], writeParquet(types, part));
  const pieces = await Array.fromAsync(joinParquet(paths));
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

Deno.test("joinParquet() makes one file that holds the rows of all, in their order", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await joined(folder, [rows(0, 1000), rows(1000, 1001), rows(1001, 5000)]);
    assertEquals(await readParquet(bytes, { file: "joined", types }), rows(0, 5000));
    await Deno.writeFile(`${folder}/whole.parquet`, bytes);
    const lengths = (await Array.fromAsync(readGroups(`${folder}/whole.parquet`, types))).map(({ id }) => id.length);
    assertEquals(lengths, [1000, 1, 3999]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("joinParquet() of one file without rows makes such a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(await readParquet(await joined(folder, [rows(0, 0)]), { file: "joined", types }), rows(0, 0));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("joinParquet() refuses files of other columns", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.parquet`, writeParquet(types, rows(0, 3)));
    await Deno.writeFile(`${folder}/b.parquet`, writeParquet({ id: "string" }, { id: ["x"] }));
    const both = [`${folder}/a.parquet`, `${folder}/b.parquet`];
    await assertRejects(() => Array.fromAsync(joinParquet(both)), TypeError, "it has other columns");
    await assertRejects(() => Array.fromAsync(joinParquet([])), RangeError, "expected one or more");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readGroups() says which file it cannot read, and why", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/a.parquet`;
    const read = () => Array.fromAsync(readGroups(file, { size: "whole" }));
    await assertRejects(read, Deno.errors.NotFound);
    await Deno.writeFile(file, writeParquet(types, rows(0, 3)));
    const error = await assertRejects(read, TypeError, 'it has no column "size" of type whole');
    assert(error.message.includes(file));
    await Deno.truncate(file, 40);
    await assertRejects(read, SyntaxError, "it is no parquet file, or a damaged one");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
