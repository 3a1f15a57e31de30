import { universalFakeDetect, universalFakeDetectGenerators } from "../../lib/layouts/universal_fake_detect.ts";
import { testSets } from "../../lib/metrics/test_sets.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { collect, tree } from "./tree.ts";

const files = [
  ...["imagenet", "laion"].flatMap((from) => [1, 2, 3].map((i) => `diffusion_datasets/${from}/0_real/${i}.png`)),
  ...universalFakeDetectGenerators.flatMap((name) => [1, 2].map((i) => `diffusion_datasets/${name}/1_fake/${i}.png`)),
];

Deno.test("universalFakeDetect() scores guided against ImageNet and the others against LAION", async () => {
  await tree(files, async (data) => {
    const samples = await collect(universalFakeDetect(), data, "test");
    const sets = testSets({
      set: samples.map(({ set }) => set),
      label: samples.map(({ label }) => label === "fake" ? 1 : 0),
      corruption: samples.map(() => null),
    });
    assertEquals([...sets.keys()], [...universalFakeDetectGenerators].sort());
    for (const [name, rows] of sets) {
      const from = name === "guided" ? "imagenet" : "laion";
      const folders = [...new Set([...rows].map((row) => samples[row].id.split("/")[1]))].sort();
      assertEquals([folders, rows.length], [[name, from].sort(), 5]);
    }
  });
});

Deno.test("universalFakeDetect() needs the photographs of its generators alone, and is a test split", async () => {
  await tree(files.filter((file) => !file.includes("laion")), async (data) => {
    assertEquals((await collect(universalFakeDetect({ generators: ["guided"] }), data, "test")).length, 5);
    const all = () => collect(universalFakeDetect(), data, "test");
    await assertRejects(all, Deno.errors.NotFound, "diffusion_datasets/laion/0_real");
    await assertRejects(() => collect(universalFakeDetect(), data, "train"), RangeError, "no samples there");
  });
});
