import { crop } from "../../lib/augment/crop.ts";
import { rotate90 } from "../../lib/augment/rotate90.ts";
import { scoringImages, trainingBatch } from "../../lib/data/batches.ts";
import { mapRows, withErrorMaps } from "../../lib/data/error_maps.ts";
import { type Drawing, type Drawn, planEpochs } from "../../lib/data/epochs.ts";
import type { Sight } from "../../lib/data/pixels.ts";
import { thisThread } from "../../lib/data/readers.ts";
import { unreadableLedger } from "../../lib/data/unreadable.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { writeSafetensors } from "../../lib/engine/safetensors.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { errorGuided } from "../../lib/models/mod.ts";
import { errorMapFile } from "../../lib/reconstruct/error_maps.ts";
import { latentError } from "../../lib/reconstruct/mod.ts";
import type { Label, Sample, Unreadable } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { writeErrorMap } from "../error_map_files.ts";

await useBackend("cpu");
const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

/** A map whose value at a channel and place is `of` + channel + place / 100, as safetensors. */
async function writeMap(name: string, of: number, { tensor = "map", shape = [4, 1, 2] } = {}): Promise<string> {
  const file = `${folder}/${name}`;
  const places = shape.slice(1).reduce((product, n) => product * n, 1);
  const data = Float32Array.from(
    { length: shape[0] * places },
    (_, i) => of + Math.floor(i / places) + (i % places) / 100,
  );
  await Deno.writeFile(file, writeSafetensors(new Map([[tensor, { dtype: "F32", shape, data }]])));
  return file;
}

async function sample(label: Label, i: number): Promise<Sample> {
  const data = new Uint8Array(8 * 8 * 3).map((_, at) => 7 * at + i);
  const file = `${folder}/${label}-${i}.png`;
  await Deno.writeFile(file, await encodeImage({ data, width: 8, height: 8 }, { format: "png" }));
  const errorMap = await writeMap(`${label}-${i}.safetensors`, (label === "fake" ? 100 : 200) + 10 * i);
  const id = `${label}/${i}`;
  return { id, file, label, source: `${i}`, generator: null, set: null, split: "train", caption: null, errorMap };
}

const mapped = (errorMap: string): Sample => ({ ...real[0].sample, errorMap });

async function pairs(label: Label, count: number): Promise<Drawn[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const original = await sample(label, i);
    const errorMap = await writeMap(`${label}-${i}-rec.safetensors`, (label === "fake" ? 300 : 400) + 10 * i);
    return {
      sample: original,
      reconstruction: { ...original, id: `${original.id}@rec`, label: "fake", errorMap },
      turn: 0,
    };
  }));
}

