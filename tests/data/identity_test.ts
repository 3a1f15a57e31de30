import { dataHashes } from "../../lib/data/identity.ts";
import type { Divided } from "../../lib/data/pairs.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
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
  const hashes = await dataHashes(tinyDual(), divided);
  assertEquals(Object.keys(hashes), ["train", "validation", "test"]);
  const changed = async (train: Divided["train"]) => (await dataHashes(tinyDual(), { ...divided, train })).train;
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
