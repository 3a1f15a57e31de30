import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { existing, findReconstructions, inpainting } from "../../lib/reconstruct/mod.ts";
import type { Label, Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";

function sample(id: string, label: Label): Sample {
  const generator = label === "fake" ? "sd14" : null;
  return { id, file: `/data/${id}`, label, source: id, generator, set: "sd14", split: "train", caption: null };
}

const samples = [sample("set/nature/a.JPEG", "real"), sample("set/ai/b.png", "fake")];
const nothing = () => Promise.reject(new Error("not asked for"));

Deno.test("inpainting() finds its results below the fingerprint of the part", async () => {
  const artifacts = await Deno.makeTempDir();
  const spec = inpainting({ model: "sd1", of: "real" });
  try {
    const folder = `${artifacts}/${artifactFolder(spec)}`;
    await Deno.mkdir(`${folder}/set/nature`, { recursive: true });
    await Deno.writeTextFile(`${folder}/set/nature/a.JPEG.png`, "");
    const [real, fake] = await findReconstructions(spec, samples, { artifacts, shipped: nothing });
    assertEquals(fake, null);
    assertEquals(real, {
      ...samples[0],
      id: "set/nature/a.JPEG@inpainting-sd1",
      file: `${folder}/set/nature/a.JPEG.png`,
      label: "fake",
      generator: "inpainting-sd1",
    });
    const both = () =>
      findReconstructions(inpainting({ ...spec, of: "both" }), samples, { artifacts, shipped: nothing });
    const error = await assertRejects(both, Deno.errors.NotFound, `of 1 of 2 samples in "${folder}"`);
    assert(error.message.includes('the first is "set/ai/b.png.png"'));
    assert(error.message.includes("runwayml/stable-diffusion-inpainting with 50 steps, guidance 7.5, seed 2023"));
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});

Deno.test("artifactFolder() depends on what is made of a sample, not on which samples are asked for", () => {
  const folder = artifactFolder(inpainting({ model: "sd1" }));
  assert(/^inpainting-[0-9a-f]{12}$/.test(folder));
  assertEquals(artifactFolder(inpainting({ model: "sd1", of: "real" })), folder);
  assert(artifactFolder(inpainting({ model: "sd1", steps: 49 })) !== folder);
});

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

Deno.test("reconstruction parts refuse what does not exist", () => {
  // @ts-expect-error a model that is not there
  assertThrows(() => inpainting({ model: "sd11" }), RangeError, 'did you mean "sd1"?');
  // @ts-expect-error no model
  assertThrows(() => inpainting(), TypeError, 'missing option "model"');
  assertThrows(() => inpainting({ model: "sd2", steps: 0 }), RangeError, "given 0, expected a whole number ≥ 1");
  // @ts-expect-error a class that is not there
  assertThrows(() => existing({ of: "reel" }), RangeError, 'did you mean "real"?');
});
