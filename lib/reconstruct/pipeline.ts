/** Pipelines of networks, opened when first needed and called by what they do. */
import type { NetworkName } from "./pipeline_parts.ts";
import type { PipelineInfo } from "./pipeline_info.ts";
import { openSession, type Provider, type Session, type SessionOptions } from "./session.ts";
import { countOfShape, type IntValues, type Values } from "./values.ts";

export { availableMemory, type BatchSize, checkMemory, peakMemory } from "./memory.ts";
export { type PipelineInfo, readPipeline } from "./pipeline_info.ts";
export { type Component, components, type NetworkFile, type NetworkName } from "./pipeline_parts.ts";

/** A text as a UNet takes it. */
interface PromptValues {
  /** [1, T, D]. */
  readonly states: Values;
  /** [1, D] of SDXL; null elsewhere. */
  readonly pooled: Values | null;
}

/** A network that was opened, for a log. */
export interface OpenedNetwork {
  readonly name: NetworkName;
  readonly provider: Provider;
  /** Why this provider. */
  readonly why: string;
  /** What loading took. */
  readonly seconds: number;
}

/** How a pipeline is opened. */
export interface PipelineOptions extends SessionOptions {
  /** Hears of each network once it is loaded. */
  readonly opened?: (network: OpenedNetwork) => void;
}

/** Networks at work, until they are disposed; each is loaded when it is first asked. */
export interface Pipeline extends AsyncDisposable {
  readonly info: PipelineInfo;
  /**
   * The encoder's posterior of images.
   *
   * @param images [N, 3, H, W], −1…1, sides a multiple of `latentScale`
   * @returns both [N, C, h, w]; of an encoder that gives latents alone (a codebook's) the logarithm of the variance is −30
   */
  encode(images: Values): Promise<{ readonly mean: Values; readonly logvar: Values }>;
  /** Images [N, 3, H, W] of latents [N, C, h, w] as the encoder gives them, without `scalingFactor`. */
  decode(latents: Values): Promise<Values>;
  /**
   * What the UNet says of latents: noise or velocity, as its scheduler's `prediction_type` has it.
   *
   * @param input `latents` [N, 4 or 9, h, w]; one prompt for all of them
   * @throws {RangeError} for a fraction of a timestep where the export takes whole ones
   */
  predict(
    input: { readonly latents: Values; readonly timestep: number; readonly prompt: PromptValues },
  ): Promise<Values>;
  /** All outputs of a text encoder, by name, for the numbers of one text's tokens. */
  text(ids: Int32Array, which: 1 | 2): Promise<Readonly<Record<string, Values>>>;
}

/** Logarithm of the variance of what has none: the least that diffusers lets a posterior have. */
const NO_VARIANCE = -30;

