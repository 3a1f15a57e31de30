import { genImage } from "../../lib/layouts/genimage.ts";
import { shippedReconstructions, ships } from "../../lib/layouts/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { collect, tree } from "./tree.ts";

const sd14 = "GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4";
const biggan = "GenImage/BigGAN/imagenet_ai_0419_biggan";

/** Both halves of both splits of a generator. */
function whole(folder: string, inner = ""): string[] {
  return ["train", "val"].flatMap((split) => [
    ...[3, 1, 2].map((i) => `${folder}/${split}/nature/${inner}n0_${i}.JPEG`),
    ...[2, 1].map((i) => `${folder}/${split}/ai/${inner}00${i}_sdv4.png`),
  ]);
}

Deno.test("genImage() reads photographs before fakes, by name, and val as the test split", async () => {
  await tree([...whole(sd14), `${sd14}/train/ai/._junk.png`, `${sd14}/train/ai/notes.txt`], async (data) => {
    const layout = genImage({ generators: ["sd14"] });
    const train = await collect(layout, data, "train");
    assertEquals(train.map(({ id }) => id), [
      `${sd14}/train/nature/n0_1.JPEG`,
      `${sd14}/train/nature/n0_2.JPEG`,
      `${sd14}/train/nature/n0_3.JPEG`,
      `${sd14}/train/ai/001_sdv4.png`,
      `${sd14}/train/ai/002_sdv4.png`,
    ]);
    assertEquals(train[0], {
      id: `${sd14}/train/nature/n0_1.JPEG`,
      file: `${data}/${sd14}/train/nature/n0_1.JPEG`,
      label: "real",
      source: "ImageNet/n0_1",
      generator: null,
      set: "sd14",
      split: "train",
      caption: null,
    });
    assertEquals([train[3].label, train[3].generator, train[3].set], ["fake", "sd14", "sd14"]);
    const test = await collect(layout, data, "test");
    assert(test.length === 5 && test.every(({ split, id }) => split === "test" && id.includes("/val/")));
  });
});

Deno.test("genImage() gives images the class that their names tell, where it is asked for captions", async () => {
  const named = [`${sd14}/train/nature/n03594945_36929.JPEG`, `${sd14}/train/ai/371_sdv4_00145.png`];
  await tree(named, async (data) => {
    const captions = async (layout: ReturnType<typeof genImage>) =>
      (await collect(layout, data, "train")).map(({ caption }) => caption);
    assertEquals(await captions(genImage({ generators: ["sd14"], captions: "class" })), ["jeep", "patas"]);
    assertEquals(await captions(genImage({ generators: ["sd14"] })), [null, null]);
  });
  assertThrows(() => genImage({ generators: "all", captions: "title" as "class" }), RangeError, "genImage.captions");
});

Deno.test("genImage() names all missing and empty folders at once", async () => {
  await tree([...whole(sd14).filter((file) => !file.includes("train/ai")), ...whole(biggan)], async (data) => {
    const layout = genImage({ generators: ["sd14", "biggan", "adm"] });
    const error = await assertRejects(() => collect(layout, data, "train"), Deno.errors.NotFound, "in 3 of 6 folders");
    assertEquals(error.message.split("\n").slice(1).map((line) => line.trim()), [
      `${sd14}/train/ai`,
      "GenImage/ADM/imagenet_ai_0508_adm/train/nature",
      "GenImage/ADM/imagenet_ai_0508_adm/train/ai",
    ]);
  });
  const all = genImage({ generators: "all" });
  await assertRejects(() => collect(all, "/nowhere/at/all", "test"), Deno.errors.NotFound, "in 16 of 16 folders");
  await assertRejects(() => collect(all, null, "test"), Deno.errors.NotFound, "no data folder was given");
});

Deno.test("genImage() has no validation split, and says what to do", async () => {
  await tree(whole(sd14), async (data) => {
    const read = () => collect(genImage({ generators: ["sd14"] }), data, "validation");
    await assertRejects(read, RangeError, 'Leave "data.validation" null');
  });
});

Deno.test("genImage() draws as many of each class as its limit, always the same", async () => {
  await tree(whole(sd14), async (data) => {
    const ids = async (seed: number, perClass = 1) =>
      (await collect(genImage({ generators: ["sd14"], limit: { perClass, seed } }), data, "train")).map(({ id }) => id);
    const drawn = await ids(1);
    assertEquals(drawn.map((id) => id.split("/")[4]), ["nature", "ai"]);
    assertEquals(await ids(1), drawn);
    const others = await Promise.all(Array.from({ length: 8 }, (_, i) => ids(i)));
    assertEquals(new Set(others.map(([photograph]) => photograph)).size, 3); // 8 seeds find all three photographs
    assertEquals((await ids(1, 9)).length, 5);
  });
});

Deno.test("genImage() finds the reconstructions of DRCT's release beside the crops", async () => {
  const reconstructed = whole(sd14, "inpainting/").map((file) => file.replace(".JPEG", ".png"));
  await tree([...whole(sd14, "crop/"), ...reconstructed.filter((file) => !file.includes("n0_2"))], async (data) => {
    const layout = genImage({ generators: ["sd14"], reconstructions: "inpainting" });
    const samples = await collect(layout, data, "train");
    assertEquals(samples[0].id, `${sd14}/train/nature/crop/n0_1.JPEG`);
    const found = await shippedReconstructions(layout, samples, { data, split: "train" });
    assertEquals(found.map((sample) => sample === null), [false, true, false, false, false]);
    assertEquals(found[0], {
      ...samples[0],
      id: `${samples[0].id}@inpainting`,
      file: `${data}/${sd14}/train/nature/inpainting/n0_1.png`,
      label: "fake",
      generator: "inpainting",
    });
  });
});

Deno.test("genImage() ships reconstructions only in DRCT's form", async () => {
  const bare = genImage({ generators: ["sd14"] });
  assertEquals([ships(bare), ships(genImage({ ...bare, reconstructions: "inpainting_xl" }))], [false, true]);
  const find = () => shippedReconstructions(bare, [], { data: "/data", split: "train" });
  await assertRejects(find, TypeError, "use inpainting()");
});

Deno.test("genImage() refuses unknown generators, none, repeated ones and bad limits", () => {
  // @ts-expect-error a misspelt generator
  assertThrows(() => genImage({ generators: ["sd41"] }), RangeError, 'given "sd41", did you mean "sd14"?');
  assertThrows(() => genImage({ generators: [] }), RangeError, 'expected "all" or some of sd14, sd15');
  assertThrows(() => genImage({ generators: ["adm", "adm"] }), RangeError, '"adm" is given twice');
  const limited = (perClass: number) => genImage({ generators: "all", limit: { perClass, seed: 1 } });
  assertThrows(() => limited(0), RangeError, "genImage.limit.perClass: given 0, expected a whole number ≥ 1");
  // @ts-expect-error an unknown folder
  assertThrows(() => genImage({ generators: "all", reconstructions: "inpaint" }), RangeError, "inpainting2");
});

Deno.test("genImage() in the form of DRCT's release is told apart from archives that are missing", async () => {
  await tree(whole(sd14, "crop/"), async (data) => {
    const layout = genImage({ generators: ["sd14"] });
    const told = 'set reconstructions in genImage to "inpainting"';
    await assertRejects(() => collect(layout, data, "train"), Deno.errors.NotFound, told);
    assertEquals((await collect(genImage({ ...layout, reconstructions: "inpainting" }), data, "train")).length, 5);
  });
});
