/** What a frozen backbone makes of images, which is worth keeping where they are always seen alike. */
import { viewImage } from "../augment/pipeline.ts";
import { scoringImages } from "../data/batches.ts";
import type { ReadCaptions } from "../data/captions.ts";
import { openFeatures } from "../data/features.ts";
import type { Sight } from "../data/pixels.ts";
import type { Readers } from "../data/readers.ts";
import { tensor, type Tensor2D } from "../engine/ops.ts";
import type { Experiment } from "../experiment.ts";
import { featureWidth, type ModelNetwork } from "../models/model.ts";
import type { Random } from "../random.ts";
import type { Sample } from "../types.ts";
import { backboneLooker } from "./looker.ts";

/**
 * Images that the backbone looks at in one pass, always as many: what it makes of one may hang, in the last bit, on how
 * many there are.
 */
const PASS = 32;

/** Features of samples, made once. */
export interface Frozen extends AsyncDisposable {
  readonly width: number;
  /**
   * Fills row `at[i]` of `rows` [N, F] with the features of sample i; those that no run has made yet are made.
   *
   * @param network asked for when a pass begins, since a training step takes its tensors away
   * @returns why each could not be read, null where it could
   */
  fill(
    rows: Float32Array,
    samples: readonly Sample[],
    how: { readonly network: () => ModelNetwork; readonly at?: readonly number[] },
  ): Promise<(string | null)[]>;
}

/**
 * Whether a definition's backbone says the same of an image whenever it is asked: it does not learn, nothing is
 * augmented, the view draws no place, and neither a refinement nor the head looks behind its features.
 */
export async function seesAlike({ trainable, augment, view, model: { refine, head } }: Experiment): Promise<boolean> {
  if (trainable?.lastStages !== 0 || augment.length > 0) return false;
  if (refine !== null) return false;
  if (head.kind === "linear" && head.places === true) return false;
  return !await drawsPlace(view);
}

/** Whether a view draws anything in training, tried on a grey image larger than it. */
async function drawsPlace(view: Experiment["view"]): Promise<boolean> {
  const [width, height] = [view.size + 8, view.size + 16];
  const image = { data: new Uint8Array(width * height * 3), width, height };
  let drawn = 0;
  const counted = (): number => {
    drawn++;
    return 0.5;
  };
  const counting = { uniform: counted, normal: counted, integer: () => (drawn++, 0) } as unknown as Random;
  await viewImage(image, view, counting);
  return drawn > 0;
}

/**
 * Opens the features of a definition whose backbone sees alike.
 *
 * @param options `weights`: hash of the pretrained ones, null where the seed drew them; `backend` that computes, since
 *   another one rounds otherwise; `captions` reads those of images, where the backbone does; `ahead`, images that will be
 *   asked for: a pass that has room for more takes some along. Left out: none
 */
export async function openFrozen(
  { model, seed }: Experiment,
  { artifacts, sight, readers, captions = null, weights, backend, ahead = [] }: {
    readonly artifacts: string;
    readonly sight: Sight;
    readonly readers: Readers;
    readonly captions?: ReadCaptions | null;
    readonly weights: string | null;
    readonly backend: string;
    readonly ahead?: readonly Sample[];
  },
): Promise<Frozen> {
  const made = { backbone: model.backbone, ...sight, weights: weights ?? `seed ${seed}`, backend, pass: PASS };
  const width = featureWidth(model);
  const store = await openFeatures(artifacts, { made, width, captions: captions !== null });
  const eye = backboneLooker(model);
  let next = 0;
  /** Some that are neither known nor asked for now. */
  const along = (asked: readonly Sample[], count: number): Sample[] => {
    const now = new Set(asked);
    const taken: Sample[] = [];
    for (; taken.length < count && next < ahead.length; next++) {
      if (!now.has(ahead[next]) && !store.has(ahead[next])) taken.push(ahead[next]);
    }
    return taken;
  };
  return {
    width,
    async fill(rows, samples, { network, at }) {
      const missing = samples.filter((sample) => !store.has(sample));
      const reasons = new Map<Sample, string>();
      for (let from = 0; from < missing.length; from += PASS) {
        const asked = missing.slice(from, from + PASS);
        const chunk = [...asked, ...along(missing, PASS - asked.length)];
        using shown = await scoringImages(chunk, { sight, readers, captions, count: PASS });
        const { images, tokens, unreadable } = shown;
        const values = await numbersOf(eye.look(network(), images, { tokens }));
        for (const [i, sample] of chunk.entries()) {
          const reason = unreadable[i];
          if (reason === null) await store.add(sample, values.subarray(i * width, (i + 1) * width));
          else reasons.set(sample, reason);
        }
      }
      // nothing is left to be made that would fill the file that is begun, so a kill should not take it
      if (missing.length > 0 && ahead.length > 0 && next === ahead.length) await store.keep();
      return samples.map((sample, i) => {
        const reason = reasons.get(sample) ?? null;
        const row = at?.[i] ?? i;
        if (reason === null) store.read(sample, rows.subarray(row * width, (row + 1) * width));
        return reason;
      });
    },
    async [Symbol.asyncDispose]() {
      eye[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** The values of features, which this disposes. */
async function numbersOf(features: Tensor2D): Promise<Float32Array> {
  try {
    return await features.data() as Float32Array;
  } finally {
    features.dispose();
  }
}

/** Features of samples as a tensor [N, F], which is disposed with it. */
export async function frozenFeatures(
  frozen: Frozen,
  network: ModelNetwork,
  samples: readonly Sample[],
): Promise<Disposable & { readonly features: Tensor2D; readonly unreadable: readonly (string | null)[] }> {
  const rows = new Float32Array(samples.length * frozen.width);
  const unreadable = await frozen.fill(rows, samples, { network: () => network });
  const features = tensor(rows, [samples.length, frozen.width]) as Tensor2D;
  return { features, unreadable, [Symbol.dispose]: () => features.dispose() };
}
