/** Reconstructions: parts that say how a sample gets the twin that something generated made of it. */
import type { Sample } from "../types.ts";
import { type Ddim, ddimMethod } from "./ddim.ts";
import { findErrorMaps } from "./error_maps.ts";
import { type Existing, findExisting } from "./existing.ts";
import { findMade } from "./find_made.ts";
import { type Img2img, img2imgMethod } from "./img2img.ts";
import { type Inpainting, inpaintingMethod } from "./inpainting.ts";
import { findResiduals } from "./find_residuals.ts";
import { type Residual, residualMethod } from "./residual.ts";
import { type Vae, vaeMethod } from "./vae.ts";

export { type Ddim, ddim } from "./ddim.ts";
export { findErrorMaps } from "./error_maps.ts";
export { type Existing, existing } from "./existing.ts";
export { type Img2img, img2img } from "./img2img.ts";
export { type Inpainting, inpainting } from "./inpainting.ts";
export { type LatentError, latentError } from "./latent_error.ts";
export { type Captioned, latentErrorComponents, latentErrors } from "./latent_errors.ts";
export type { Method, Named } from "./method.ts";
export { findResiduals } from "./find_residuals.ts";
export { type Residual, residual } from "./residual.ts";
export { type Vae, vae } from "./vae.ts";

/** Where reconstructions may lie. */
export interface Places {
  /** Folder of what parts made, each under its fingerprint. */
  readonly artifacts: string;
  /** What the samples' data set ships beside them; null for a sample without. */
  readonly shipped: (samples: readonly Sample[]) => Promise<readonly (Sample | null)[]>;
}

/** How reconstructions are found, by kind. */
export const reconstructions = {
  existing: findExisting,
  inpainting: findMade,
  vae: findMade,
  ddim: findMade,
  img2img: findMade,
};

/** How a pipeline makes an image of an image, by kind. */
export const methods = {
  inpainting: inpaintingMethod,
  vae: vaeMethod,
  ddim: ddimMethod,
  img2img: img2imgMethod,
  residual: residualMethod,
};

/** How error maps are found, by kind. */
export const errorMaps = { latentError: findErrorMaps };

/** How what is seen in the place of a sample is found, by kind. */
export const residuals = { residual: findResiduals };

/** How samples get their reconstruction. */
export type Reconstruction = Existing | Inpainting | Vae | Ddim | Img2img;

/** What pairs samples with reconstructions; null for what is seen in their place instead, and pairs nothing. */
export function twinsOf(spec: Reconstruction | Residual | null): Reconstruction | null {
  return spec?.kind === "residual" ? null : spec;
}

/**
 * The reconstruction of each sample, in the order of the samples; null for those that `of` leaves out. A reconstruction
 * is fake, whatever it was made of, and keeps the source, set and split of its sample.
 *
 * @throws {Deno.errors.NotFound} when one is missing: how many, the first of them, and what to do
 */
export async function findReconstructions(
  spec: Reconstruction,
  samples: readonly Sample[],
  places: Places,
): Promise<(Sample | null)[]> {
  const wanted = samples.filter(({ label }) => spec.of === "both" || spec.of === label);
  const find = reconstructions[spec.kind] as (
    spec: Reconstruction,
    samples: readonly Sample[],
    places: Places,
  ) => Promise<readonly (Sample | null)[]>;
  const found = await find(spec, wanted, places);
  const missing = wanted.filter((_, i) => found[i] === null);
  if (missing.length > 0) {
    throw new Deno.errors.NotFound(
      `Cannot find the reconstructions of ${missing.length} of ${wanted.length} samples, the first is that of ` +
        `"${missing[0].file}". Restore the missing files of the data set, or leave their samples out`,
    );
  }
  const of = new Map(wanted.map((sample, i) => [sample, found[i]]));
  return samples.map((sample) => of.get(sample) ?? null);
}
