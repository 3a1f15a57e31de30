import { crossData, crossGenerators } from "../lib/cross.ts";
import { fingerprint } from "../lib/definition/fingerprint.ts";
import { derive } from "../lib/experiment.ts";
import { drct2M, folders, genImage, pocket, reencoded } from "../lib/layouts/mod.ts";
import { assert, assertEquals, assertThrows } from "./assert.ts";
import { tinyDual } from "./tiny_world.ts";

const all = genImage({ generators: "all", reconstructions: "inpainting" });

Deno.test("crossGenerators() trains on each generator, and tests on all of them alike", () => {
  const made = crossGenerators(tinyDual(), all);
  assertEquals(made.map(({ tags }) => tags["trained on"]), [
    ...["sd14", "sd15", "midjourney", "adm", "wukong", "glide", "vqdm", "biggan"],
  ]);
  assertEquals(new Set(made.map(fingerprint)).size, 8);
  for (const { name, tags, data } of made) {
    assertEquals([name, tags.method], [`tiny dual on ${tags["trained on"]}`, "tiny dual"]);
    assertEquals(data.train, [genImage({ generators: [tags["trained on"] as "sd14"], reconstructions: "inpainting" })]);
    assertEquals([data.test, data.validation], [[all], null]);
  }
  const some = crossGenerators(tinyDual(), genImage({ generators: ["adm", "glide"], reconstructions: "inpainting" }));
  assertEquals(some.map(({ tags }) => tags["trained on"]), ["adm", "glide"]);
});

Deno.test("crossGenerators() keeps what stands around a data set", () => {
  const [first] = crossGenerators(tinyDual(), reencoded({ of: all, quality: 90 }));
  const inner = genImage({ generators: ["sd14"], reconstructions: "inpainting" });
  assertEquals(first.data.train, [reencoded({ of: inner, quality: 90 })]);
});

Deno.test("crossData() trains on each data set and tests on all, each test set once", () => {
  const drct = drct2M({ generators: "all", reconstructions: "full_inpainting" });
  const made = crossData(tinyDual(), {
    "DRCT-2M": {
      train: [drct2M({ generators: ["stable-diffusion-v1-4"], reconstructions: "full_inpainting" })],
      test: [drct],
    },
    "GenImage": { train: [genImage({ generators: ["sd14"], reconstructions: "inpainting" })], test: [all, drct] },
  });
  assertEquals(made.map(({ name }) => name), ["tiny dual on DRCT-2M", "tiny dual on GenImage"]);
  for (const { data } of made) assertEquals(data.test, [drct, all]);
});

Deno.test("a run that was made before under another name is the same run", () => {
  const [first] = crossGenerators(tinyDual(), all);
  const by = { name: "by hand", tags: {}, data: { test: [all] } };
  assertEquals(fingerprint(derive(tinyDual(), by)), fingerprint(first));
});

Deno.test("what cannot be had by generator, and less than two of anything, is refused", () => {
  const mine = folders({ real: ["a"], fake: { b: "b" } });
  assertThrows(() => crossGenerators(tinyDual(), mine), TypeError, "expected one of genImage(), drct2M()");
  const one = genImage({ generators: ["adm"], reconstructions: "inpainting" });
  assertThrows(() => crossGenerators(tinyDual(), one), RangeError, 'given "adm" alone, expected at least two');
  assertThrows(() => crossData(tinyDual(), {}), RangeError, "given none");
  assert(crossGenerators(tinyDual(), pocket({ generators: ["latent-nearest", "pixel-ddpm"] })).length === 2);
});
