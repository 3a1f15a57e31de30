import { existing, findReconstructions } from "../../lib/reconstruct/mod.ts";
import type { Label, Sample } from "../../lib/types.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";

function sample(id: string, label: Label): Sample {
  const generator = label === "fake" ? "sd14" : null;
  return { id, file: `/data/${id}`, label, source: id, generator, set: "sd14", split: "train", caption: null };
}

const samples = [sample("set/nature/a.JPEG", "real"), sample("set/ai/b.png", "fake")];

Deno.test("existing() takes what the data set ships and asks only for what it needs", async () => {
  const shipped = (wanted: readonly Sample[]) =>
    Promise.resolve(wanted.map((original) => ({ ...original, id: `${original.id}@x`, label: "fake" as const })));
  const find = (of: "both" | "real" | "fake") =>
    findReconstructions(existing({ of }), samples, { artifacts: "", shipped });
  const ids = async (of: "both" | "real" | "fake") => (await find(of)).map((found) => found?.id ?? null);
  assertEquals(await ids("both"), ["set/nature/a.JPEG@x", "set/ai/b.png@x"]);
  assertEquals(await ids("real"), ["set/nature/a.JPEG@x", null]);
  assertEquals(await ids("fake"), [null, "set/ai/b.png@x"]);
});

Deno.test("existing() counts what the data set lacks", async () => {
  const shipped = (wanted: readonly Sample[]) => Promise.resolve(wanted.map(() => null));
  const find = () => findReconstructions(existing(), samples, { artifacts: "", shipped });
  await assertRejects(find, Deno.errors.NotFound, 'of 2 of 2 samples, the first is that of "/data/set/nature/a.JPEG"');
});

Deno.test("existing() refuses a class that is not there", () => {
  // @ts-expect-error misspelt
  assertThrows(() => existing({ of: "reel" }), RangeError, 'did you mean "real"?');
});
