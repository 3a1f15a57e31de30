import { makeArtifacts } from "../../lib/data/make.ts";
import type { Maker, Outlet } from "../../lib/data/making.ts";
import { foreignOutlets } from "../../lib/data/outlets_foreign.ts";
import { sourceOf } from "../../lib/engine/byte_source.ts";
import { torchTensors } from "../../lib/engine/torch_file.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { aligned, drct2M, genImage, lareList, type Layout, readSamples } from "../../lib/layouts/mod.ts";
import { shippedReconstructions } from "../../lib/layouts/mod.ts";
import { inpainting } from "../../lib/reconstruct/mod.ts";
import type { Label, Sample, Split } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { negative, newAsked, sampleOf, toyMaker } from "./toy_maker.ts";

const spec = inpainting({ model: "sd2" });
const maps = { kind: "latentError", model: "sd15" };

async function inFolder(test: (data: string) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    await test(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

/** Writes pictures of 7 × 6, all alike but for one value, under names below a folder. */
async function put(data: string, ...names: string[]): Promise<void> {
  for (const [i, name] of names.entries()) {
    await Deno.mkdir(`${data}/${name.slice(0, name.lastIndexOf("/"))}`, { recursive: true });
    const image = { data: Uint8Array.from({ length: 7 * 6 * 3 }, (_, at) => at + i), width: 7, height: 6 };
    await Deno.writeFile(`${data}/${name}`, await encodeImage(image, { format: "png" }));
  }
}

async function samplesOf(layout: Layout, data: string, split: Split): Promise<Sample[]> {
  return await Array.fromAsync(readSamples(layout, { data, split }));
}

async function make(samples: readonly Sample[], outlet: Outlet, open: () => Promise<Maker>): Promise<void> {
  for await (const _ of makeArtifacts(samples, { outlet, open })) { /* to its end */ }
}

/** A maker that cuts a column of the right and the left, and a row at the bottom, before it inverts. */
function cutting(): () => Promise<Maker> {
  const open = toyMaker(newAsked(), { of: spec });
  return async () => ({
    ...await open(),
    make: (images) =>
      Promise.resolve(images.map(({ image: { data, width } }) => {
        const rows = Array.from({ length: 5 }, (_, y) => data.subarray((y * width + 1) * 3, (y * width + 6) * 3));
        return negative({ data: Uint8Array.from(rows.flatMap((row) => [...row])), width: 5, height: 5 });
      })),
  });
}

/** A maker of maps, each filled with the red of the first pixel. */
function mapping(): () => Promise<Maker> {
  const open = toyMaker(newAsked(), { of: maps });
  return async () => ({
    ...await open(),
    make: (images) =>
      Promise.resolve(images.map(({ image }) => {
        return { data: new Float32Array(4 * 32 * 32).fill(image.data[0]), shape: [4, 32, 32] };
      })),
  });
}

Deno.test("what is written as drct is found by drct2M() in the data folder", () =>
  inFolder(async (data) => {
    const generator = "stable-diffusion-v1-4";
    await put(data, "MSCOCO/train2017/000000000009.jpg", `DRCT-2M/${generator}/train2017/000000000009.png`);
    const layout = drct2M({ generators: [generator], reconstructions: "full_inpainting2" });
    const samples = await samplesOf(layout, data, "train");
    await make(samples, foreignOutlets.drct(spec, data), toyMaker(newAsked(), { of: spec }));
    const found = await shippedReconstructions(layout, samples, { data, split: "train" });
    assertEquals(found.map((one) => one!.file.slice(data.length + 1)), [
      "DR/MSCOCO/full_inpainting2/train2017/000000000009.png",
      `DR/DRCT-2M/${generator}/full_inpainting2/train2017/000000000009.png`,
    ]);
    for (const [i, one] of found.entries()) {
      assertEquals(await decodeImage(one!.file), negative(await decodeImage(samples[i].file)));
    }
  }));

Deno.test("what is written as drct of GenImage is found by genImage() below DR, beside the images cut alike", () =>
  inFolder(async (data) => {
    const folder = "GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train";
    await put(data, `${folder}/nature/n01_1.JPEG`, `${folder}/ai/001_sdv4_1.png`);
    const published = await samplesOf(genImage({ generators: ["sd14"] }), data, "train");
    await make(published, foreignOutlets.drct(spec, data), cutting());
    const released = genImage({ generators: ["sd14"], reconstructions: "inpainting2" });
    const samples = await samplesOf(released, `${data}/DR`, "train");
    const found = await shippedReconstructions(released, samples, { data: `${data}/DR`, split: "train" });
    assertEquals([samples.length, found.filter((one) => one === null)], [2, []]);
    const { data: pixels, width, height } = await decodeImage(samples[0].file);
    // albumentations begins a centre crop at half of what is over, rounded down
    assertEquals([width, height, pixels[0]], [5, 5, 3]);
    assertEquals(await decodeImage(found[0]!.file), negative({ data: pixels, width, height }));
  }));

Deno.test("what is written as aligned is paired by aligned(), under the names that AlignedForensics looks for", () =>
  inFolder(async (data) => {
    const folder = "set/train/coco";
    await put(data, ...["a.jpg", "b.JPEG", "c.jpg.jpg", "d.png"].map((name) => `${folder}/0_real/${name}`));
    const ids = ["a.jpg", "b.JPEG", "c.jpg.jpg", "d.png"].map((name) => `${folder}/0_real/${name}`);
    const vae = { kind: "vae", model: "ldm" };
    const reals = ids.map((id) => sampleOf(id, data));
    await make(reals, foreignOutlets.aligned(vae, data), toyMaker(newAsked(), { of: vae }));
    const names = (await Array.fromAsync(Deno.readDir(`${data}/${folder}/1_fake`))).map(({ name }) => name);
    // path.replace('.jpg', '.png') of Python
    assertEquals(names.sort(), ["a.png", "b.JPEG", "c.png.png", "d.png"]);
    const layout = aligned({ folder: "set", paired: true });
    const samples = (await samplesOf(layout, data, "train")).filter(({ label }) => label === "real");
    const found = await shippedReconstructions(layout, samples, { data, split: "train" });
    assertEquals(found.map((one) => one?.file.split("/").at(-1) ?? null), ["a.png", "b.JPEG", null, "d.png"]);
    assertEquals(await decodeImage(found[1]!.file), negative(await decodeImage(samples[1].file)));
  }));

Deno.test("what is written as lare is read by lareList(): lists, and maps as PyTorch has them", () =>
  inFolder(async (data) => {
    const names = ["371_sdv5_00145.png", "n03594945_36929.JPEG"];
    await put(data, ...names.map((name) => `pictures/${name}`));
    const samples = names.map((name, i): Sample => {
      const label: Label = i === 0 ? "fake" : "real";
      return { ...sampleOf(`pictures/${name}`, data), label };
    });
    await make(samples, foreignOutlets.lare(maps, `${data}/lare`), mapping());
    assertEquals(
      await Deno.readTextFile(`${data}/lare/anns-train.txt`),
      `${data}/pictures/${names[0]} 1\n${data}/pictures/${names[1]} 0\n`,
    );
    assertEquals(
      (await Deno.readTextFile(`${data}/lare/maps.txt`)).split("\n")[0],
      `${data}/lare/maps/371_sdv5_00145.pt\t1`,
    );
    const layout = lareList({ lists: ["lare/anns-train.txt"], maps: ["lare/maps.txt"] });
    const read = await samplesOf(layout, data, "train");
    assertEquals(read.map(({ label }) => label), ["fake", "real"]);
    for (const [i, { errorMap }] of read.entries()) {
      const [map] = torchTensors(sourceOf(await Deno.readFile(errorMap!))).values();
      assertEquals([[...map.shape], new Set(map.data as Float32Array)], [[4, 32, 32], new Set([i])]);
    }
  }));

Deno.test("foreign outlets refuse what the other code does not read", () => {
  const refused = (as: keyof typeof foreignOutlets, of: typeof maps) => () => foreignOutlets[as](of, "/to");
  assertThrows(refused("drct", { kind: "vae", model: "sd1" }), TypeError, 'results of vae({ model: "sd1" }) as drct');
  assertThrows(refused("lare", { kind: "vae", model: "sd1" }), TypeError, "LaRE² reads error maps");
  assertThrows(refused("aligned", maps), TypeError, "Cannot write error maps as aligned");
  const elsewhere = sampleOf("photographs/a.jpg", "/data");
  assertThrows(() => foreignOutlets.drct(spec, "/to").fileOf(elsewhere), RangeError, "MSCOCO/{train2017,val2017}");
  assertThrows(() => foreignOutlets.aligned(spec, "/to").fileOf(elsewhere), RangeError, "folders named 0_real");
  const cell = { ...elsewhere, file: "/data/a.parquet#3/image" };
  assertThrows(() => foreignOutlets.lare(maps, "/to").fileOf(cell), RangeError, "a part of one");
  assert(
    foreignOutlets.drct({ ...spec, steps: 10 } as typeof spec, "/to").fileOf(sampleOf("MSCOCO/val2017/1.jpg", ""))
      .startsWith("DR/MSCOCO/step10_full_inpainting2/val2017/"),
  );
});
