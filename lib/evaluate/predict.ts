import { scoringImages, type Sight } from "../data/batches.ts";
import { tidy } from "../engine/ops.ts";
import { fakeProbability, forwardModel, type Model, type ModelParams } from "../models/model.ts";
import type { Sample, ScoreColumns } from "../types.ts";

/** Images scored at once: enough to fill the cores, few enough for the memory of a small machine. */
const CHUNK = 64;

/** What is scored, and who listens. */
export interface Scoring {
  readonly samples: readonly Sample[];
  readonly sight: Sight;
  readonly signal?: AbortSignal;
}

/**
 * Probability of fake of every sample, nothing drawn; says after every chunk how many are done.
 *
 * @returns columns in the order of `samples`
 * @throws {DOMException} "AbortError" between two chunks, when the signal asks for it
 */
export async function* predict(
  model: Model,
  params: ModelParams,
  { samples, sight, signal }: Scoring,
): AsyncGenerator<{ readonly done: number; readonly total: number }, ScoreColumns> {
  const score = new Float64Array(samples.length);
  for (let from = 0; from < samples.length; from += CHUNK) {
    signal?.throwIfAborted();
    const images = await scoringImages(samples.slice(from, from + CHUNK), sight);
    const fake = tidy(() => fakeProbability(forwardModel(model, params, images).logits));
    images.dispose();
    score.set(await fake.data(), from);
    fake.dispose();
    yield { done: Math.min(from + CHUNK, samples.length), total: samples.length };
  }
  return {
    id: samples.map(({ id }) => id),
    source: samples.map(({ source }) => source),
    set: samples.map(({ set }) => set),
    label: samples.map(({ label }) => label === "fake" ? 1 : 0),
    score: Array.from(score),
  };
}
