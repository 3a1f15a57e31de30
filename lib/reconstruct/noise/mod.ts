/** Schedulers: how noise is added to latents and taken away again, as arrays and pure functions. */
import { type ConfigOf, otherKind, type SchedulerConfig, type SchedulerKind } from "./config.ts";
import { ddimSampler } from "./ddim.ts";
import { ddimInverseSampler } from "./ddim_inverse.ts";
import { dpmSolverSampler } from "./dpm_solver.ts";
import { eulerSampler } from "./euler.ts";
import { pndmSampler } from "./pndm.ts";
import type { Plan, Sampler } from "./sampler.ts";

export { addNoise, velocity } from "./add.ts";
export { otherKind, readSchedulerConfig, type SchedulerConfig, type SchedulerKind, schedulerKinds } from "./config.ts";
export { drawNoise, type NoisePurpose } from "./draw.ts";
export { parsePythonJson } from "./python_json.ts";
export { begin, type History, type Plan, type Sampler } from "./sampler.ts";

/** How a chain from noise to an image is planned, by kind. */
const samplers: {
  readonly [K in Exclude<SchedulerKind, "ddimInverse">]: (config: ConfigOf<K>, plan: Plan) => Sampler;
} = {
  ddim: ddimSampler,
  dpmSolver: dpmSolverSampler,
  euler: eulerSampler,
  pndm: pndmSampler,
};

/**
 * Plans a chain from noise to an image, or its end.
 *
 * @throws {RangeError} for the inverse, and where steps or strength do not fit the scheduler
 */
export function samplerOf(config: SchedulerConfig, options: Plan): Sampler {
  if (config.kind === "ddimInverse") {
    throw new RangeError(
      "Cannot plan a chain from noise to an image with the scheduler ddimInverse, which leads the other way: " +
        `expected one of ${Object.keys(samplers).join(", ")}`,
    );
  }
  return (samplers[config.kind] as (config: SchedulerConfig, plan: Plan) => Sampler)(config, options);
}

/**
 * Plans a chain from an image to the noise that DDIM makes it of; whatever the scheduler's kind, its noise is taken.
 *
 * @throws {RangeError} where steps do not fit the scheduler, or its spacing is `linspace`
 */
export function inverseSampler(config: SchedulerConfig, options: Pick<Plan, "steps">): Sampler {
  return ddimInverseSampler(otherKind(config, "ddimInverse") as ConfigOf<"ddimInverse">, options);
}
