/** What the network says of latents, with what stays the same from step to step held ready. */
import type { Pipeline } from "./pipeline.ts";
import { encodePrompt, type Prompt, zeroPrompt } from "./prompt.ts";
import type { Values } from "./values.ts";

/** What the network says of latents [N, C, h, w] at a timestep: as many numbers, which nobody writes into again. */
export type Predict = (latents: Float32Array, timestep: number) => Promise<Float32Array>;

/** What stands beside the latents in every step. */
export interface Surroundings {
  /** Of the latents, [N, C, h, w]. */
  readonly shape: readonly number[];
  /** Channels behind those of the latents, [N, D, h, w]; null: none. */
  readonly beside: Values | null;
}

/** What the network is told. */
export interface Telling {
  readonly prompt: Prompt;
  /** What guidance steers away from. */
  readonly unconditional: Prompt;
  /** Factor of the difference that the prompt makes; at most 1: there is no guidance, as diffusers has it. */
  readonly guidance: number;
}

/**
 * What the network is told for a prompt in words. What guidance steers away from is the empty prompt; of SDXL it is
 * zeros where the pipeline says so (`force_zeros_for_empty_prompt`), which is not what its text encoders make of "".
 */
export async function tellingOf(
  pipeline: Pipeline,
  { prompt: words, guidance }: { readonly prompt: string; readonly guidance: number },
): Promise<Telling> {
  const prompt = await encodePrompt(pipeline, words);
  if (guidance <= 1) return { prompt, unconditional: prompt, guidance };
  const unconditional = pipeline.info.zerosForEmpty ? zeroPrompt(prompt) : await encodePrompt(pipeline, "");
  return { prompt, unconditional, guidance };
}

/**
 * The network under classifier-free guidance, asked once where guidance changes nothing: where its factor is at most 1,
 * or both prompts are the same, as the empty one of a reconstruction. The reference asks twice, to the same end.
 */
export function predictor(pipeline: Pipeline, around: Surroundings, telling: Telling): Predict {
  const { prompt, unconditional, guidance } = telling;
  if (guidance <= 1 || samePrompt(prompt, unconditional)) return plainly(pipeline, around, prompt);
  return guided(pipeline, around, telling);
}

/** The network without guidance. */
export function plainly(pipeline: Pipeline, around: Surroundings, prompt: Prompt): Predict {
  const place = placer(around);
  return async (latents, timestep) => {
    const { data } = await pipeline.predict({ latents: place(latents), timestep, prompt });
    return data;
  };
}

/** The network asked twice, and what the prompt changes made as much larger as `guidance` says. */
export function guided(pipeline: Pipeline, around: Surroundings, telling: Telling): Predict {
  const { prompt, unconditional, guidance } = telling;
  const [withPrompt, without] = [plainly(pipeline, around, prompt), plainly(pipeline, around, unconditional)];
  return async (latents, timestep) => {
    const base = await without(latents, timestep);
    const told = await withPrompt(latents, timestep);
    return told.map((value, i) => base[i] + guidance * (value - base[i]));
  };
}

function samePrompt(a: Prompt, b: Prompt): boolean {
  return a === b || sameValues(a.states, b.states) && sameValues(a.pooled, b.pooled);
}

function sameValues(a: Values | null, b: Values | null): boolean {
  if (a === null || b === null) return a === b;
  return a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
}

/** Puts latents beside what stays, always in the same room. */
function placer({ shape, beside }: Surroundings): (latents: Float32Array) => Values {
  if (beside === null) return (data) => ({ data, shape });
  const [count, channels, height, width] = shape;
  const more = beside.shape[1];
  const area = height * width;
  const row = (channels + more) * area;
  const room = new Float32Array(count * row);
  for (let n = 0; n < count; n++) {
    room.set(beside.data.subarray(n * more * area, (n + 1) * more * area), n * row + channels * area);
  }
  const whole: Values = { data: room, shape: [count, channels + more, height, width] };
  return (latents) => {
    for (let n = 0; n < count; n++) {
      room.set(latents.subarray(n * channels * area, (n + 1) * channels * area), n * row);
    }
    return whole;
  };
}
