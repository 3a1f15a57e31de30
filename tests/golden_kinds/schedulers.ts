/** Golden cases of schedulers: whole chains with a formula in the network's place. */
import {
  addNoise,
  begin,
  inverseSampler,
  readSchedulerConfig,
  type Sampler,
  samplerOf,
  velocity,
} from "../../lib/reconstruct/noise/mod.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";

const classes: Readonly<Record<string, string>> = {
  ddim: "DDIMScheduler",
  pndm: "PNDMScheduler",
  euler: "EulerDiscreteScheduler",
  dpmsolver: "DPMSolverMultistepScheduler",
};

/** Stable Diffusion's noise: what the set means where a case names no options. */
const stableDiffusion = {
  _class_name: "DDIMScheduler",
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  clip_sample: false,
  set_alpha_to_one: false,
  steps_offset: 1,
};

/** `scheduler` */
export function schedulerCase(open: OpenCase): Computed {
  only(open, "scheduler", Object.keys(classes));
  only(open, "model", [
    "0.3·x·cos(t/500) + 0.1·sin(t/90), x = scaled model input; init sample = noise · initNoiseSigma",
  ]);
  const { scheduler, steps, initNoiseSigma, scheduler_config: written } = open.config;
  const config = readSchedulerConfig({ ...written, _class_name: classes[scheduler] }, open.name);
  const sampler = samplerOf(config, { steps });
  const noise = Float32Array.from(valuesOf(open, "in.noise"));
  const samples = chain(sampler, noise.map((value) => value * sampler.initialSigma));
  return {
    "out.timesteps": sampler.timesteps,
    "initial sigma": { got: [sampler.initialSigma], want: [initNoiseSigma] },
    "out.first": samples[0],
    "out.sample": samples[samples.length - 1],
  };
}

/** `scheduler.inverse` */
export function inverseCase(open: OpenCase): Computed {
  const sampler = inverseSampler(readSchedulerConfig(stableDiffusion, open.name), { steps: open.config.steps });
  const samples = chain(sampler, Float32Array.from(valuesOf(open, "in.sample")));
  return { "out.timesteps": sampler.timesteps, "out.noise": samples[samples.length - 1] };
}

/** `scheduler.addNoise`: a timestep for each sample of a batch. */
export function addNoiseCase(open: OpenCase): Computed {
  const config = readSchedulerConfig(stableDiffusion, open.name);
  const [samples, noises] = ["in.sample", "in.noise"].map((key) => Float32Array.from(valuesOf(open, key)));
  const length = samples.length / shapeOf(open, "in.sample")[0];
  const of = (values: Float32Array, n: number) => values.subarray(n * length, (n + 1) * length);
  const each = (mix: typeof addNoise) =>
    valuesOf(open, "in.timesteps").flatMap((t, n) => [...mix(config, of(samples, n), of(noises, n), t)]);
  return { "out.noisy": each(addNoise), "out.velocity": each(velocity) };
}

/** The sample after every step of a chain, with the formula of the golden cases in the network's place. */
export function chain(sampler: Sampler, sample: Float32Array): Float32Array[] {
  let at = { sample, history: begin };
  return sampler.timesteps.map((t, i) => {
    const prediction = sampler.scaleInput(at.sample, i).map((x) =>
      0.3 * x * Math.cos(t / 500) + 0.1 * Math.sin(t / 90)
    );
    at = sampler.step(at.sample, prediction, { i, history: at.history });
    return at.sample;
  });
}