/** Opens a pipeline; nothing is loaded yet. */
export function openPipeline(info: PipelineInfo, options: PipelineOptions = {}): Promise<Pipeline> {
  const sessions = new Map<NetworkName, Promise<Session>>();
  const repeated = new WeakMap<Values, Values>();
  let open = true;

  /** The prompt's values for so many images; a chain asks for the same ones at every step. */
  function forAll(values: Values, count: number): Values {
    if (values.shape[0] === count) return values;
    const before = repeated.get(values);
    if (before?.shape[0] === count) return before;
    const data = new Float32Array(count * values.data.length);
    for (let i = 0; i < count; i++) data.set(values.data, i * values.data.length);
    const made = { data, shape: [count, ...values.shape.slice(1)] };
    repeated.set(values, made);
    return made;
  }

  async function network(name: NetworkName): Promise<Session> {
    if (!open) throw new Error(`Cannot use the pipeline "${info.folder}": it was closed`);
    if (!sessions.has(name)) sessions.set(name, load(name));
    try {
      return await sessions.get(name)!;
    } catch (error) {
      sessions.delete(name);
      throw error;
    }
  }

  async function load(name: NetworkName): Promise<Session> {
    const found = info.networks.get(name);
    if (found === undefined) {
      throw new TypeError(
        `Cannot use "${name}" of the pipeline "${info.folder}": it was read for ${
          [...info.networks.keys()].join(", ")
        }`,
      );
    }
    const began = performance.now();
    const session = await openSession(found.file, options);
    const { provider, why } = session;
    options.opened?.({ name, provider, why, seconds: (performance.now() - began) / 1000 });
    return session;
  }

  const pipeline: Pipeline = {
    info,
    async encode(sample) {
      checkSides(info, sample);
      const { latent_parameters: both, latent_sample: latents } = await (await network("vae_encoder")).run({ sample });
      if (both !== undefined) return halves(both);
      return { mean: latents, logvar: { ...latents, data: new Float32Array(latents.data.length).fill(NO_VARIANCE) } };
    },
    async decode(latent_sample) {
      return (await (await network("vae_decoder")).run({ latent_sample })).sample;
    },
    async predict({ latents, timestep, prompt: { states, pooled } }) {
      const unet = await network("unet");
      const [count, , height, width] = latents.shape;
      const time = unet.inputs.find(({ name }) => name === "timestep")!;
      const steps = time.shape.map((side) => typeof side === "number" ? side : /batch/.test(side) ? count : 1);
      const inputs: Record<string, Values | IntValues> = {
        sample: latents,
        timestep: { data: new Float32Array(countOfShape(steps)).fill(timestep), shape: steps },
        encoder_hidden_states: forAll(states, count),
      };
      if (unet.inputs.some(({ name }) => name === "text_embeds")) {
        if (pooled === null) throw new TypeError(`Cannot ask "${info.folder}": its UNet needs a prompt with "pooled"`);
        inputs.text_embeds = forAll(pooled, count);
        inputs.time_ids = timeIds(count, [height * info.latentScale, width * info.latentScale]);
      }
      return (await unet.run(inputs)).out_sample;
    },
    async text(data, which) {
      const encoder = await network(which === 1 ? "text_encoder" : "text_encoder_2");
      return await encoder.run({ input_ids: { data, shape: [1, data.length] } });
    },
    async [Symbol.asyncDispose]() {
      open = false;
      const opened = await Promise.allSettled(sessions.values());
      sessions.clear();
      for (const one of opened) if (one.status === "fulfilled") await one.value[Symbol.asyncDispose]();
    },
  };
  return Promise.resolve(pipeline);
}

function checkSides({ folder, latentScale }: PipelineInfo, { shape }: Values): void {
  const [, , height, width] = shape;
  if (height % latentScale === 0 && width % latentScale === 0) return;
  throw new RangeError(
    `Cannot encode images of ${width} × ${height} pixels with "${folder}": expected multiples of ${latentScale}`,
  );
}

/** [N, 2C, h, w] as mean and logarithm of the variance, [N, C, h, w] each. */
function halves({ data, shape }: Values): { mean: Values; logvar: Values } {
  const [count, both, height, width] = shape;
  const half = both / 2 * height * width;
  const [mean, logvar] = [new Float32Array(count * half), new Float32Array(count * half)];
  for (let n = 0; n < count; n++) {
    mean.set(data.subarray(2 * n * half, (2 * n + 1) * half), n * half);
    logvar.set(data.subarray((2 * n + 1) * half, (2 * n + 2) * half), n * half);
  }
  const sides = [count, both / 2, height, width];
  return { mean: { data: mean, shape: sides }, logvar: { data: logvar, shape: sides } };
}

/**
 * What SDXL is told of sizes: the image's own, no cut from the corner, and the size aimed at, which is the same.
 *
 * Source: diffusers, `_get_add_time_ids` of its SDXL pipelines, with the sizes that they take by default.
 */
function timeIds(count: number, [height, width]: readonly [number, number]): IntValues {
  const one = [height, width, 0, 0, height, width];
  return { data: Int32Array.from({ length: count * 6 }, (_, i) => one[i % 6]), shape: [count, 6] };
}