const real = await pairs("real", 4), fake = await pairs("fake", 4);
const sight: Sight = { view: crop({ size: 6 }), mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const augment = [rotate90({ p: 1 })];
const drawing: Drawing = { seed: 7, size: 8, accumulate: 1, synced: true, balanced: false, augment };
const plan = planEpochs([...real, ...fake], drawing);

Deno.test("mapRows() lays [4, h, w] of a file out as [h, w, 4], whatever the file is", async () => {
  const before = memory().numTensors;
  const maps = mapRows(3);
  assertEquals(await maps.fill([mapped(await writeMap("a.safetensors", 10))], [2]), [null]);
  const made = maps.tensor();
  assertEquals(made.shape, [3, 1, 2, 4]);
  const [...values] = await made.data();
  assertEquals(values.slice(0, 16).every((value) => value === 0), true);
  assertEquals(values.slice(16).map((value) => Number(value.toFixed(2))), [10, 11, 12, 13, 10.01, 11.01, 12.01, 13.01]);
  made.dispose();

  const torch = mapRows(1);
  await torch.fill([mapped(new URL("error_map.pt", import.meta.url).pathname)], [0]); // torch.arange(64) / 64, [4, 4, 4]
  const read = torch.tensor();
  const expected = Array.from({ length: 64 }, (_, i) => ((i % 4) * 16 + Math.floor(i / 4)) / 64);
  assertEquals([...await read.data()], expected);
  read.dispose();
  assertEquals(memory().numTensors, before);
});

Deno.test("mapRows() tells of a map that cannot be read, and refuses one that is missing or of another shape", async () => {
  const rows = async (errorMap: string) => (await mapRows(1).fill([mapped(errorMap)], [0]))[0];
  await Deno.writeTextFile(`${folder}/broken.safetensors`, "no tensors");
  assert((await rows(`${folder}/broken.safetensors`))?.startsWith(`Cannot read the error map "${folder}/broken.safe`));
  const of = async (shape: number[], tensor: string, value = 1) =>
    await rows(await writeMap(`${shape.join("x")}.safetensors`, value, { shape, tensor }));
  assertEquals(await of([4, 2, 2], "any"), null);
  assert((await of([3, 2, 2], "map"))?.includes("it holds F32 [3, 2, 2], expected floating numbers [4, h, w]. Make"));
  assert((await of([4, 2, 2], "map", NaN))?.includes("numbers that are not finite"));
  await assertRejects(() => rows(`${folder}/none.pt`), Deno.errors.NotFound, "it is not there any more. Make it again");
  const { errorMap: _, ...bare } = real[0].sample;
  await assertRejects(() => mapRows(1).fill([bare], [0]), Deno.errors.NotFound, 'take "real/0" into a batch');
  const two = [real[0].sample, mapped(await writeMap("large.safetensors", 1, { shape: [4, 2, 2] }))];
  await assertRejects(() => mapRows(2).fill(two, [0, 1]), TypeError, "it has the shape [4, 2, 2], ");
});

Deno.test("trainingBatch() carries the maps of its rows as they are, reconstructions' too, however images are turned", async () => {
  const before = memory().numTensors;
  {
    const taken = { real: real.slice(0, 2), fake: fake.slice(2, 4) };
    using batch = await trainingBatch(taken, { plan, drawing, sight, epoch: 1, errorMaps: true });
    assertEquals(batch.errorMaps?.shape, [8, 1, 2, 4]);
    const values = await batch.errorMaps!.data();
    assertEquals(Array.from({ length: 8 }, (_, row) => values[8 * row]), [200, 210, 120, 130, 400, 410, 320, 330]);
    assertEquals(Math.round(100 * values[4]), 20001);
    using without = await trainingBatch(taken, { plan, drawing, sight, epoch: 1 });
    assertEquals(without.errorMaps, null);
  }
  assertEquals(memory().numTensors, before);
});

Deno.test("trainingBatch() puts another pair in the place of one whose map cannot be read", async () => {
  const broken = { ...fake[0], sample: { ...fake[0].sample, errorMap: `${folder}/broken.safetensors` } };
  await Deno.writeTextFile(`${folder}/broken.safetensors`, "no tensors");
  const noted: Unreadable[] = [];
  const ledger = unreadableLedger(noted, {
    name: "test",
    counts: { train: 16, validation: 0, test: 0 },
    maxSkipped: 0.5,
  });
  const taken = { real: real.slice(0, 2), fake: [broken, fake[1]] };
  const reading = { readers: thisThread, ledger };
  using batch = await trainingBatch(taken, { plan, drawing, sight, epoch: 1, errorMaps: true, reading });
  assertEquals(noted.map(({ id, split }) => [id, split]), [["fake/0", "train"]]);
  const values = await batch.errorMaps!.data();
  const stood = batch.ids[2], i = Number(stood.split("/")[1]);
  assertEquals([values[16], values[48]], [100 + 10 * i, 300 + 10 * i]);
});

Deno.test("scoringImages() carries maps where they are asked for, and tells which cannot be read", async () => {
  const samples = [real[1].sample, mapped(`${folder}/broken.safetensors`), fake[1].sample];
  await Deno.writeTextFile(`${folder}/broken.safetensors`, "no tensors");
  using shown = await scoringImages(samples, { sight, errorMaps: true });
  const values = await shown.errorMaps!.data();
  assertEquals([0, 1, 2].map((row) => values[8 * row]), [210, 0, 110]);
  assertEquals(shown.unreadable.map((reason) => reason === null), [true, false, true]);
  using plain = await scoringImages(samples, { sight });
  assertEquals([plain.errorMaps, plain.unreadable], [null, [null, null, null]]);
});

Deno.test("withErrorMaps() gives every sample its map, and measures no reconstruction without one", async () => {
  const artifacts = `${folder}/artifacts`;
  const map = latentError({ model: "sd15" });
  const divided = { train: real.slice(0, 1), validation: fake.slice(0, 1), test: [fake[1].sample] };
  const refine = errorGuided({ map });
  const fileOf = (of: Sample) => `${artifacts}/${errorMapFile(map, of)}`;
  const needed = [real[0].sample, real[0].reconstruction!, fake[0].sample, fake[1].sample];
  for (const each of needed) {
    await assertRejects(() => withErrorMaps(divided, { refine, artifacts }), Deno.errors.NotFound, "error maps of");
    await writeErrorMap(fileOf(each), each);
  }
  const { train: [first], validation: [judged], test } = await withErrorMaps(divided, { refine, artifacts });
  assertEquals([first.sample.errorMap, first.reconstruction?.errorMap], needed.slice(0, 2).map(fileOf));
  assertEquals([judged.sample.errorMap, judged.reconstruction], [fileOf(fake[0].sample), null]);
  assertEquals(test[0].errorMap, fileOf(fake[1].sample));
  await writeErrorMap(fileOf(fake[0].reconstruction!), fake[0].reconstruction!);
  const { validation: [measured] } = await withErrorMaps(divided, { refine, artifacts });
  assertEquals(measured.reconstruction?.errorMap, fileOf(fake[0].reconstruction!));
  assertEquals(await withErrorMaps(divided, { refine: null, artifacts }) === divided, true);
});
