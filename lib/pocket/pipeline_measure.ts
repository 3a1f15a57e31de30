/** What the pocket world's pipeline is worth: measured on the patches of validation, through the code of full size. */
import { imageOf } from "../data/source.ts";
import type { Image } from "../image/decode.ts";
import { pocket, readSamples } from "../layouts/mod.ts";
import { auc } from "../metrics/auc.ts";
import { latentError, latentErrors, vae } from "../reconstruct/mod.ts";
import { openPipeline, readPipeline } from "../reconstruct/pipeline.ts";
import { vaeMethod } from "../reconstruct/vae.ts";
import type { Values } from "../reconstruct/values.ts";
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
}

/** Patches that the networks see at once. */
const BATCH = 32;

/**
 * Measures a pipeline on photographs and fakes of the world's validation split, told their captions.
 *
 * @param folder of the pipeline
 */
export async function measurePipeline(folder: string): Promise<Measured> {
  const roots = { data: null, split: "validation", tell: () => {} } as const;
  const samples = await Array.fromAsync(readSamples(pocket(), roots));
  const seen = await Promise.all(samples.map(async (sample) => ({ ...sample, image: await imageOf(sample.file) })));
  await using pipeline = await openPipeline(await readPipeline(folder), { provider: "cpu" });
  const batches = Array.from(
    { length: Math.ceil(seen.length / BATCH) },
    (_, i) => seen.slice(i * BATCH, (i + 1) * BATCH),
  );
  const back: Image[] = [];
  for (const batch of batches) back.push(...await vaeMethod.reconstruct(vae({ model: "pocket" }), batch, pipeline));
  const quality = (label: "real" | "fake") => {
    const own = seen.flatMap((sample, i) => sample.label === label ? [i] : []);
    return rounded(psnr(own.map((i) => back[i]), own.map((i) => seen[i].image)));
  };
  const labels = seen.map(({ label }) => label === "fake" ? 1 : 0);
  const errors: StepErrors[] = [];
  for (const step of steps) {
    const spec = latentError({ model: "pocket", size: 64, step, prompt: "[CLS]" });
    const maps: Values[] = [];
    for (const batch of batches) maps.push(...await latentErrors(spec, batch, pipeline));
    const means = maps.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length);
    const mean = (label: number) => {
      const own = means.filter((_, i) => labels[i] === label);
      return rounded(own.reduce((sum, value) => sum + value, 0) / own.length);
    };
    errors.push({ step, real: mean(0), fake: mean(1), auc: rounded(auc(labels, means)) });
  }
  return { psnr: { real: quality("real"), fake: quality("fake") }, errors };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
