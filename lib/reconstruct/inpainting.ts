import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import { artifactFolder, findArtifacts } from "./artifacts.ts";
import { targets } from "./existing.ts";
import type { Places } from "./mod.ts";

/** Inpainting pipelines by the names that DRCT gives them, with the checkpoint each stands for. */
const models = {
  sd1: "runwayml/stable-diffusion-inpainting",
  sd2: "stabilityai/stable-diffusion-2-inpainting",
  sdxl: "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
} as const;

/**
 * Reconstructions by a Stable Diffusion inpainting pipeline whose mask is zero everywhere and whose prompt is empty:
 * the image goes through the whole diffusion and nothing of it is asked to change.
 *
 * They are read from `<artifacts>/inpainting-<fingerprint>/<sample id>.png`; the folder's name covers every option
 * but `of`. This version makes none itself.
 *
 * Source: DRCT (Chen et al., ICML 2024), reference code: 50 steps, guidance 7.5, seed 2023; the image padded to a
 * multiple of 8, cut to at most 1024 pixels a side, the result brought back to its size.
 */
export interface Inpainting extends Part<"inpainting"> {
  readonly model: keyof typeof models;
  /** Denoising steps, ≥ 1. */
  readonly steps: number;
  /** Factor of classifier-free guidance, ≥ 0. */
  readonly guidance: number;
  /** Which samples get a reconstruction. */
  readonly of: typeof targets[number];
  /** Of the noise. */
  readonly seed: number;
}

/** Makes an {@linkcode Inpainting} part. */
export const inpainting = part<Inpainting, "model">(
  "inpainting",
  { steps: 50, guidance: 7.5, of: "both", seed: 2023 },
  {
    required: ["model"],
    check: ({ model, steps, guidance, of, seed }) => {
      checkChoice("inpainting.model", model, Object.keys(models));
      checkNumber("inpainting.steps", steps, { from: 1, integer: true });
      checkNumber("inpainting.guidance", guidance, { from: 0 });
      checkChoice("inpainting.of", of, targets);
      checkNumber("inpainting.seed", seed, { from: 0, integer: true });
    },
  },
);

/**
 * The inpainted image of each sample from the artifacts folder.
 *
 * @throws {Deno.errors.NotFound} when some are missing: how many, where they are expected and what makes them
 */
export async function findInpainting(
  spec: Inpainting,
  samples: readonly Sample[],
  { artifacts }: Places,
): Promise<(Sample | null)[]> {
  const folder = `${artifacts}/${artifactFolder(spec)}`;
  const found = await findArtifacts(folder, samples, `inpainting-${spec.model}`);
  const missing = samples.filter((_, i) => found[i] === null);
  if (missing.length === 0) return found;
  throw new Deno.errors.NotFound(
    `Cannot find the reconstructions of ${missing.length} of ${samples.length} samples in "${folder}", ` +
      `the first is "${missing[0].id}.png". This version reads reconstructions and does not make them: run ` +
      `${
        models[spec.model]
      } with ${spec.steps} steps, guidance ${spec.guidance}, seed ${spec.seed}, an all-zero mask ` +
      "and an empty prompt, and store each result as <sample id>.png below that folder",
  );
}
