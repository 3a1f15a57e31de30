import { compress } from "../../lib/augment/compress.ts";
import { crop } from "../../lib/augment/crop.ts";
import { flip } from "../../lib/augment/flip.ts";
import { scoringImages, trainingBatch } from "../../lib/data/batches.ts";
import { type Drawing, type Drawn, planEpochs } from "../../lib/data/epochs.ts";
import type { Sight } from "../../lib/data/pixels.ts";
import { openReaders, thisThread } from "../../lib/data/readers.ts";
import { unreadableLedger } from "../../lib/data/unreadable.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";
import type { Label, Sample, Unreadable } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";

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
  balanced: false,
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

async function pairs(label: Label, count: number, { rebuilt = true } = {}): Promise<Drawn[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => {
    const original = await sample(label, i);
    return {
      sample: original,
      reconstruction: rebuilt ? { ...original, id: `${original.id}/rec`, label: "fake" } : null,
      turn: 0,
    };
  }));
}

const real = await pairs("real", 10), fake = await pairs("fake", 7);
const plan = planEpochs([...real, ...fake], drawing);

/** Ids and pixels of a batch. */
async function made(
  taken: { real: readonly Drawn[]; fake: readonly Drawn[] },
  making: Partial<Parameters<typeof trainingBatch>[1]> = {},
): Promise<{ ids: readonly string[]; pixels: number[] }> {
  using batch = await trainingBatch(taken, { plan, drawing, sight, epoch: 1, ...making });
  return { ids: batch.ids, pixels: [...await batch.images.data()] };
}

Deno.test("trainingBatch() labels photographs 0 and everything else 1, whatever is reconstructed", async () => {
  const bare = (pairs: readonly Drawn[]) => pairs.map((pair): Drawn => ({ ...pair, reconstruction: null }));
  const [photographs, fakes] = [real.slice(0, 2), fake.slice(0, 2)];
  const labelsOf = async (real: readonly Drawn[], fake: readonly Drawn[]) => {
    using batch = await trainingBatch({ real, fake }, { plan, drawing, sight, epoch: 1 });
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
      plan,
      sight,
      epoch: 1,
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
      plan,
      sight,
      epoch: 1,
    });
    const pixels = await batch.images.data(); // the reconstructions here are the same files as their originals
    return pixels.slice(0, pixels.length / 2).every((value, i) => value === pixels[pixels.length / 2 + i]);
  };
  assertEquals([await rowsAlike(true), await rowsAlike(false)], [true, false]);
});

Deno.test("scoringImages() takes the centre and normalises each channel", async () => {
  const { images, unreadable } = await scoringImages([real[0].sample], { sight });
  assertEquals(unreadable, [null]);
  const draw = random(0, "real");
  const source = Array.from({ length: 9 * 9 * 3 }, () => draw.integer(256));
  const top = 1, left = 1; // (9 − 6) / 2, rounded down
  const [red, green] = [0, 1].map((c) => source[(top * 9 + left) * 3 + c] / 255);
  const pixels = await images.data();
  assertClose(pixels[0], (red - 0.5) / 0.5, 1e-6);
  assertClose(pixels[1], (green - 0.4) / 0.25, 1e-6);
  images.dispose();
});

Deno.test("trainingBatch() draws by seed, epoch and id, wherever in a batch an image stands", async () => {
  const unsynced = { ...drawing, synced: false };
  const there = await made({ real: real.slice(0, 2), fake: fake.slice(0, 2) }, { drawing: unsynced });
  const back = await made({ real: [real[1], real[0]], fake: fake.slice(0, 2) }, { drawing: unsynced });
  const row = 6 * 6 * 3;
  assertEquals(back.pixels.slice(0, row), there.pixels.slice(row, 2 * row));
  assertEquals(back.pixels.slice(2 * row, 4 * row), there.pixels.slice(2 * row, 4 * row));
  for (const other of [{ epoch: 2 }, { drawing: { ...unsynced, seed: 8 } }]) {
    const { pixels } = await made({ real: real.slice(0, 2), fake: fake.slice(0, 2) }, { drawing: unsynced, ...other });
    assert(pixels.some((value, i) => value !== there.pixels[i]));
  }
  const again = await made({ real: [{ ...real[0], turn: 1 }, real[1]], fake: fake.slice(0, 2) }, { drawing: unsynced });
  assert(again.pixels.slice(0, row).some((value, i) => value !== there.pixels[i]), "another turn is drawn anew");
});

