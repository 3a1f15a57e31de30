/** One step of every scheduler over the latents of four images of 512², and the drawing of their noise. */
import { begin, drawNoise, type History, readSchedulerConfig, samplerOf } from "../lib/reconstruct/noise/mod.ts";
import { bench } from "./benched.ts";

const length = 4 * 4 * 64 * 64;
const steps = 20;
const [noise, prediction] = (["latents", "error"] as const).map((purpose) => drawNoise(1, "bench", purpose, length));

const schedulers = {
  "DDIM": { _class_name: "DDIMScheduler", clip_sample: false },
  "DDIM, clipped": { _class_name: "DDIMScheduler" },
  "PNDM": { _class_name: "PNDMScheduler", skip_prk_steps: true },
  "Euler, with its input scaled": { _class_name: "EulerDiscreteScheduler" },
  "DPM-Solver++ of order 3": { _class_name: "DPMSolverMultistepScheduler", solver_order: 3 },
};

for (const [name, json] of Object.entries(schedulers)) {
  const sampler = samplerOf(readSchedulerConfig(json, name), { steps });
  let at: { sample: Float32Array; history: History } = { sample: noise, history: begin };
  let i = 0;
  bench({
    ...{ group: "step", name },
    fn: () => {
      if (i === sampler.timesteps.length) {
        i = 0;
        at = { sample: noise, history: begin };
      }
      sampler.scaleInput(at.sample, i);
      at = sampler.step(at.sample, prediction, { i, history: at.history });
      i++;
    },
  });
}

bench({ group: "draw", name: "noise", fn: () => drawNoise(1, "bench", "latents", length) });
