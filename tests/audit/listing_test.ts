import { boundOf, everySplit, keyOf, listGroups, samplesOf } from "../../lib/audit/listing.ts";
import { folders, pocket, reencoded } from "../../lib/layouts/mod.ts";
import { assert, assertEquals } from "../assert.ts";

const sources = everySplit(pocket({ generators: ["latent-nearest"], limit: { perClass: 30, seed: 1 } }));

Deno.test("groups are counted in the order met, and a limit bounds the keys of each", async () => {
  const all = await listGroups(sources, { data: null, limit: null });
  assertEquals(all.groups.map(({ label, name, split }) => `${label} ${name} ${split}`), [
    "real all train",
    "fake latent-nearest train",
    "real all validation",
    "fake latent-nearest validation",
    "real all test",
    "fake latent-nearest test",
  ]);
  assertEquals([all.counts, all.total, all.bounds], [Array(6).fill(30), 180, Array(6).fill(Infinity)]);
  const some = await listGroups(sources, { data: null, limit: 7 });
  assertEquals([some.counts, some.total], [Array(6).fill(30), 42]);
  let within = 0;
  for await (const { id, split, label } of samplesOf(sources, { data: null })) {
    const place = some.groups.findIndex((group) => group.split === split && group.label === label);
    if (keyOf(id) <= some.bounds[place]) within++;
  }
  assertEquals(within, 42);
});

Deno.test("folders, which are any split, are audited once, whatever layout is around them", () => {
  const of = folders({ real: ["camera"], fake: { a: "a" } });
  for (const layout of [of, reencoded({ of })]) {
    assertEquals(everySplit(layout).map(({ split, optional }) => [split, optional]), [["test", false]]);
  }
});

Deno.test("a bound is the largest of the smallest keys, and none where all fit", () => {
  assertEquals([boundOf([5, 1, 9, 3], 2), boundOf([5, 1], 2), boundOf([5, 1], null)], [3, Infinity, Infinity]);
});

Deno.test("keys of names in a row are spread evenly", () => {
  const counts = new Array<number>(16).fill(0);
  for (let i = 0; i < 16000; i++) counts[Math.floor(keyOf(`train/nature/n${i}.jpg`) / 2 ** 28)]++;
  // 1,000 each with a standard deviation of 31
  assert(counts.every((count) => Math.abs(count - 1000) < 155), counts.join());
});
