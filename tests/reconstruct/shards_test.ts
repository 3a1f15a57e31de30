import { inShard } from "../../lib/reconstruct/shards.ts";
import { assert, assertEquals } from "../assert.ts";

const ids = Array.from({ length: 4_000 }, (_, i) => `GenImage/sd14/train/ai/${i}_sdv4_00${i % 167}.png`);

Deno.test("inShard() gives each id to one shard, and to nearly equal numbers of them", () => {
  const shards = Array.from({ length: 4 }, (_, i) => ids.filter((id) => inShard(id, { index: i + 1, of: 4 })));
  assertEquals(shards.flat().length, ids.length);
  assertEquals(new Set(shards.flat()).size, ids.length);
  // 1,000 each, with a standard deviation of 27 where a hash deals
  assert(shards.every(({ length }) => Math.abs(length - 1000) < 130), shards.map(({ length }) => length).join());
});

// as Python's hashlib has it
Deno.test("inShard() does not depend on what else there is, and is the same on every machine", () => {
  const first = ids.slice(0, 12).map((id) => [1, 2, 3].find((index) => inShard(id, { index, of: 3 })));
  assertEquals(first, [1, 2, 3, 1, 2, 3, 2, 2, 3, 3, 3, 3]);
  assert(ids.every((id) => inShard(id, { index: 1, of: 1 })));
});
