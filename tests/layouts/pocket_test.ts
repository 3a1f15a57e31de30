import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { decodeImage, forgetSheets } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import {
  openWorld,
  type Pocket,
  pocket,
  pocketGenerators,
  pocketReconstructions,
  pocketSamples,
} from "../../lib/layouts/pocket.ts";
import { gather, patchesOfSplit, settings } from "../../lib/pocket/gather.ts";
import { psnr } from "../../lib/pocket/psnr.ts";
import type { PlacedPhotograph } from "../../lib/pocket/photographs.ts";
import { composeSheet } from "../../lib/image/sheet.ts";
import { patchesOf } from "../../lib/pocket/sheets.ts";
import { type WorldWriter, worldWriter } from "../../lib/pocket/write.ts";
import { random } from "../../lib/random.ts";
import type { Sample, Split } from "../../lib/types.ts";

const size = settings.cutting.size;
const roots = (split: Split) => ({ data: null, split });

const noise = (seed: number) => {
  const draw = random(seed, "noise");
  return { data: Uint8Array.from({ length: size * size * 3 }, () => draw.integer(256)), width: size, height: size };
};

const photographs = ["a", "b", "c"];
const placed = (name: string): PlacedPhotograph => ({
  ...{ name, file: `${name}.webp`, licence: "CC0-1.0", author: "nobody", source: "https://example.org" },
  ...{ caption: `a photograph of ${name}`, group: name, split: "train" },
});
const patches = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    photograph: photographs[i % 3],
    position: [i * size, 0] as const,
    image: noise(i),
  }));

/** A world of noise: 20 patches a group, fakes of two generators in the test. */
async function withWorld(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const writer = worldWriter(folder, settings);
    const write = async (
      split: Split,
      group: Parameters<WorldWriter["sheets"]>[0]["group"],
      generator: string | null,
    ) => {
      const made = patches(20);
      await writer.sheets({ split, group, generator }, made, made.map(({ image }) => image));
    };
    await write("train", "real", null);
    await write("train", "fake", "latent-nearest");
    await write("train", "real-reconstruction", null);
    await write("train", "fake-reconstruction", "latent-nearest");
    await write("test", "real", null);
    await write("test", "fake", "latent-nearest");
    await write("test", "fake", "pixel-ddpm");
    await writer.table({ settings, photographs: photographs.map(placed), trainings: {}, generators: {} });
    await use(folder);
  } finally {
    forgetSheets();
    await Deno.remove(folder, { recursive: true });
  }
}

async function read(spec: Pocket, split: Split, folder: string): Promise<Sample[]> {
  return await Array.fromAsync(pocketSamples(spec, roots(split), folder));
}

Deno.test("pocketSamples() yields photographs once and the fakes of each generator, each where its picture stands", async () => {
  await withWorld(async (folder) => {
    const samples = await read(pocket(), "test", folder);
    const counts = Object.groupBy(samples, ({ generator }) => generator ?? "real");
    assertEquals(Object.entries(counts).map(([key, list]) => [key, list!.length]), [
      ["real", 20],
      ["latent-nearest", 20],
      ["pixel-ddpm", 20],
    ]);
    assertEquals(new Set(samples.map(({ id }) => id)).size, 60);
    for (const i of [0, 17]) { // the first row and the second
      assertEquals((await decodeImage(samples[i].file)).data, noise(i).data);
      assertEquals(samples[i].source, photographs[i % 3]);
    }
    const { label, set, split } = samples[20];
    assertEquals([label, set, split], ["fake", "latent-nearest", "test"]);
    assertEquals([samples[0].label, samples[0].set], ["real", null]);
  });
});

Deno.test("pocketReconstructions() finds that of a photograph and of a fake, and none where none is shipped", async () => {
  await withWorld(async (folder) => {
    const training = await read(pocket(), "train", folder);
    const found = await pocketReconstructions(pocket(), training, roots("train"), folder);
    assertEquals(found.length, 40);
    for (const [i, made] of found.entries()) {
      assert(made !== null);
      assertEquals(made.id, `${training[i].id}@latent-nearest`);
      assertEquals([made.label, made.source, made.split], ["fake", training[i].source, "train"]);
      assert(made.file !== training[i].file && made.file.includes("reconstruction"));
      assertEquals(made.file.split("#")[1], training[i].file.split("#")[1]);
    }
    const test = await read(pocket(), "test", folder);
    assertEquals(await pocketReconstructions(pocket(), test, roots("test"), folder), test.map(() => null));
  });
});

