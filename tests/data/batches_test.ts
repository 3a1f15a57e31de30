import { compress } from "../../lib/augment/compress.ts";
import { crop } from "../../lib/augment/crop.ts";
import { flip } from "../../lib/augment/flip.ts";
import { type Drawing, planEpochs, scoringImages, type Sight, trainingBatch } from "../../lib/data/batches.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";
import type { Label, Pair, Sample } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

await useBackend("cpu");
const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const sight: Sight = { view: crop({ size: 6 }), mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2] };
const drawing: Drawing = {
  seed: 7,
  size: 8,
  accumulate: 1,
  synced: true,
  augment: [flip({ p: 0.5 }), compress({ quality: [60, 90], p: 0.5 })],
};

async function sample(label: Label, i: number): Promise<Sample> {
  const draw = random(i, label);
  const data = Uint8Array.from({ length: 9 * 9 * 3 }, () => draw.integer(256));
  const file = `${folder}/${label}-${i}.png`;
  await Deno.writeFile(file, await encodeImage({ data, width: 9, height: 9 }, { format: "png" }));
  return {
    id: `${label}/${i}`,
    file,
    label,
    source: `${i}`,
    generator: null,
    set: null,
    split: "train",
    caption: null,
  };
}

async function pairs(label: Label, count: number, { rebuilt = true } = {}): Promise<Pair[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const original = await sample(label, i);
    return {
      sample: original,
      reconstruction: rebuilt ? { ...original, id: `${original.id}/rec`, label: "fake" } : null,
    };
  }));
}

const real = await pairs("real", 10), fake = await pairs("fake", 7);

Deno.test("planEpochs() fills every batch with as many real as fake pairs and repeats none in an epoch", () => {
  const { stepsPerEpoch, pairsOf } = planEpochs([...real, ...fake], drawing);
  assertEquals(stepsPerEpoch, 3); // 2 of each a step, 7 fakes
  for (const epoch of [1, 2]) {
    const steps = Array.from({ length: stepsPerEpoch }, (_, i) => pairsOf(epoch, i));
    for (const step of steps) assertEquals([step.real.length, step.fake.length], [2, 2]);
    const ids = steps.flatMap((step) => [...step.real, ...step.fake]).map((pair) => pair.sample.id);
    assertEquals(new Set(ids).size, ids.length);
    assert(steps.every((step) => step.real.every((pair) => pair.sample.label === "real")));
  }
});

Deno.test("planEpochs() orders epochs differently, seeds differently, and the same ones alike", () => {
  const order = (seed: number, epoch: number) => {
    const { stepsPerEpoch, pairsOf } = planEpochs([...real, ...fake], { ...drawing, seed });
    return Array.from({ length: stepsPerEpoch }, (_, i) => pairsOf(epoch, i).real.map(({ sample }) => sample.id))
      .join();
  };
  assertEquals(order(7, 1), order(7, 1));
  assert(order(7, 1) !== order(7, 2) && order(7, 1) !== order(8, 1));
});

Deno.test("planEpochs() takes the same pairs with and without reconstructions when the batch is halved", () => {
  const bare = [...real, ...fake].map((pair): Pair => ({ ...pair, reconstruction: null }));
  const ids = (of: readonly Pair[], size: number) =>
    planEpochs(of, { ...drawing, size }).pairsOf(1, 1).real.map(({ sample }) => sample.id);
  assertEquals(ids(bare, 4), ids([...real, ...fake], 8));
});

Deno.test("planEpochs() refuses a batch that cannot hold one pair of each or that the data do not fill", () => {
  assertThrows(() => planEpochs([...real, ...fake], { ...drawing, size: 3 }), RangeError, "4 rows for one of each");
  assertThrows(() => planEpochs([...real, ...fake], { ...drawing, size: 400 }), RangeError, "at most 28");
  assertThrows(
    () => planEpochs([...real, ...fake], { ...drawing, size: 16, accumulate: 2 }),
    RangeError,
    "Cannot fill 2 batches of 16 rows",
  );
  assertThrows(() => planEpochs(real, drawing), RangeError, "0 fake training samples");
});

Deno.test("trainingBatch() labels photographs 0 and everything else 1, whatever is reconstructed", async () => {
  const bare = (pairs: readonly Pair[]) => pairs.map((pair): Pair => ({ ...pair, reconstruction: null }));
  const [photographs, fakes] = [real.slice(0, 2), fake.slice(0, 2)];
  const labelsOf = async (real: readonly Pair[], fake: readonly Pair[]) => {
    using batch = await trainingBatch({ real, fake }, { drawing, sight, at: [1, 0] });
    return [...await batch.labels.data()];
  };
  assertEquals(await labelsOf(bare(photographs), bare(fakes)), [0, 0, 1, 1]);
  assertEquals(await labelsOf(photographs, bare(fakes)), [0, 0, 1, 1, 1, 1]);
  assertEquals(await labelsOf(bare(photographs), fakes), [0, 0, 1, 1, 1, 1]);
  assertEquals(await labelsOf(photographs, fakes), [0, 0, 1, 1, 1, 1, 1, 1]);
});

Deno.test("trainingBatch() stands in the order real, fake, reconstructions, with labels to match", async () => {
  const before = memory().numTensors;
  {
    using batch = await trainingBatch({ real: real.slice(0, 2), fake: fake.slice(0, 2) }, {
      drawing: { ...drawing, augment: [] },
      sight,
      at: [1, 0],
    });
    assertEquals(batch.groups, { real: 2, fake: 2, realRec: 2, fakeRec: 2 });
    assertEquals([...await batch.labels.data()], [0, 0, 1, 1, 1, 1, 1, 1]);
    assertEquals(batch.ids.map((id) => id.replace("/rec", "+")), [
      "real/0",
      "real/1",
      "fake/0",
      "fake/1",
      "real/0+",
      "real/1+",
      "fake/0+",
      "fake/1+",
    ]);
    assertEquals(batch.images.shape, [8, 6, 6, 3]);
  }
  assertEquals(memory().numTensors, before);
});

Deno.test("trainingBatch() gives an image and its reconstruction one draw when synced, two when not", async () => {
  const rowsAlike = async (synced: boolean) => {
    using batch = await trainingBatch({ real: real.slice(0, 2), fake: fake.slice(0, 2) }, {
      drawing: { ...drawing, synced },
      sight,
      at: [1, 0],
    });
    const pixels = await batch.images.data(); // the reconstructions here are the same files as their originals
    return pixels.slice(0, pixels.length / 2).every((value, i) => value === pixels[pixels.length / 2 + i]);
  };
  assertEquals([await rowsAlike(true), await rowsAlike(false)], [true, false]);
});

Deno.test("scoringImages() takes the centre and normalises each channel", async () => {
  const images = await scoringImages([real[0].sample], sight);
  const draw = random(0, "real");
  const source = Array.from({ length: 9 * 9 * 3 }, () => draw.integer(256));
  const top = 1, left = 1; // (9 − 6) / 2, rounded down
  const [red, green] = [0, 1].map((c) => source[(top * 9 + left) * 3 + c] / 255);
  const pixels = await images.data();
  assertClose(pixels[0], (red - 0.5) / 0.5, 1e-6);
  assertClose(pixels[1], (green - 0.4) / 0.25, 1e-6);
  images.dispose();
});
