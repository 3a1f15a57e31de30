/** Pairs and samples as tensors. */
import { tensor, type Tensor1D, type Tensor2D, type Tensor4D } from "../engine/ops.ts";
import type { Batch, FeatureBatch, Groups, ImageBatch, Pair, Sample } from "../types.ts";
import type { ReadCaptions } from "./captions.ts";
import { mapRows } from "./error_maps.ts";
import type { Drawing, Drawn, DrawnPairs, Epochs } from "./epochs.ts";
import { rowLength, type Sight, type Treatment, type Wanted } from "./pixels.ts";
import { freeRows, type Readers, type Rows, takeRows, thisThread } from "./readers.ts";
import { type Ledger, refusing } from "./unreadable.ts";

/** Who reads images, and who hears of those that cannot be read. */
export interface Reading {
  readonly readers: Readers;
  readonly ledger: Ledger;
}

/** This thread reads, and what cannot be read is an error. */
export const strictly: Reading = { readers: thisThread, ledger: refusing };

/** How a training batch is made. */
export interface Making {
  readonly plan: Pick<Epochs, "standIn">;
  readonly drawing: Drawing;
  readonly sight: Sight;
  /** Counted from 1: the draws of an image hang on it, on the image's id and on the seed. */
  readonly epoch: number;
  readonly reading?: Reading;
  /** Whether the batch carries the error maps of its images; left out: it does not. */
  readonly errorMaps?: boolean;
  /** Reads the captions of its images, which the batch carries then; null or left out: it carries none. */
  readonly captions?: ReadCaptions | null;
}

/** Pairs that are tried in the place of one before training gives up; each misses as often as images are unreadable. */
const MOST_ATTEMPTS = 100;

/**
 * One training batch: pixels read, augmented, cut and normalised, error maps and captions as they are. A pair of which
 * anything cannot be read is told to the ledger, and another of its class takes its place, the same one in every run.
 *
 * @throws {Error} as the ledger, when there are too many
 */
export async function trainingBatch(pairs: DrawnPairs, making: Making): Promise<ImageBatch> {
  const { drawing, sight, reading: { readers } = strictly, errorMaps = false, captions = null } = making;
  const treatment: Treatment = { ...sight, augment: drawing.augment };
  const count = rowCount(pairs);
  const rows = takeRows(count, treatment);
  const maps = errorMaps ? mapRows(count) : null;
  const { samples, ...told } = await filled(pairs, making, async (taken, at) => {
    const wanted = taken.flatMap((each) => wantedOf(each, making));
    const unreadable = await readers.fill(rows, wanted, { treatment, at });
    return maps === null ? unreadable : firstOf(unreadable, await maps.fill(taken.flatMap(samplesOf), at));
  });
  const images = toTensor(rows, sight);
  const carried = maps?.tensor() ?? null;
  const tokens = captions?.(samples) ?? null;
  return {
    images,
    errorMaps: carried,
    tokens,
    ...told,
    [Symbol.dispose]() {
      images.dispose();
      carried?.dispose();
      tokens?.dispose();
      told.labels.dispose();
      freeRows(rows);
    },
  };
}

/** Fills rows [N, F] with the features of samples, row `at[i]` with those of sample i; why each could not be read. */
export type FillFeatures = (
  rows: Float32Array,
  samples: readonly Sample[],
  at: readonly number[],
) => Promise<(string | null)[]>;

/** The same of what a frozen backbone makes of the images, in which nothing is drawn but their order. */
export async function featureBatch(
  pairs: DrawnPairs,
  making: Pick<Making, "plan" | "reading"> & { readonly width: number; readonly fill: FillFeatures },
): Promise<FeatureBatch> {
  const { width, fill } = making;
  const rows = new Float32Array(rowCount(pairs) * width);
  const { samples: _, ...told } = await filled(pairs, making, (taken, at) => fill(rows, taken.flatMap(samplesOf), at));
  const features = tensor(rows, [rows.length / width, width]) as Tensor2D;
  return {
    features,
    ...told,
    [Symbol.dispose]() {
      features.dispose();
      told.labels.dispose();
    },
  };
}

/** Why an image or what belongs to it could not be read. */
function firstOf(reasons: readonly (string | null)[], others: readonly (string | null)[]): (string | null)[] {
  return reasons.map((reason, i) => reason ?? others[i]);
}

function rowCount({ real, fake }: DrawnPairs): number {
  return [...real, ...fake].flatMap(samplesOf).length;
}

/**
 * Fills the rows of pairs, or of those that stand in for them.
 *
 * @param fill fills rows `at` with the samples of some pairs, each pair's reconstruction behind its original
 */
