import { drct2MGenerators } from "../../lib/layouts/drct_2m.ts";
import { drct2M, shippedReconstructions, ships } from "../../lib/layouts/mod.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { collect, fieldsOf, tree } from "./tree.ts";

const numbers = ["000000000009", "000000000025", "000000000030"];

/** Photographs, and fakes for their captions, of both splits. */
const files = ["train2017", "val2017"].flatMap((half) => [
  ...numbers.map((number) => `MSCOCO/${half}/${number}.jpg`),
  ...["sd-turbo", "stable-diffusion-v1-4"].flatMap((generator) =>
    numbers.map((number) => `DRCT-2M/${generator}/${half}/${number}.png`)
  ),
]);

Deno.test("drct2M() reads photographs that all generators share, then the fakes for their captions", async () => {
  await tree(files, async (data) => {
    const layout = drct2M({ generators: ["sd-turbo", "stable-diffusion-v1-4"] });
    const samples = await collect(layout, data, "test");
    assertEquals(samples[0], {
      id: `MSCOCO/val2017/${numbers[0]}.jpg`,
      file: `${data}/MSCOCO/val2017/${numbers[0]}.jpg`,
      label: "real",
      source: `MSCOCO/${numbers[0]}`,
      generator: null,
      set: null,
      split: "test",
      caption: null,
    });
    assertEquals(fieldsOf(samples.slice(3), "label", "generator", "set", "source"), [
      ...numbers.map((number) => ["fake", "sd-turbo", "sd-turbo", `MSCOCO/${number}`]),
      ...numbers.map((number) => ["fake", "stable-diffusion-v1-4", "stable-diffusion-v1-4", `MSCOCO/${number}`]),
    ]);
    assertEquals((await collect(layout, data, "train")).length, 9);
  });
});

Deno.test("drct2M() draws as many photographs, and fakes of each generator, as its limit", async () => {
  await tree(files, async (data) => {
    const spec = drct2M({ generators: ["sd-turbo", "stable-diffusion-v1-4"], limit: { perClass: 2, seed: 1 } });
    const samples = await collect(spec, data, "train");
    assertEquals(Object.entries(Object.groupBy(samples, ({ set }) => set ?? "real")).map(([k, v]) => [k, v!.length]), [
      ["real", 2],
      ["sd-turbo", 2],
      ["stable-diffusion-v1-4", 2],
    ]);
    assertEquals(await collect(spec, data, "train"), samples);
  });
});

Deno.test("drct2M() finds reconstructions in DRCT's folders, of photographs also as an inpainting generator's", async () => {
  const made = [
    "DR/MSCOCO/full_inpainting/train2017/000000000009.png",
    "DRCT-2M/stable-diffusion-inpainting/train2017/000000000009.png",
    "DRCT-2M/stable-diffusion-inpainting/train2017/000000000025.png",
    "DR/DRCT-2M/sd-turbo/full_inpainting/train2017/000000000030.png",
  ];
  await tree([...files, ...made], async (data) => {
    const layout = drct2M({ generators: ["sd-turbo"], reconstructions: "full_inpainting" });
    const samples = await collect(layout, data, "train");
    const found = await shippedReconstructions(layout, samples, { data, split: "train" });
    assertEquals(found.map((sample) => sample?.file.slice(data.length + 1) ?? null), [
      made[0],
      made[2],
      null,
      null,
      null,
      made[3],
    ]);
    assertEquals(fieldsOf([found[1]!], "id", "label", "generator", "source"), [
      ["MSCOCO/train2017/000000000025.jpg@full_inpainting", "fake", "full_inpainting", "MSCOCO/000000000025"],
    ]);
  });
  assertEquals(ships(drct2M({ generators: "all" })), false);
});

Deno.test("drct2M() names what is missing, and refuses what it does not know", async () => {
  await tree(files.filter((file) => !file.includes("sd-turbo")), async (data) => {
    const all = drct2M({ generators: "all" });
    const error = await assertRejects(() => collect(all, data, "test"), Deno.errors.NotFound, "in 15 of 17 folders");
    assertEquals(error.message.split("\n").length, 16);
    await assertRejects(() => collect(all, data, "validation"), RangeError, 'Leave "data.validation" null');
  });
  assertEquals(drct2MGenerators.length, 16);
  // @ts-expect-error a misspelt generator
  assertThrows(() => drct2M({ generators: ["sd-trubo"] }), RangeError, 'did you mean "sd-turbo"?');
});
