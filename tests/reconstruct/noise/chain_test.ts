import {
  addNoise,
  begin,
  inverseSampler,
  readSchedulerConfig,
  type Sampler,
  samplerOf,
  type SchedulerConfig,
  velocity,
} from "../../../lib/reconstruct/noise/mod.ts";
import { random } from "../../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../../assert.ts";

const draw = random(1, "chains");
const [image, noise] = [draw.normals(50), draw.normals(50)];

const stable = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear", clip_sample: false };

function configOf(name: string, options: Readonly<Record<string, unknown>> = {}): SchedulerConfig {
  return readSchedulerConfig({ ...stable, skip_prk_steps: true, ...options, _class_name: name }, "test");
}

/** The sample at the end, of a network that answers with `predict`. */
function ended(sampler: Sampler, sample: Float32Array, predict: (i: number) => Float32Array): Float32Array {
  let at = { sample, history: begin };
  sampler.timesteps.forEach((_, i) => at = sampler.step(at.sample, predict(i), { i, history: at.history }));
  return at.sample;
}

const toImage = ["DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "PNDMScheduler"];

for (const name of toImage) {
  // PNDM knows no images as predictions, and repeats a step: only noise that stays the same is right in both
  const types = name === "PNDMScheduler" ? ["epsilon"] : ["epsilon", "v_prediction", "sample"];

  Deno.test(`${name}: noise is taken away whole when the network is right`, () => {
    for (const prediction_type of types) {
      for (const strength of name === "PNDMScheduler" ? [1] : [0.1, 0.5, 1]) {
        const options = { prediction_type, timestep_spacing: "leading", steps_offset: 1, set_alpha_to_one: true };
        const config = configOf(name, options);
        const sampler = samplerOf(config, { steps: 20, strength });
        const right = (i: number) =>
          ({ epsilon: noise, sample: image })[prediction_type] ?? velocity(config, image, noise, sampler.timesteps[i]);
        const last = ended(sampler, sampler.noised(image, noise, 0), right);
        assertClose(last, image, 1e-5, `${prediction_type}, strength ${strength}`);
      }
    }
  });

  Deno.test(`${name}: a strength goes through the last floor(strength · steps) steps`, () => {
    const config = configOf(name);
    const whole = samplerOf(config, { steps: 50 });
    for (const [strength, left] of [[1, 50], [0.999, 49], [0.5, 25], [0.29, 14], [0.01, 0], [0, 0]]) {
      const { timesteps } = samplerOf(config, { steps: 50, strength });
      assertEquals(timesteps, whole.timesteps.slice(50 - left), `strength ${strength}`);
    }
  });

  Deno.test(`${name}: a step writes into nothing that it is given`, () => {
    const sampler = samplerOf(configOf(name), { steps: 10 });
    const [x, p] = [image.slice(), noise.slice()];
    assert(ended(sampler, x, () => p) !== x);
    sampler.scaleInput(x, 3);
    sampler.noised(x, p, 3);
    assertEquals([x, p], [image, noise]);
  });

  Deno.test(`${name}: sample, prediction and noise are of one shape`, () => {
    const sampler = samplerOf(configOf(name, { clip_sample: true }), { steps: 10 });
    const short = noise.subarray(1);
    assertThrows(() => sampler.step(image, short, { i: 0, history: begin }), TypeError, "given 49 values beside 50");
    assertThrows(() => sampler.noised(image, short, 0), TypeError, "of one shape");
  });
}

Deno.test("a step of DDIM undoes that of its inverse, whatever was predicted", () => {
  for (const timestep_spacing of ["leading", "trailing"]) {
    for (const set_alpha_to_one of [true, false]) {
      const config = configOf("DDIMScheduler", { timestep_spacing, set_alpha_to_one });
      const [forth, back] = [inverseSampler(config, { steps: 10 }), samplerOf(config, { steps: 10 })];
      assertEquals(forth.timesteps, back.timesteps.toReversed());
      forth.timesteps.forEach((t, i) => {
        const noisier = forth.step(image, noise, { i, history: begin }).sample;
        const again = back.step(noisier, noise, { i: 9 - i, history: begin }).sample;
        assertClose(again, image, 1e-5, `${timestep_spacing} ${set_alpha_to_one} at ${t}`);
      });
    }
  }
});

Deno.test("velocities that are right lead from the noise of one timestep to that of the next, and back", () => {
  const config = configOf("DDIMScheduler", { prediction_type: "v_prediction" });
  const [forth, back] = [inverseSampler(config, { steps: 10 }), samplerOf(config, { steps: 10 })];
  for (let i = 1; i < 10; i++) {
    const [at, next] = [forth.timesteps[i - 1], forth.timesteps[i]];
    const [here, there] = [at, next].map((t) => addNoise(config, image, noise, t));
    const [saidHere, saidThere] = [at, next].map((t) => velocity(config, image, noise, t));
    assertClose(forth.step(here, saidHere, { i, history: begin }).sample, there, 1e-5, `from ${at} to ${next}`);
    assertClose(back.step(there, saidThere, { i: 9 - i, history: begin }).sample, here, 1e-5, `from ${next} to ${at}`);
  }
});

Deno.test("DDIM takes a step as on paper", () => {
  const config = configOf("DDIMScheduler", {
    num_train_timesteps: 2,
    trained_betas: [0.19, 1 - 0.36 / 0.81],
    set_alpha_to_one: false,
  });
  // ᾱ is 0.81 and 0.36: the image of 1 and noise 0.5 is (1 − 0.8 · 0.5) / 0.6 = 1, then 0.9 · 1 + √0.19 · 0.5
  const { timesteps, step } = samplerOf(config, { steps: 2 });
  assertEquals(timesteps, [1, 0]);
  const { sample } = step(Float32Array.of(1), Float32Array.of(0.5), { i: 0, history: begin });
  assertClose(sample, [0.9 + 0.5 * Math.sqrt(0.19)], 1e-6);
});
