import { dataHashes, identifyData } from "../../lib/data/identity.ts";
import type { Divided } from "../../lib/data/pairs.ts";
import { dataChanges } from "../../lib/runs/data_list.ts";
import { writeParquet } from "../../lib/tables/parquet.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { tinyDual } from "../tiny_world.ts";

const sample = (id: string, changes: Partial<Sample> = {}): Sample => ({
  ...{ id, file: `/data/${id}`, label: "real", source: id, generator: null, set: null, split: "train", caption: null },
  ...changes,
});
const divided: Divided = {
  train: [{ sample: sample("a"), reconstruction: sample("a-rec") }],
  validation: [{ sample: sample("b"), reconstruction: null }],
  test: [sample("c")],
};

Deno.test("the identity of data sees every sample, its label, set, source and reconstruction, and no folder", async () => {
  const hashes = await dataHashes(tinyDual(), divided, null);
  assertEquals(Object.keys(hashes), ["train", "validation", "test"]);
  const changed = async (train: Divided["train"]) => (await dataHashes(tinyDual(), { ...divided, train }, null)).train;
  const [pair] = divided.train;
  assertEquals(await changed([{ ...pair, sample: sample("a", { file: "/elsewhere/a" }) }]), hashes.train);
  for (
    const other of [
      [],
      [{ ...pair, reconstruction: null }],
      [{ ...pair, sample: sample("a", { label: "fake" }) }],
      [{ ...pair, sample: sample("a", { set: "sd14" }) }],
      [{ ...pair, sample: sample("a", { source: "b" }) }],
      [pair, pair],
    ] satisfies Divided["train"][]
  ) assert(await changed(other) !== hashes.train);
});

Deno.test("the identity of data is told in every way there is, the one that sees most first", async () => {
  const none = await identifyData(tinyDual(), divided, null);
  assertEquals(none.ways, [await dataHashes(tinyDual(), divided, null)]);
  assertEquals(none.rows.map(({ group, size, content }) => [group, size, content]), [
    ["train, real", null, null],
    ["train, real, reconstructed", null, null],
    ["train, real", null, null],
    ["train, real", null, null],
  ]);
  const data = await Deno.makeTempDir();
  try {
    const index = async (files: Readonly<Record<string, readonly [size: number, sha256: string | null]>>) => {
      const ids = Object.keys(files);
      const types = { id: "string", size: "whole or null", sha256: "string or null" } as const;
      const table = { id: ids, size: ids.map((id) => files[id][0]), sha256: ids.map((id) => files[id][1]) };
      await Deno.writeFile(`${data}/index-genImage.parquet`, writeParquet(types, table));
      return await identifyData(tinyDual(), divided, data);
    };
    const sized = await index({ a: [10, null], b: [11, null], other: [5, null] });
    assertEquals(sized.ways.length, 2);
    assertEquals(sized.ways[1], none.ways[0]);
    assertEquals(sized.rows.map(({ size }) => size), [10, null, 11, null]);
    assertEquals((await index({ a: [10, null], b: [11, null] })).ways, sized.ways); // of other samples it tells nothing
    assert((await index({ a: [10, null], b: [12, null] })).ways[0].index !== sized.ways[0].index);
    const hashed = await index({ a: [10, "00"], b: [11, null] });
    assertEquals(hashed.ways.slice(1), sized.ways);
    assert((await index({ a: [10, "01"], b: [11, null] })).ways[0].index !== hashed.ways[0].index);
    await Deno.truncate(`${data}/index-genImage.parquet`, 50);
    const damaged = () => identifyData(tinyDual(), divided, data);
    await assertRejects(damaged, Error, "Make the index again with: deno task data index");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("the identity of data sees which error map a sample has, and by an index what is in it", async () => {
  const data = await Deno.makeTempDir();
  try {
    const withMap = (map: string, root = data): Divided => ({
      train: [],
      validation: [],
      test: [sample("a", { split: "test", errorMap: `${root}/${map}` })],
    });
    const named = await identifyData(tinyDual(), withMap("maps/a.pt"), data);
    assertEquals(await dataHashes(tinyDual(), withMap("maps/a.pt", "/other"), "/other"), named.ways[0]);
    assert((await dataHashes(tinyDual(), withMap("others/a.pt"), data)).test !== named.ways[0].test);
    assertEquals(named.rows.map(({ group }) => group), ["test, real", "test, real, error map"]);
    const index = async (mapSize: number | null, mapSha256: string | null) => {
      const types = { id: "string", size: "whole or null", sha256: "string or null" } as const;
      const maps = { mapSize: "whole or null", mapSha256: "string or null" } as const;
      const table = { id: ["a"], size: [10], sha256: ["00"], mapSize: [mapSize], mapSha256: [mapSha256] };
      await Deno.writeFile(`${data}/index-genImage.parquet`, writeParquet({ ...types, ...maps }, table));
      return await identifyData(tinyDual(), withMap("maps/a.pt"), data);
    };
    const hashed = await index(40, "01");
    assertEquals(hashed.rows.map(({ size }) => size), [10, 40]);
    const [changed, longer] = [await index(40, "02"), await index(41, null)];
    assert(changed.ways[0].index !== hashed.ways[0].index);
    assertEquals(changed.ways[1], hashed.ways[1]);
    assert(longer.ways[1].index !== hashed.ways[1].index);
    assertEquals(dataChanges(hashed.rows, changed.rows), [
      { group: "test, real, error map", before: 1, added: 0, removed: 0, changed: 1 },
    ]);
    const types = { id: "string", size: "whole or null", sha256: "string or null" } as const;
    await Deno.writeFile(
      `${data}/index-genImage.parquet`,
      writeParquet(types, { id: ["a"], size: [10], sha256: [null] }),
    );
    const old = () => identifyData(tinyDual(), withMap("maps/a.pt"), data);
    await assertRejects(old, Error, "Make the index again with: deno task data index");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
