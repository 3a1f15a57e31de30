/** What the pocket world's pipeline is worth: measured on the patches of validation, through the code of full size. */
import { imageOf } from "../data/source.ts";
import type { Image } from "../image/decode.ts";
import { pocket, readSamples } from "../layouts/mod.ts";
import { auc } from "../metrics/auc.ts";
import { type Captioned, latentError, latentErrors, vae } from "../reconstruct/mod.ts";
import { openPipeline, type Pipeline, readPipeline } from "../reconstruct/pipeline.ts";
import { vaeMethod } from "../reconstruct/vae.ts";
import { type Gathered, patchesOfSplit, settings } from "./gather.ts";
import { psnr } from "./psnr.ts";

/** Timesteps at which error maps are measured. */
const steps = [10, 20, 50, 100, 200, 280, 400, 600] as const;

/** What was measured. */
export interface Measured {
  /** Of patches that the autoencoder gives back, in dB, by class. */
  readonly psnr: { readonly real: number; readonly fake: number };
  readonly errors: readonly StepErrors[];
}

/** Error maps at one timestep. */
export interface StepErrors {
  readonly step: number;
  /** Means over all patches of the means of their maps. */
  readonly real: number;
  readonly fake: number;
  /** Of the mean error, fakes counted as the positives: below 0.5 fakes have the smaller errors. */
  readonly auc: number;
  /** Share of the fakes whose mean error is below that of the very patch they were made from, under the same noise. */
  readonly below: number;
}

/** Patches that the networks see at once. */
const BATCH = 32;

/**
 * Measures a pipeline on photographs and fakes of the world's validation split, told their captions.
 *
 * @param folder of the pipeline
 * @param gathered the world's photographs, from which the patches are cut that fakes were made of
 */
export async function measurePipeline(folder: string, gathered: readonly Gathered[]): Promise<Measured> {
  const { real, fake, source } = await validation(gathered);
  await using pipeline = await openPipeline(await readPipeline(folder), { provider: "cpu" });
  const quality = async (images: readonly Captioned[]) => {
    const back: Image[] = [];
    for (const batch of batches(images)) {
      back.push(...await vaeMethod.reconstruct(vae({ model: "pocket" }), batch, pipeline));
    }
    return rounded(psnr(back, images.map(({ image }) => image)));
  };
  const errors: StepErrors[] = [];
  for (const step of steps) {
    const of = (images: readonly Captioned[]) => meanErrors(images, { step, pipeline });
    const [reals, fakes, sources] = [await of(real), await of(fake), await of(source)];
    const labels = [...reals.map(() => 0), ...fakes.map(() => 1)];
    errors.push({
      step,
      real: rounded(mean(reals)),
      fake: rounded(mean(fakes)),
      auc: rounded(auc(labels, [...reals, ...fakes])),
      below: rounded(mean(fakes.map((error, i) => error < sources[i] ? 1 : 0))),
    });
  }
  return { psnr: { real: await quality(real), fake: await quality(fake) }, errors };
}

/** Patches of the validation split; `source`: of each fake the patch that it was made from, under the fake's name. */
async function validation(
  gathered: readonly Gathered[],
): Promise<Readonly<Record<"real" | "fake" | "source", readonly Captioned[]>>> {
  const roots = { data: null, split: "validation", tell: () => {} } as const;
  const samples = await Array.fromAsync(readSamples(pocket(), roots));
  const seen = await Promise.all(samples.map(async (sample) => ({ ...sample, image: await imageOf(sample.file) })));
  const of = (label: "real" | "fake") => seen.filter((sample) => sample.label === label);
  const cut = patchesOfSplit(gathered, { split: "validation", half: "source", size: settings.cutting.size });
  const source = of("fake").map(({ id, caption }): Captioned => {
    const own = cut.find(({ photograph, position }) => id.endsWith(`/${[photograph, ...position].join("-")}`))!;
    return { id, caption, image: own.image };
  });
  return { real: of("real"), fake: of("fake"), source };
}

/** The mean of each image's error map. */
async function meanErrors(
  images: readonly Captioned[],
  { step, pipeline }: { readonly step: number; readonly pipeline: Pipeline },
): Promise<number[]> {
  const spec = latentError({ model: "pocket", size: settings.cutting.size, step, prompt: "[CLS]" });
  const means: number[] = [];
  for (const batch of batches(images)) {
    for (const { data } of await latentErrors(spec, batch, pipeline)) means.push(mean(data));
  }
  return means;
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
