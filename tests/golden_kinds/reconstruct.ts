/** Golden cases of reconstructions: whole chains over the tiny pipelines, by the functions that the methods call. */
import { invertAndBack } from "../../lib/reconstruct/ddim.ts";
import { inpaint } from "../../lib/reconstruct/inpainting.ts";
import { latentErrorOf } from "../../lib/reconstruct/latent_errors.ts";
import { encodeImages } from "../../lib/reconstruct/latents.ts";
import { openPipeline, type Pipeline, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import { tellingOf } from "../../lib/reconstruct/predict.ts";
import { encodePrompt } from "../../lib/reconstruct/prompt.ts";
import { roundTrip } from "../../lib/reconstruct/vae.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { type Computed, goldenFolder, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";

/** `reconstruct.inpaint` */
export async function inpaintCase(open: OpenCase): Promise<Computed> {
  only(open, "prompt", [""]);
  const { scheduler, steps, guidanceScale, prompt } = open.config;
  await using pipeline = await pipelineOf(open);
  const noise = { latents: floats(open, "in.latents"), masked: floats(open, "in.vaeNoise"), begun: null };
  const telling = await tellingOf(pipeline, { prompt, guidance: guidanceScale });
  const { latents, images } = await inpaint(pipeline, imageOf(open), { noise, steps, scheduler, telling });
  return { "out.latents": latents.data, "out.image": shown(images) };
}

/** `reconstruct.vae` */
export async function vaeCase(open: OpenCase): Promise<Computed> {
  only(open, "posterior", ["mode"]);
  await using pipeline = await pipelineOf(open);
  return { "out.image": shown(await roundTrip(pipeline, imageOf(open), null)) };
}

/** `reconstruct.latentError` */
export async function latentErrorCase(open: OpenCase): Promise<Computed> {
  const { t: step, prompt } = open.config;
  only(open, "ensemble", [shapeOf(open, "in.noise")[0]]);
  await using pipeline = await pipelineOf(open);
  const { data, shape } = await encodeImages(pipeline, imageOf(open), floats(open, "in.vaeNoise"));
  const [map] = await latentErrorOf(pipeline, {
    latents: [data],
    shape: shape.slice(1),
    noise: floats(open, "in.noise"),
    step,
    prompt: await encodePrompt(pipeline, prompt),
  });
  return { "out.map": map.data };
}

/** `reconstruct.ddimInversion` */
export async function ddimInversionCase(open: OpenCase): Promise<Computed> {
  only(open, "posterior", ["mode"]);
  const { steps, prompt } = open.config;
  await using pipeline = await pipelineOf(open);
  const telling = await tellingOf(pipeline, { prompt, guidance: 1 });
  const { noise, latents, images } = await invertAndBack(pipeline, imageOf(open), { steps, telling });
  return { "out.noise": noise.data, "out.latents": latents.data, "out.image": shown(images) };
}

async function pipelineOf({ config }: OpenCase): Promise<Pipeline> {
  return await openPipeline(await readPipeline(`${goldenFolder()}/pipelines/${config.pipeline}`), { provider: "cpu" });
}

function floats(open: OpenCase, key: string): Float32Array {
  return Float32Array.from(valuesOf(open, key));
}

/** The case's image, stored as 0…1. */
function imageOf(open: OpenCase): Values {
  return {
    data: Float32Array.from(valuesOf(open, "in.image"), (value) => 2 * value - 1),
    shape: shapeOf(open, "in.image"),
  };
}

/** Images as the cases have them: 0…1, held there. */
function shown({ data }: Values): Float32Array {
  return data.map((value) => Math.min(Math.max(value / 2 + 0.5, 0), 1));
}
