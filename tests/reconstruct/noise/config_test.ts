import {
  addNoise,
  inverseSampler,
  otherKind,
  parsePythonJson,
  readSchedulerConfig,
  samplerOf,
} from "../../../lib/reconstruct/noise/mod.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

function read(options: Readonly<Record<string, unknown>>) {
  return readSchedulerConfig(options, "sd/scheduler/scheduler_config.json");
}

Deno.test("readSchedulerConfig() reads what Stable Diffusion's pipelines write", () => {
  const file = new URL("../../golden/pipelines/tiny-sd/scheduler/scheduler_config.json", import.meta.url);
  const config = readSchedulerConfig(JSON.parse(Deno.readTextFileSync(file)), file.pathname);
  assert(config.kind === "pndm");
  const { betaSchedule, betaStart, skipPrkSteps, stepsOffset, timestepSpacing, setAlphaToOne } = config;
  assertEquals([betaSchedule, betaStart, skipPrkSteps, stepsOffset], ["scaled_linear", 0.00085, true, 1]);
  assertEquals([timestepSpacing, setAlphaToOne], ["leading", false], "defaults of diffusers");
});

Deno.test("readSchedulerConfig() refuses a class that is not there, with the nearest", () => {
  const error = assertThrows(() => read({ _class_name: "EulerDiscreteSchedule" }), RangeError);
  assert(error.message.includes('"sd/scheduler/scheduler_config.json": given the class "EulerDiscreteSchedule"'));
  assert(error.message.includes('did you mean "EulerDiscreteScheduler"? the classes are DDIMScheduler, '));
  for (const json of [null, 7, [], {}, { _class_name: 3 }]) {
    assertThrows(() => readSchedulerConfig(json, "f"), TypeError, 'expected a JSON object with "_class_name"');
  }
});

Deno.test("readSchedulerConfig() refuses options with what is not implemented, by name", () => {
  const cases: readonly [string, string, unknown, string][] = [
    ["DDIMScheduler", "thresholding", true, "false, the only one that is implemented"],
    ["DDIMScheduler", "prediction_type", "flow", '"epsilon" or "sample" or "v_prediction"'],
    ["DDIMScheduler", "beta_schedule", "sigmoid", '"linear" or "scaled_linear" or "squaredcos_cap_v2"'],
    ["DDIMScheduler", "num_train_timesteps", 10.5, "a whole number from 1"],
    ["DDIMScheduler", "clip_sample", "no", "true or false"],
    ["DDIMScheduler", "trained_betas", [0.1, "x"], "a list of numbers or null"],
    ["DDIMInverseScheduler", "timestep_spacing", "linspace", '"leading" or "trailing"'],
    ["PNDMScheduler", "prediction_type", "sample", '"epsilon" or "v_prediction"'],
    ["EulerDiscreteScheduler", "use_beta_sigmas", true, "false, the only one"],
    ["EulerDiscreteScheduler", "timestep_type", "continuous", '"discrete", the only one'],
    ["EulerDiscreteScheduler", "sigma_min", -1, "a number above 0 or null"],
    ["DPMSolverMultistepScheduler", "algorithm_type", "sde-dpmsolver++", '"dpmsolver++", the only one'],
    ["DPMSolverMultistepScheduler", "solver_order", 4, "1 or 2 or 3"],
    ["DPMSolverMultistepScheduler", "variance_type", "learned", "null, the only one"],
  ];
  for (const [name, option, value, expected] of cases) {
    const told = `(${name}): its ${option} is ${JSON.stringify(value)}, expected ${expected}`;
    const error = assertThrows(() => read({ _class_name: name, [option]: value }), RangeError);
    assert(error.message.includes(told), error.message);
  }
  const ten = read({ _class_name: "DDIMScheduler", trained_betas: [0.1] });
  assertThrows(() => samplerOf(ten, { steps: 1 }), RangeError, "1 trained_betas, expected num_train_timesteps, 1000");
});

