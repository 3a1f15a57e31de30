/** Whole chains as bench/peers/chains.py writes them: what diffusers made of an image under known noise. */
import { readSafetensors, type Stored } from "../../lib/engine/safetensors.ts";
import { invertAndBack } from "../../lib/reconstruct/ddim.ts";
import { noiseAndBack } from "../../lib/reconstruct/img2img.ts";
import { inpaint } from "../../lib/reconstruct/inpainting.ts";
import { latentErrorOf } from "../../lib/reconstruct/latent_errors.ts";
import { encodeImages } from "../../lib/reconstruct/latents.ts";
import { components, openPipeline, type Pipeline, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import { tellingOf } from "../../lib/reconstruct/predict.ts";
import { encodePrompt } from "../../lib/reconstruct/prompt.ts";
import { roundTrip } from "../../lib/reconstruct/vae.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { distance } from "../golden_kinds/cases.ts";

/** A chain and the options that its kind has. */
export interface ChainCase {
  readonly name: string;
  readonly kind: "inpaint" | "img2img" | "vae" | "ddim" | "latentError";
  /** Folder of the pipeline, beside the cases. */
  readonly family: string;
  readonly steps: number;
  readonly guidance: number;
  readonly strength: number;
  readonly prompt: string;
  readonly step: number;
}

interface Given {
  readonly image: Values;
  readonly noise: readonly Float32Array[];
  readonly spec: ChainCase;
}

/** Each chain: its image −1…1 and its noise, in the order in which diffusers draws it. */
const chains: Record<ChainCase["kind"], (pipeline: Pipeline, given: Given) => Promise<Float32Array>> = {
  async inpaint(pipeline, { image, noise, spec: { steps, guidance } }) {
    // SDXL draws the image's latents first; the others draw noise alone before the masked image's
    const [latents, masked] = pipeline.info.family === "sdxl" ? noise.slice(1) : noise;
    const begun = pipeline.info.family === "sdxl" ? noise[0] : null;
    const telling = await tellingOf(pipeline, { prompt: "", guidance });
    const plan = { noise: { latents, masked, begun }, steps, scheduler: null, telling };
    return shown((await inpaint(pipeline, image, plan)).images);
  },
  async img2img(pipeline, { image, noise: [posterior, latents], spec: { steps, strength, ...told } }) {
    const telling = await tellingOf(pipeline, told);
    const plan = { noise: { latents, posterior }, steps, strength, scheduler: null, telling };
    return shown((await noiseAndBack(pipeline, image, plan)).images);
  },
  // a codebook has no posterior to draw from
  vae: async (pipeline, { image, noise }) => shown(await roundTrip(pipeline, image, noise[0] ?? null)),
  async ddim(pipeline, { image, spec: { steps, prompt } }) {
    const telling = await tellingOf(pipeline, { prompt, guidance: 1 });
    return shown((await invertAndBack(pipeline, image, { steps, telling })).images);
  },
  async latentError(pipeline, { image, noise: [posterior, noise], spec: { step, prompt } }) {
    const { data, shape } = await encodeImages(pipeline, image, posterior);
    const told = await encodePrompt(pipeline, prompt);
    const [map] = await latentErrorOf(pipeline, { latents: [data], shape: shape.slice(1), noise, step, prompt: told });
    return map.data;
  },
};

/**
 * How far a chain of ours ends from diffusers', as a share of the largest value, or of 1 where that is more.
 *
 * @param folder has the pipeline that the case names
 * @param file of the case: its image, its noise and its result, as safetensors
 */
export async function chainDistance(spec: ChainCase, { folder, file }: {
  readonly folder: string;
  readonly file: Uint8Array<ArrayBuffer>;
}): Promise<number> {
  const tensors = readSafetensors(file);
  const floats = (name: string) => Float32Array.from((tensors.get(name) as Stored).data as Float32Array);
  const noise = [...tensors.keys()].filter((name) => name.startsWith("noise")).sort().map(floats);
  const image = { data: floats("image").map((value) => 2 * value - 1), shape: tensors.get("image")!.shape };
  const wants = spec.kind === "vae" ? ["vae_encoder", "vae_decoder"] as const : components;
  const info = await readPipeline(`${folder}/${spec.family}`, wants);
  await using pipeline = await openPipeline(info, { provider: "cpu" });
  return distance({ got: await chains[spec.kind](pipeline, { image, noise, spec }), want: floats("result") });
}

/** Images 0…1, as diffusers gives them. */
function shown({ data }: Values): Float32Array {
  return data.map((value) => Math.min(Math.max(value / 2 + 0.5, 0), 1));
}
