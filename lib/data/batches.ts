import { createHash } from "node:crypto";
import type { Augmentation, View } from "../augment/mod.ts";
import { augmentImage, viewImage } from "../augment/pipeline.ts";
import { tensor, type Tensor1D, type Tensor4D } from "../engine/ops.ts";
import { decodeImage, type Image } from "../image/decode.ts";
import { type Random, random } from "../random.ts";
import type { Batch, Groups, Pair, Sample } from "../types.ts";

/** How images become tensors. */
export interface Sight {
  /** What the network sees of an image. */
  readonly view: View;
  /** Mean and standard deviation of each channel, of values 0…1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** How training batches are drawn. */
export interface Drawing {
  readonly seed: number;
  /** Rows entering the network, reconstructions included. */
  readonly size: number;
  /** Batches that one step takes. */
  readonly accumulate: number;
  /** Whether an image and its reconstruction get the same draw of every augmentation. */
  readonly synced: boolean;
  readonly augment: readonly Augmentation[];
}

/** Which pairs make up each step of an epoch: as many real as fake ones. */
export interface Epochs {
  /** Rows that one real and one fake sample fill with their reconstructions; sizes of batches are multiples of it. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  /** The pairs of a batch, `accumulate` of them a step: real ones first. Depends on seed, epoch and batch alone. */
  pairsOf(epoch: number, batch: number): { readonly real: readonly Pair[]; readonly fake: readonly Pair[] };
  /** Hash of the order in which an epoch takes them, by which a version that draws otherwise is told. */
  orderOf(epoch: number): string;
}

/**
 * Plans the epochs: one passes over the smaller class once; the larger one is drawn afresh each time.
 *
 * @throws {RangeError} when the samples do not fill one batch
 */
export function planEpochs(pairs: readonly Pair[], { seed, size, accumulate }: Drawing): Epochs {
  const real = pairs.filter(({ sample }) => sample.label === "real");
  const fake = pairs.filter(({ sample }) => sample.label === "fake");
  const rows = rowsOf(real) + rowsOf(fake);
  const count = Math.floor(size / rows);
  const stepsPerEpoch = Math.floor(Math.min(real.length, fake.length) / (count * accumulate));
  if (count < 1 || stepsPerEpoch < 1) {
    throw new RangeError(
      `Cannot fill ${
        accumulate === 1 ? "a batch" : `${accumulate} batches`
      } of ${size} rows: ${real.length} real and ${fake.length} fake training samples, ` +
        `${rows} rows for one of each with reconstructions; give more data or a batch size of ${rows} or more, ` +
        `at most ${rows * Math.floor(Math.min(real.length, fake.length) / accumulate)}`,
    );
  }
  type Order = Readonly<Record<"real" | "fake", Int32Array>>;
  let drawn: { readonly epoch: number; readonly order: Order } | null = null;
  const draw = (epoch: number): Order => {
    if (drawn?.epoch === epoch) return drawn.order;
    const order = {
      real: random(seed, "order", "real", epoch).permutation(real.length),
      fake: random(seed, "order", "fake", epoch).permutation(fake.length),
    };
    drawn = { epoch, order };
    return order;
  };
  return {
    rows,
    stepsPerEpoch,
    pairsOf(epoch, batch) {
      const take = (from: readonly Pair[], order: Int32Array) =>
        Array.from(order.subarray(batch * count, (batch + 1) * count), (i) => from[i]);
      const order = draw(epoch);
      return { real: take(real, order.real), fake: take(fake, order.fake) };
    },
    orderOf(epoch) {
      const order = draw(epoch);
      return createHash("sha256").update(order.real).update(order.fake).digest("hex");
    },
  };
}

function rowsOf(pairs: readonly Pair[]): number {
  return pairs.some(({ reconstruction }) => reconstruction !== null) ? 2 : 1;
}

/** One training batch: pixels read, augmented, cut and normalised. */
export async function trainingBatch(
  pairs: { readonly real: readonly Pair[]; readonly fake: readonly Pair[] },
  { drawing, sight, at }: { drawing: Drawing; sight: Sight; at: readonly (string | number)[] },
): Promise<Batch> {
  const originals = [...pairs.real, ...pairs.fake];
  const streamOf = (i: number, role: string): Random =>
    random(drawing.seed, "augment", ...at, i, drawing.synced ? "pair" : role);
  const load = async (sample: Sample, stream: Random): Promise<Image> => {
    const image = await augmentImage(await decodeImage(sample.file), drawing.augment, stream);
    return viewImage(image, sight.view, stream);
  };
  const rebuilt = originals.flatMap(({ reconstruction }, i) => reconstruction === null ? [] : [{ reconstruction, i }]);
  const images = await Promise.all([
    ...originals.map(({ sample }, i) => load(sample, streamOf(i, "original"))),
    ...rebuilt.map(({ reconstruction, i }) => load(reconstruction, streamOf(i, "reconstruction"))),
  ]);
  const groups: Groups = {
    real: pairs.real.length,
    fake: pairs.fake.length,
    realRec: pairs.real.filter(({ reconstruction }) => reconstruction !== null).length,
    fakeRec: pairs.fake.filter(({ reconstruction }) => reconstruction !== null).length,
  };
  const samples = [...originals.map(({ sample }) => sample), ...rebuilt.map(({ reconstruction }) => reconstruction)];
  const rows = toTensor(images, sight);
  const labels = tensor(Float32Array.from(samples, ({ label }) => label === "fake" ? 1 : 0)) as Tensor1D;
  return {
    ids: samples.map(({ id }) => id),
    images: rows,
    labels,
    groups,
    [Symbol.dispose]() {
      rows.dispose();
      labels.dispose();
    },
  };
}

/** Images to score: the middle of each, nothing drawn. [B, H, W, 3]; the caller disposes them. */
export async function scoringImages(samples: readonly Sample[], sight: Sight): Promise<Tensor4D> {
  return toTensor(
    await Promise.all(samples.map(async ({ file }) => viewImage(await decodeImage(file), sight.view, null))),
    sight,
  );
}

function toTensor(images: readonly Image[], { mean, std }: Sight): Tensor4D {
  // one table of 256 values a channel: a look-up costs less than two float operations and a division
  const normal = [0, 1, 2].map((c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean[c]) / std[c]));
  const { width, height } = images[0];
  const pixels = new Float32Array(images.length * height * width * 3);
  let to = 0;
  for (const { data } of images) {
    for (let from = 0; from < data.length; from += 3) {
      pixels[to++] = normal[0][data[from]];
      pixels[to++] = normal[1][data[from + 1]];
      pixels[to++] = normal[2][data[from + 2]];
    }
  }
  return tensor(pixels, [images.length, height, width, 3]) as Tensor4D;
}
