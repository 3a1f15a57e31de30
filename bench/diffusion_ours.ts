/**
 * Our side of the diffusion rows of `deno task bench:peers`: one turn for each line on stdin, its milliseconds and a number that
 * stands for the result on stdout.
 *
 *     deno run -A bench/diffusion_ours.ts NAME THREADS PIPELINE
 *
 * "load" opens the UNet, once; "overhead" makes a whole reconstruction, from pixels to pixels, and tells the share of its time that was
 * spent outside ONNX Runtime.
 */
import type * as Onnx from "onnxruntime-node";
import { inpaint } from "../lib/reconstruct/inpainting.ts";
import { latentErrorOf } from "../lib/reconstruct/latent_errors.ts";
import { encodeImages } from "../lib/reconstruct/latents.ts";
import { inpainting, methods } from "../lib/reconstruct/mod.ts";
import { openPipeline, type Pipeline, readPipeline } from "../lib/reconstruct/pipeline.ts";
import { tellingOf } from "../lib/reconstruct/predict.ts";
import { encodePrompt } from "../lib/reconstruct/prompt.ts";
import { openSession } from "../lib/reconstruct/session.ts";
import type { Values } from "../lib/reconstruct/values.ts";
import { takeTurns } from "./turns.ts";

/** A turn: a number that stands for what it gives, the same on the other side. */
type Turn = () => Promise<number>;

/** Pixels of a side, but for "unet-512"; and the latents that they are. */
const SIDE = 256, LATENTS = [1, 4, SIDE / 8, SIDE / 8];

const [name, threads, folder] = Deno.args;
const options = { provider: "cpu", threads: Number(threads) } as const;
const turn = await ({
  "unet-256": () => unet(256),
  "unet-512": () => unet(512),
  inpainting: chain,
  lare,
  "lare-50": lare,
  load,
  overhead,
} as Record<string, () => Promise<Turn>>)[name]();
await takeTurns(turn);

async function open(): Promise<Pipeline> {
  return await openPipeline(await readPipeline(folder), options);
}

async function unet(side: number): Promise<Turn> {
  const pipeline = await open();
  const latents = numbers([1, 4, side / 8, side / 8], 1);
  const prompt = { states: numbers([1, 77, 768], 2), pooled: null };
  return async () => standsFor(await pipeline.predict({ latents, timestep: 500, prompt }));
}

async function chain(): Promise<Turn> {
  const pipeline = await open();
  const noise = { latents: numbers(LATENTS, 1).data, masked: numbers(LATENTS, 2).data, begun: null };
  return async () => {
    const telling = await tellingOf(pipeline, { prompt: "", guidance: 7.5 });
    const { images } = await inpaint(pipeline, picture(), { noise, steps: 10, scheduler: null, telling });
    return standsFor({ ...images, data: images.data.map((value) => Math.min(Math.max(value / 2 + 0.5, 0), 1)) });
  };
}

async function lare(): Promise<Turn> {
  const pipeline = await open();
  const [, ...shape] = LATENTS;
  return async () => {
    const { data } = await encodeImages(pipeline, picture(), numbers(LATENTS, 1).data);
    const prompt = await encodePrompt(pipeline, "a photo");
    const noise = numbers([4, ...shape], 2).data;
    const [map] = await latentErrorOf(pipeline, { latents: [data], shape, noise, step: 200, prompt });
    return standsFor(map);
  };
}

async function load(): Promise<Turn> {
  const { networks } = await readPipeline(folder);
  return async () => (await openSession(networks.get("unet")!.file, options)).inputs.length;
}

async function overhead(): Promise<Turn> {
  const inside = await timeInside();
  const pipeline = await open();
  const image = { data: Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => i % 251), width: SIDE, height: SIDE };
  const spec = inpainting({ model: "sd1", steps: 10 });
  return async () => {
    const [start, before] = [performance.now(), inside()];
    await methods.inpainting.reconstruct(spec, [{ id: "one", image }], pipeline);
    return 1 - (inside() - before) / (performance.now() - start);
  };
}

/** Has all that sessions run timed; tells the milliseconds so far. */
async function timeInside(): Promise<() => number> {
  const name = "onnxruntime-node";
  const { default: runtime } = await import(name) as { default: typeof Onnx };
  const create = runtime.InferenceSession.create as (...given: unknown[]) => Promise<Onnx.InferenceSession>;
  let sum = 0;
  const timed = async (...given: unknown[]): Promise<Onnx.InferenceSession> => {
    const session = await create.apply(runtime.InferenceSession, given);
    const run = session.run.bind(session);
    session.run = async (feeds: Onnx.InferenceSession.FeedsType) => {
      const start = performance.now();
      try {
        return await run(feeds);
      } finally {
        sum += performance.now() - start;
      }
    };
    return session;
  };
  (runtime.InferenceSession as { create: unknown }).create = timed;
  return () => sum;
}

/** As those of bench/peers/diffusion.py: of mean 0 and variance 1, and as far as neighbours go without order. */
function numbers(shape: readonly number[], seed: number): Values {
  const length = shape.reduce((a, b) => a * b);
  return { data: Float32Array.from({ length }, (_, i) => Math.SQRT2 * Math.sin(0.37 * (i * i) + seed)), shape };
}

/** −1…1. */
function picture(): Values {
  const { data, shape } = numbers([1, 3, SIDE, SIDE], 0);
  return { data: data.map((value) => value / Math.SQRT2), shape };
}

/** A number in which every value has a part. */
function standsFor({ data }: Values): number {
  return data.reduce((sum, value, i) => sum + Math.abs(value) * (i % 7 + 1), 0);
}
