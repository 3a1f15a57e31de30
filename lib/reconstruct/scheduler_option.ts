import { checkChoice } from "../definition/check.ts";
import { otherKind, type Sampler, samplerOf, type SchedulerConfig, schedulerKinds } from "./noise/mod.ts";

/** A scheduler that a part may take in the place of the pipeline's own: any that leads from noise to an image. */
export type SamplerKind = "ddim" | "dpmSolver" | "euler" | "pndm";

const kinds: readonly SamplerKind[] = schedulerKinds.filter((kind) => kind !== "ddimInverse");

/**
 * Refuses what names no scheduler.
 *
 * @param name the option with its part, as "inpainting.scheduler"
 * @throws {RangeError} with the nearest of them
 */
export function checkScheduler(name: string, value: unknown): void {
  if (value !== null) checkChoice(name, value, kinds);
}

/** What decides a plan beside the pipeline. */
export interface Planning {
  /** Null: the pipeline's own. */
  readonly scheduler: SamplerKind | null;
  readonly steps: number;
  readonly strength: number;
}

/**
 * A chain by the pipeline's own scheduler, or by another over the same noise.
 *
 * @throws {RangeError} where the strength leaves no step of it
 */
export function planOf(own: SchedulerConfig, { scheduler, steps, strength }: Planning): Sampler {
  const sampler = samplerOf(scheduler === null ? own : otherKind(own, scheduler), { steps, strength });
  if (sampler.timesteps.length > 0) return sampler;
  throw new RangeError(
    `Cannot plan a chain of ${steps} steps and strength ${strength}: no step is left, expected one at least. ` +
      "Take more steps, or a higher strength",
  );
}