async function filled(
  pairs: DrawnPairs,
  { plan, reading: { ledger } = strictly }: Pick<Making, "plan" | "reading">,
  fill: (taken: readonly Drawn[], at: readonly number[]) => Promise<(string | null)[]>,
): Promise<Pick<Batch, "ids" | "labels" | "groups"> & { readonly samples: readonly Sample[] }> {
  const taken: Drawn[] = [...pairs.real, ...pairs.fake];
  const rebuilt = taken.flatMap(({ reconstruction }, i) => reconstruction === null ? [] : [i]);
  const rowsOf = taken.map((_, i) => [i]);
  for (const [k, i] of rebuilt.entries()) rowsOf[i].push(taken.length + k);
  let missing = taken.map((_, i) => i);
  for (let attempt = 0; missing.length > 0; attempt++) {
    if (attempt > 0) { for (const i of missing) taken[i] = plan.standIn(taken[i], attempt); }
    const samples = missing.flatMap((i) => samplesOf(taken[i]));
    const reasons = await fill(missing.map((i) => taken[i]), missing.flatMap((i) => rowsOf[i]));
    for (const [i, reason] of reasons.entries()) {
      if (reason !== null) ledger.note(samples[i], { split: "train", reason });
    }
    const unreadable = new Set(samples.filter((_, i) => reasons[i] !== null));
    missing = missing.filter((i) => samplesOf(taken[i]).some((sample) => unreadable.has(sample)));
    if (attempt === MOST_ATTEMPTS) throw new Error(`Cannot fill a batch: ${reasons.find((reason) => reason !== null)}`);
  }
  const real = pairs.real.length;
  const realRec = rebuilt.filter((i) => i < real).length;
  const groups: Groups = { real, fake: taken.length - real, realRec, fakeRec: rebuilt.length - realRec };
  const samples = [...taken.map(({ sample }) => sample), ...rebuilt.map((i) => taken[i].reconstruction!)];
  const labels = tensor(Float32Array.from(samples, ({ label }) => label === "fake" ? 1 : 0)) as Tensor1D;
  return { ids: samples.map(({ id }) => id), labels, groups, samples };
}

function samplesOf({ sample, reconstruction }: Pair): Sample[] {
  return reconstruction === null ? [sample] : [sample, reconstruction];
}

/** A pair's image and that of its reconstruction, with the stream that each is drawn from. */
export function wantedOf(
  { sample, reconstruction, turn }: Drawn,
  { drawing: { seed, synced }, epoch }: { readonly drawing: Pick<Drawing, "seed" | "synced">; readonly epoch: number },
): Wanted[] {
  const wanted = ({ file }: Sample, role: string): Wanted => ({
    file,
    stream: [seed, "augment", epoch, sample.id, synced ? "pair" : role, ...(turn === 0 ? [] : [turn])],
  });
  return [
    wanted(sample, "original"),
    ...(reconstruction === null ? [] : [wanted(reconstruction, "reconstruction")]),
  ];
}

/** Images to score. */
export interface Shown extends Disposable {
  /** [B, H, W, 3]; disposed with it. */
  readonly images: Tensor4D;
  /** [B, h, w, 4]; disposed with it. Null where none were asked for. */
  readonly errorMaps: Tensor4D | null;
  /** [B, T], their captions; disposed with it. Null where none were asked for. */
  readonly tokens: Tensor2D | null;
  /** Why each could not be read, null where it could; the row of one that could not means nothing. */
  readonly unreadable: readonly (string | null)[];
}

/** Images to score: the middle of each, nothing drawn. Those that cannot be read keep their row, so that no other moves. */
export async function scoringImages(
  samples: readonly Sample[],
  { sight, readers = thisThread, errorMaps = false, captions = null, count = samples.length }: {
    readonly sight: Sight;
    readonly readers?: Readers;
    /** Whether error maps are read as well; left out: they are not. */
    readonly errorMaps?: boolean;
    /** Reads captions as well; null or left out: they are not read. */
    readonly captions?: ReadCaptions | null;
    /** Rows of the tensor, of which those without a sample are 0; left out: as many as samples. */
    readonly count?: number;
  },
): Promise<Shown> {
  const treatment: Treatment = { ...sight, augment: [] };
  const rows = takeRows(count, treatment).fill(0);
  const unreadable = await readers.fill(rows, samples.map(({ file }) => ({ file, stream: null })), { treatment });
  const maps = errorMaps ? mapRows(count) : null;
  const reasons = await maps?.fill(samples, samples.map((_, i) => i));
  const images = toTensor(rows, sight);
  const carried = maps?.tensor() ?? null;
  const tokens = captions?.(samples, count) ?? null;
  return {
    images,
    errorMaps: carried,
    tokens,
    unreadable: reasons === undefined ? unreadable : firstOf(unreadable, reasons),
    [Symbol.dispose]() {
      images.dispose();
      carried?.dispose();
      tokens?.dispose();
      freeRows(rows);
    },
  };
}

function toTensor(rows: Rows, sight: Sight): Tensor4D {
  const { size } = sight.view;
  return tensor(rows, [rows.length / rowLength(sight), size, size, 3]) as Tensor4D;
}
