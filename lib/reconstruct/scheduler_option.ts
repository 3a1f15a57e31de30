import { checkChoice } from "../definition/check.ts";
import { otherKind, type SchedulerConfig, type SchedulerKind, schedulerKinds } from "./noise/mod.ts";

/** A scheduler that a part may take in the place of the pipeline's own: any that leads from noise to an image. */
export type SamplerKind = Exclude<SchedulerKind, "ddimInverse">;

const kinds = schedulerKinds.filter((kind) => kind !== "ddimInverse");

/**
 * Refuses what names no scheduler.
 *
 * @param name the option with its part, as "inpainting.scheduler"
 * @throws {RangeError} with the nearest of them
 */
export function checkScheduler(name: string, value: unknown): void {
  if (value !== null) checkChoice(name, value, kinds);
}

/** The pipeline's own scheduler, or another over the same noise. */
export function schedulerOf(own: SchedulerConfig, kind: SamplerKind | null): SchedulerConfig {
  return kind === null ? own : otherKind(own, kind);
}
