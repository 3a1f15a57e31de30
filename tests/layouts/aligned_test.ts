import { aligned, shippedReconstructions, ships } from "../../lib/layouts/mod.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { collect, fieldsOf, tree } from "./tree.ts";

const root = "latent_diffusion_trainingset";
const sets = ["latent_diffusion_class2image", "latent_diffusion_noise2image_FFHQ"];
const names = ["a", "b", "c", "d"];
const files = ["train", "val"].flatMap((half) =>
  sets.flatMap((set) => [
    ...names.map((name) => `${root}/${half}/${set}/0_real/${name}.jpg`),
    ...names.map((name) => `${root}/${half}/${set}/1_fake/${name}.png`),
  ])
);

Deno.test("aligned() reads set by set, a fake with the source of the photograph of its name", async () => {
  await tree(files, async (data) => {
    const samples = await collect(aligned(), data, "train");
    assertEquals(samples.length, 16);
    const pair = samples.filter(({ id }) => /\/a\./.test(id)).slice(0, 2);
    assertEquals(fieldsOf(pair, "id", "label", "generator", "set", "source"), [
      [`${root}/train/${sets[0]}/0_real/a.jpg`, "real", null, sets[0], `${root}/train/${sets[0]}/a`],
      [`${root}/train/${sets[0]}/1_fake/a.png`, "fake", sets[0], sets[0], `${root}/train/${sets[0]}/a`],
    ]);
    assertEquals((await collect(aligned({ sets: [sets[1]] }), data, "validation")).length, 8);
    const unpaired = await collect(aligned({ paired: false }), data, "train");
    assertEquals(new Set(unpaired.map(({ source }) => source)).size, 16);
    await assertRejects(() => collect(aligned({ sets: ["noise"] }), data, "train"), RangeError, "the sets there are");
  });
});

Deno.test("aligned() finds the fake of a photograph's name as its reconstruction, whatever its extension", async () => {
  await tree(files.filter((file) => !file.endsWith(`${sets[0]}/1_fake/c.png`)), async (data) => {
    const samples = await collect(aligned({ sets: [sets[0]] }), data, "train");
    const find = (of: readonly Sample[]) => shippedReconstructions(aligned(), of, { data, split: "train" });
    const found = await find(samples.slice(0, 4));
    assertEquals(found.map((sample) => sample?.file.slice(-12) ?? null), [
      "1_fake/a.png",
      "1_fake/b.png",
      null,
      "1_fake/d.png",
    ]);
    assertEquals(found[0]!.source, samples[0].source);
    await assertRejects(() => find(samples), Deno.errors.NotFound, 'Take existing({ of: "real" })');
  });
  assertEquals([ships(aligned()), ships(aligned({ paired: false }))], [true, false]);
  const bare = () => shippedReconstructions(aligned({ paired: false }), [], { data: "/data", split: "train" });
  await assertRejects(bare, TypeError, '"paired" is false');
});

Deno.test("a limit of aligned() draws pairs, as data_cap does", async () => {
  await tree(files, async (data) => {
    const capped = (seed: number) => collect(aligned({ limit: { perClass: 2, seed } }), data, "train");
    const samples = await capped(17);
    assertEquals(samples.length, 8);
    const sources = (label: string) =>
      samples.filter((each) => each.label === label).map(({ source }) => source).sort();
    assertEquals(sources("real"), sources("fake"));
    assertEquals(await capped(17), samples);
    const others = await Promise.all([1, 2, 3, 4, 5].map(capped));
    assert(others.some((other) => other[0].id !== samples[0].id));
    const apart = await collect(aligned({ paired: false, limit: { perClass: 2, seed: 17 } }), data, "train");
    assertEquals(apart.length, 8);
  });
});

Deno.test("the shaders train from their own folder without sets, and are validated on the unchanged one", async () => {
  const shaders = names.flatMap((name) => [`shaders/train/0_real/${name}.jpg`, `shaders/train/1_fake/${name}.png`]);
  await tree([...files, ...shaders], async (data) => {
    const train = await collect(aligned({ folder: "shaders" }), data, "train");
    assertEquals(train.length, 8);
    assertEquals(fieldsOf([train[4]], "set", "generator", "source"), [["shaders", "shaders", "shaders/train/a"]]);
    assertEquals((await collect(aligned(), data, "validation")).length, 16);
  });
});

Deno.test("aligned() tells of an empty class folder, and stops where a class has no images at all", async () => {
  const without = files.filter((file) => !file.startsWith(`${root}/train/${sets[1]}/1_fake`));
  await tree(without, async (data) => {
    const told: string[] = [];
    assertEquals((await collect(aligned(), data, "train", told)).length, 12);
    assertEquals(told, [
      `"${data}/${root}/train/${sets[1]}/1_fake" of aligned holds no images; the other folders are read without it`,
    ]);
    const alone = () => collect(aligned({ sets: [sets[1]] }), data, "train");
    await assertRejects(alone, Deno.errors.NotFound, "found no fake images in");
    await assertRejects(() => collect(aligned(), data, "test"), RangeError, "no samples there");
    const other = () => collect(aligned({ folder: "shaders" }), data, "train");
    await assertRejects(other, Deno.errors.NotFound, "no folders 0_real and 1_fake");
  });
});

Deno.test("aligned() takes valid for val, and refuses folders outside of the data folder", async () => {
  await tree(files.map((file) => file.replace("/val/", "/valid/")), async (data) => {
    assertEquals((await collect(aligned(), data, "validation")).length, 16);
  });
  for (const folder of ["/data/shaders", "../shaders", "", "a//b", "C:\\data"]) {
    assertThrows(() => aligned({ folder }), RangeError, "expected a path below the data folder");
  }
});