Deno.test("trainingBatch() gives the same numbers with any number of workers", async () => {
  const taken = { real: real.slice(0, 4), fake: fake.slice(0, 4) };
  const alone = await made(taken);
  for (const workers of [1, 3]) {
    using readers = openReaders(workers);
    assertEquals(readers.workers, workers);
    const ledger = unreadableLedger([], { name: "a", counts: { train: 34, validation: 0, test: 0 }, maxSkipped: null });
    assertEquals(await made(taken, { reading: { readers, ledger } }), alone);
  }
});

Deno.test("trainingBatch() puts another pair of the class in the place of one that cannot be read, always the same", async () => {
  const file = `${folder}/broken.png`;
  await Deno.writeTextFile(file, "no image");
  const broken: Drawn = { ...fake[0], reconstruction: { ...fake[0].reconstruction!, file } };
  using readers = openReaders(1);
  const broke = planEpochs([...real, broken, ...fake.slice(1)], drawing);
  const found: Unreadable[][] = [];
  const batches = [];
  for (const each of [thisThread, readers]) {
    const rows: Unreadable[] = [];
    const counts = { train: 34, validation: 0, test: 0 };
    const ledger = unreadableLedger(rows, { name: "a", counts, maxSkipped: 0.1 });
    batches.push(
      await made({ real: real.slice(0, 2), fake: [broken, fake[1]] }, {
        plan: broke,
        reading: { readers: each, ledger },
      }),
    );
    assertEquals(ledger.news().length, 1);
    found.push(rows);
  }
  assertEquals(batches[0], batches[1]);
  assertEquals(found[0], found[1]);
  const [{ ids }] = batches;
  assert(/^fake\/[1-6]$/.test(ids[2]) && ids[6] === `${ids[2]}/rec`, ids.join());
  assertEquals(found[0].map(({ id, split }) => [id, split]), [["fake/0/rec", "train"]]);
  assert(found[0][0].reason.includes("broken.png"), found[0][0].reason);
  await assertRejects(() => made({ real: real.slice(0, 2), fake: [broken, fake[1]] }), TypeError, "broken.png");
});

Deno.test("trainingBatch() and scoringImages() refuse a file that is missing, with workers too", async () => {
  const lost: Drawn = { ...real[0], sample: { ...real[0].sample, file: `${folder}/lost.png` } };
  using readers = openReaders(1);
  const ledger = unreadableLedger([], { name: "a", counts: { train: 9, validation: 0, test: 0 }, maxSkipped: 1 });
  for (const each of [thisThread, readers]) {
    const reading = { readers: each, ledger };
    const taken = { real: [lost, real[1]], fake: fake.slice(0, 2) };
    await assertRejects(() => made(taken, { reading }), Deno.errors.NotFound, "lost.png");
    const shown = () => scoringImages([lost.sample], { sight, readers: each });
    await assertRejects(shown, Deno.errors.NotFound, "lost.png");
  }
});

Deno.test("scoringImages() keeps the rows of images beside one that cannot be read", async () => {
  const file = `${folder}/cut.png`;
  await Deno.writeFile(file, (await Deno.readFile(real[0].sample.file)).slice(0, 100));
  const samples = [real[1].sample, { ...real[0].sample, file }, real[2].sample];
  const { images, unreadable } = await scoringImages(samples, { sight });
  const whole = await scoringImages([real[1].sample, real[0].sample, real[2].sample], { sight });
  assertEquals(unreadable.map((reason) => reason === null), [true, false, true]);
  const row = 6 * 6 * 3;
  const [a, b] = [await images.data(), await whole.images.data()];
  assertEquals([...a.slice(0, row), ...a.slice(2 * row)], [...b.slice(0, row), ...b.slice(2 * row)]);
  images.dispose();
  whole.images.dispose();
});