Deno.test("readSchedulerConfig() passes over options of other schedulers, and takes null for false", () => {
  const config = read({ _class_name: "EulerDiscreteScheduler", skip_prk_steps: true, use_karras_sigmas: null });
  assert(config.kind === "euler" && config.useKarrasSigmas === false);
});

Deno.test("otherKind() keeps what is written and takes the defaults of the other class", () => {
  const pndm = read({ _class_name: "PNDMScheduler", beta_end: 0.012, clip_sample: false, skip_prk_steps: true });
  const ddim = otherKind(pndm, "ddim");
  assert(ddim.kind === "ddim");
  assertEquals([ddim.betaEnd, ddim.clipSample, ddim.setAlphaToOne], [0.012, false, true]);
  const solver = otherKind(ddim, "dpmSolver");
  assert(solver.kind === "dpmSolver" && solver.timestepSpacing === "linspace");
  assertEquals(otherKind(solver, "pndm"), { ...pndm, written: { ...pndm.written, _class_name: "PNDMScheduler" } });
});

Deno.test("chains that a scheduler does not have are refused", () => {
  const written = { steps_offset: 1, skip_prk_steps: true };
  const ddim = read({ ...written, _class_name: "DDIMScheduler" });
  for (const steps of [0, 1.5, 1001, NaN]) {
    assertThrows(() => samplerOf(ddim, { steps }), RangeError, "expected a whole number from 1 to 1000");
  }
  for (const strength of [-0.1, 1.1, NaN]) {
    assertThrows(() => samplerOf(ddim, { steps: 10, strength }), RangeError, "expected a number from 0 to 1");
  }
  assertThrows(() => samplerOf(ddim, { steps: 1000 }), RangeError, "its first timestep would be 1000");
  assertThrows(() => samplerOf(otherKind(ddim, "ddimInverse"), { steps: 10 }), RangeError, "expected one of ddim, ");
  const linspace = read({ _class_name: "DDIMScheduler", timestep_spacing: "linspace" });
  assertThrows(
    () => inverseSampler(linspace, { steps: 10 }),
    RangeError,
    "(DDIMInverseScheduler): its timestep_spacing",
  );
  const values = new Float32Array(3);
  for (const timestep of [-1, 1000, 0.5]) {
    assertThrows(() => addNoise(ddim, values, values, timestep), RangeError, "a whole number from 0 to 999");
  }
});

Deno.test("PNDM's Runge-Kutta steps want four steps and the whole chain", () => {
  const pndm = read({ _class_name: "PNDMScheduler" });
  assertThrows(() => samplerOf(pndm, { steps: 3 }), RangeError, "Set skip_prk_steps of the scheduler to true");
  assertThrows(() => samplerOf(pndm, { steps: 10, strength: 0.5 }), RangeError, "10 steps and strength 0.5 for PNDM");
  assertEquals(samplerOf(pndm, { steps: 10, strength: 1 }).timesteps.length, 12 + 7);
});

Deno.test("a network that predicts noise is refused where nothing but noise is left, one of images without noise", () => {
  const written = { _class_name: "DDIMScheduler", rescale_betas_zero_snr: true, timestep_spacing: "trailing" };
  assertThrows(() => samplerOf(read(written), { steps: 10 }), RangeError, "Cannot step at timestep 999: the scheduler");
  samplerOf(read({ ...written, prediction_type: "v_prediction" }), { steps: 10 });
  const inverse = { _class_name: "DDIMInverseScheduler", prediction_type: "sample" };
  assertThrows(() => inverseSampler(read(inverse), { steps: 10 }), RangeError, "set set_alpha_to_one of the scheduler");
  inverseSampler(read({ ...inverse, set_alpha_to_one: false }), { steps: 10 });
});

Deno.test("parsePythonJson() reads bare infinities, and leaves words in texts alone", () => {
  const read = parsePythonJson('{"lambda_min_clipped": -Infinity, "a": [Infinity, NaN], "b": "NaN \\" -Infinity"}');
  assertEquals(read, { lambda_min_clipped: -Infinity, a: [Infinity, null], b: 'NaN " -Infinity' });
  assertThrows(() => parsePythonJson("{"), SyntaxError);
});