Deno.test("a limit keeps the same patches of every group", async () => {
  await withWorld(async (folder) => {
    const limited = await read(pocket({ limit: { perClass: 6, seed: 2 } }), "test", folder);
    const places = (generator: string | null) =>
      limited.filter((each) => each.generator === generator).map(({ id }) => id.split("/")[2]);
    assertEquals(places(null).length, 6);
    assertEquals(places("latent-nearest"), places(null));
    assertEquals(places("pixel-ddpm"), places(null));
    const other = await read(pocket({ limit: { perClass: 6, seed: 3 } }), "test", folder);
    assert(other[0].id !== limited[0].id || other[1].id !== limited[1].id || other[2].id !== limited[2].id);
  });
});

Deno.test("captions tell what a photograph shows, the same for its patches, fakes and reconstructions", async () => {
  await withWorld(async (folder) => {
    const samples = await read(pocket(), "train", folder);
    const made = await pocketReconstructions(pocket(), samples, roots("train"), folder);
    for (const { caption, source } of [...samples, ...made.map((each) => each!)]) {
      assertEquals(caption, `a photograph of ${source}`);
    }
  });
  // neither class can be told from the captions of the shipped world: both have the same ones equally often
  const test = await Array.fromAsync(pocketSamples(pocket({ generators: ["latent-nearest"] }), roots("test")));
  const captions = (label: string) => test.filter((each) => each.label === label).map(({ caption }) => caption).sort();
  assertEquals(captions("real"), captions("fake"));
  assert(new Set(captions("real")).size === 25, `${new Set(captions("real")).size}`);
});

Deno.test("a flipped byte in a sheet is refused with the file, both hashes and what to do", async () => {
  await withWorld(async (folder) => {
    const file = `${folder}/patches/test-pixel-ddpm-0.webp`;
    const bytes = await Deno.readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await Deno.writeFile(file, bytes);
    const expected = (await openWorld(folder)).files["patches/test-pixel-ddpm-0.webp"];
    const error = await assertRejects(() => read(pocket(), "test", folder), TypeError, "test-pixel-ddpm-0.webp");
    assert(error.message.includes(`expected ${expected}`), error.message);
    assert(error.message.includes("git checkout"), error.message);
    // files that are not asked for are not read
    assertEquals((await read(pocket({ generators: ["latent-nearest"] }), "test", folder)).length, 40);
  });
});

Deno.test("a changed table and a missing file are refused", async () => {
  await withWorld(async (folder) => {
    const table = await Deno.readTextFile(`${folder}/world.json`);
    await Deno.writeTextFile(`${folder}/world.json`, table.replace('"a",0,0', '"b",0,0'));
    await assertRejects(() => openWorld(folder), TypeError, "world.json");
    await Deno.writeTextFile(`${folder}/world.json`, table);
    await Deno.remove(`${folder}/patches/train-real-reconstruction-0.webp`);
    const training = await read(pocket(), "train", folder);
    const find = () => pocketReconstructions(pocket(), training, roots("train"), folder);
    await assertRejects(find, Deno.errors.NotFound, "train-real-reconstruction-0.webp");
    await assertRejects(() => openWorld(`${folder}/elsewhere`), Deno.errors.NotFound, "pocket:build");
  });
});

Deno.test("pocket() refuses unknown and repeated generators, and fakes that a split does not have", async () => {
  assertThrows(() => pocket({ generators: ["latent-nearst" as "latent-nearest"] }), RangeError, "latent-nearest");
  assertThrows(() => pocket({ generators: ["pixel-ddpm", "pixel-ddpm"] }), RangeError, "twice");
  assertThrows(() => pocket({ generators: [] }), RangeError, "expected");
  assertThrows(() => pocket({ limit: { perClass: 0, seed: 1 } }), RangeError, "perClass");
  await withWorld(async (folder) => {
    const ask = () => read(pocket({ generators: ["pixel-ddpm"] }), "train", folder);
    await assertRejects(ask, RangeError, `"pixel-ddpm" in the train split`);
  });
});

// the shipped world

Deno.test("the shipped world has every generator in the test and one elsewhere, each patch with its reconstruction", async () => {
  for (const split of ["train", "validation"] as const) {
    const samples = await Array.fromAsync(pocketSamples(pocket(), roots(split)));
    assertEquals(new Set(samples.map(({ generator }) => generator)), new Set([null, pocketGenerators[0]]));
    const made = await pocketReconstructions(pocket(), samples, roots(split));
    assert(made.every((each) => each !== null));
    assertEquals(new Set(made.map((each) => each!.file)).size, samples.length);
  }
  const test = await Array.fromAsync(pocketSamples(pocket(), roots("test")));
  const counts = Object.values(Object.groupBy(test, ({ generator }) => generator ?? "real")).map((list) =>
    list!.length
  );
  assertEquals(counts.length, 1 + pocketGenerators.length);
  assertEquals(new Set(counts).size, 1);
  assert(counts[0] >= 300, `${counts[0]}`);
});

