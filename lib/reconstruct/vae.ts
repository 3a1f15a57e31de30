import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { drawBatch } from "./draws.ts";
import { type Target, targets } from "./existing.ts";
import { decodeLatents, encodeImages, type Posterior, posteriors } from "./latents.ts";
import { autoencoderMultiple, type Method, throughPipeline } from "./method.ts";
import { checkModel } from "./models.ts";
import type { Pipeline } from "./pipeline.ts";
import { type Fitting, type Rounding, roundings } from "./prepare.ts";
import type { Values } from "./values.ts";

/**
 * Images taken through a pipeline's autoencoder and back, without any diffusion: what they lose is what every image of
 * that model lost.
 *
 * A result has the size of its image: a side that is no multiple of 8 is mirrored at its end on the way in, and cut on
 * the way out. Nothing else is cut.
 *
 * Source: AlignedForensics (Rajan et al., ICLR 2025), reference code (`recon/recon.py`): a draw from the posterior under
 * seed 42, of LDM's autoencoder ("ldm"). It gives images to the encoder as they are, so that they lose the rest of a
 * side by 8 (its own are of 256 pixels); and it writes 8 bits by cutting off, which makes a result darker than its image
 * by half a level on average, `rounding: "down"` here.
 */
export interface Vae extends Part<"vae"> {
  /** Name of a folder of pipelines, see `knownPipelines`. */
  readonly model: string;
  /** What is taken of the encoder's distribution: its "mean", or a "sample" of it. */
  readonly posterior: Posterior;
  /** How values become 8 bits: to the "nearest" level, or "down" to the one below, as AlignedForensics' code. */
  readonly rounding: Rounding;
  /** Which samples get a reconstruction. */
  readonly of: Target;
  /** Of the noise that draws the sample. */
  readonly seed: number;
}

/** Makes a {@linkcode Vae} part. */
export const vae: Maker<Vae, "model"> = part(
  "vae",
  { posterior: "sample", rounding: "nearest", of: "both", seed: 42 },
  {
    required: ["model"],
    check: ({ model, posterior, rounding, of, seed }) => {
      checkModel("vae.model", model);
      checkChoice("vae.posterior", posterior, posteriors);
      checkChoice("vae.rounding", rounding, roundings);
      checkChoice("vae.of", of, targets);
      checkNumber("vae.seed", seed, { from: 0, integer: true });
    },
  },
);

const fitting: Fitting = { largest: null, border: "symmetric" };

/** How a {@linkcode Vae} part is carried out. */
export const vaeMethod: Method<Vae> = {
  components: () => ["vae_encoder", "vae_decoder"],
  sort: () => null,
  fitting: () => fitting,
  multiple: autoencoderMultiple,
  reconstruct: (spec, images, pipeline) =>
    throughPipeline(images, pipeline, {
      multiple: autoencoderMultiple(spec, pipeline.info),
      fitting,
      rounding: spec.rounding,
      through: (values, length) => {
        const draw = () => drawBatch(spec.seed, images, { purpose: "posterior", length });
        return roundTrip(pipeline, values, spec.posterior === "mean" ? null : draw());
      },
    }),
};

/**
 * Images through the autoencoder and back.
 *
 * @param images [N, 3, H, W], −1…1
 * @param noise that draws from the posterior, as many numbers as the latents have; null: its mean is taken
 */
export async function roundTrip(pipeline: Pipeline, images: Values, noise: Float32Array | null): Promise<Values> {
  return await decodeLatents(pipeline, await encodeImages(pipeline, images, noise));
}