Deno.test("no photograph and no subject of the shipped world is in two splits, and no patch is real and a source", async () => {
  const { photographs, sheets } = await openWorld();
  const splitOf = new Map(photographs.map(({ name, split }) => [name, split]));
  for (const sheet of sheets) {
    for (const [photograph] of sheet.patches) assertEquals(splitOf.get(photograph), sheet.split);
  }
  const splits = Map.groupBy(photographs, ({ group }) => group);
  for (const [group, members] of splits) assertEquals(new Set(members.map(({ split }) => split)).size, 1, group);
  const places = (group: string) =>
    new Set(sheets.filter((each) => each.group === group).flatMap((each) => each.patches.map(String)));
  assertEquals(places("real").intersection(places("fake")).size, 0);
});

Deno.test("photographs and fakes of the shipped world are stored by the same codec in the same way", async () => {
  const { sheets } = await openWorld();
  const read = (file: string) => Deno.readFile(`${import.meta.dirname}/../../lib/pocket/world/${file}`);
  for (const { file } of sheets) {
    // WebP, lossless
    assertEquals(new TextDecoder("latin1").decode((await read(file)).subarray(8, 16)), "WEBPVP8L", file);
  }
  for (const group of ["real", "fake"]) {
    const bytes = await read(sheets.findLast((each) => each.split === "validation" && each.group === group)!.file);
    // stored again, the bytes are the same: nothing of how it was made is left in the file
    assertEquals(await encodeImage(await decodeImage(bytes), { format: "webp", lossless: true }), bytes, group);
  }
});

Deno.test("composeSheet() and the table agree on where a patch stands", () => {
  const sheet = composeSheet(patches(20).map(({ image }) => image), settings.columns);
  assertEquals([sheet.width, sheet.height], [16 * size, 2 * size]);
});

Deno.test("shipped reconstructions are near their originals, and fakes are neither copies nor ruins of their sources", async () => {
  const { sheets } = await openWorld();
  const folder = `${import.meta.dirname}/../../lib/pocket/world`;
  const sheet = async (split: Split, group: string, generator: string | null) => {
    const { file, patches } = sheets.find((each) =>
      each.split === split && each.group === group && each.generator === generator
    )!;
    return patchesOf(await decodeImage(`${folder}/${file}`), { size, count: Math.min(64, patches.length) });
  };
  const near = async (group: "real" | "fake", generator: string | null) =>
    psnr(await sheet("validation", group, generator), await sheet("validation", `${group}-reconstruction`, generator));
  assert(await near("real", null) > 27);
  assert(await near("fake", "latent-nearest") > 30);
  const all = await gather(`${folder}/photographs`, settings);
  const sources = patchesOfSplit(all, { split: "test", half: "source", size }).map(({ image }) => image);
  for (const generator of pocketGenerators) {
    const fakes = await sheet("test", "fake", generator);
    const likeness = psnr(fakes, sources.slice(0, fakes.length));
    assert(likeness > 18 && likeness < 32, `${generator}: ${likeness} dB`);
  }
  const real = patchesOfSplit(all, { split: "test", half: "real", size }).map(({ image }) => image);
  assertEquals((await sheet("test", "real", null)).map(({ data }) => data), real.slice(0, 64).map(({ data }) => data));
});

Deno.test("all that is shipped takes 60 MB at most", async () => {
  const folder = `${import.meta.dirname}/../../lib/pocket/world`;
  const { files } = await openWorld();
  const sizes = await Promise.all(Object.keys(files).map(async (file) => (await Deno.stat(`${folder}/${file}`)).size));
  for await (const { name } of Deno.readDir(`${folder}/contact`)) {
    sizes.push((await Deno.stat(`${folder}/contact/${name}`)).size);
  }
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  assert(megabytes <= 60, `${megabytes} MB`);
});

Deno.test("the data card counts what is shipped", async () => {
  const { photographs, sheets } = await openWorld();
  const page = await Deno.readTextFile(`${import.meta.dirname}/../../lib/pocket/README.md`);
  const card = page.replace(/ +/g, " "); // the formatter widens the columns of tables
  for (const split of ["train", "validation", "test"]) {
    const cameras = photographs.filter((each) => each.split === split).length;
    const patches = sheets.filter((each) => each.split === split && each.group === "real").flatMap((each) =>
      each.patches
    );
    assert(card.includes(`| ${split} | ${cameras} | ${patches.length} | ${patches.length} by`), split);
  }
});
