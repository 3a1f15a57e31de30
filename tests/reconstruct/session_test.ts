import { join } from "node:path";
import { openSession } from "../../lib/reconstruct/session.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { onnxBytes, type OnnxModel } from "../../lib/onnx/model.ts";

const TINY = new URL("../golden/pipelines/tiny-sd/unet/model.onnx", import.meta.url).pathname;

/** Runs with a toy network in a file. */
function withToy(toy: OnnxModel, use: (file: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "toy"));
    const file = join(folder, "toy", "model.onnx");
    await Deno.writeFile(file, onnxBytes(toy));
    await use(file);
  });
}

const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });

Deno.test("a session takes and gives every type of number that networks have, as plain arrays", () =>
  withToy({
    inputs: [
      { name: "half", type: "float16", shape: ["n", 2] },
      { name: "whole", type: "int64", shape: [] },
      { name: "short", type: "int32", shape: ["n"] },
      { name: "full", type: "float32", shape: ["n"] },
    ],
    outputs: [
      { name: "doubled", type: "float16", shape: ["n", 2] },
      { name: "same64", type: "int64", shape: [] },
      { name: "same32", type: "int32", shape: ["n"] },
      { name: "same", type: "float32", shape: ["n"] },
    ],
    nodes: [
      { op: "Add", inputs: ["half", "half"], outputs: ["doubled"] },
      { op: "Neg", inputs: ["whole"], outputs: ["same64"] },
      { op: "Neg", inputs: ["short"], outputs: ["same32"] },
      { op: "Neg", inputs: ["full"], outputs: ["same"] },
    ],
  }, async (file) => {
    await using session = await openSession(file, { provider: "cpu", threads: 1 });
    const inputs = {
      half: { data: new Float32Array([0.5, -3, 0.1, 40000]), shape: [2, 2] },
      whole: { data: new Int32Array([981]), shape: [] },
      short: { data: new Float32Array([7, -8]), shape: [2] },
      full: { data: new Int32Array([1, 2]), shape: [2] },
    };
    const found = await session.run(inputs);
    assertEquals(found.doubled.shape, [2, 2]);
    assertEquals([...found.doubled.data], [1, -6, 0.199951171875, Infinity]);
    assertEquals([...found.same64.data, ...found.same32.data, ...found.same.data], [-981, -7, 8, -1, -2]);
    assertEquals([session.provider, session.why], ["cpu", "asked for"]);
    const later = await session.run({
      ...inputs,
      half: { data: new Float32Array(2), shape: [1, 2] },
      short: zeros(1),
      full: zeros(1),
    });
    assertEquals(
      [found.doubled.data[0], later.doubled.data[0]],
      [1, 0],
      "what was given out is changed by the next call",
    );
    await assertRejects(
      () => session.run({ ...inputs, whole: { data: new Float32Array([981.5]), shape: [] } }),
      RangeError,
      'Cannot run a network with 981.5 in "whole": it takes whole numbers (int64)',
    );
  }));

Deno.test("calls that are made at once do not disturb one another", async () => {
  await using session = await openSession(TINY, { provider: "cpu", threads: 1 });
  const ask = (step: number) =>
    session.run({
      sample: { data: Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)), shape: [1, 4, 8, 8] },
      timestep: { data: new Int32Array([step]), shape: [1] },
      encoder_hidden_states: zeros(1, 77, 8),
    });
  const alone = [await ask(1), await ask(900)].map(({ out_sample }) => [...out_sample.data]);
  const together = (await Promise.all([ask(1), ask(900)])).map(({ out_sample }) => [...out_sample.data]);
  assertEquals(together, alone);
});

Deno.test("a session names the input whose name, shape or length is wrong", async () => {
  await using session = await openSession(TINY, { provider: "cpu", threads: 1 });
  const right = { sample: zeros(1, 4, 8, 8), timestep: zeros(1), encoder_hidden_states: zeros(1, 77, 8) };
  const { sample, ...rest } = right;
  const refused = (inputs: typeof right, kind: typeof TypeError | typeof RangeError, message: string) =>
    assertRejects(() => session.run(inputs), kind, message);
  await refused(
    rest as typeof right,
    TypeError,
    'missing input "sample", the inputs are sample, timestep, encoder_hid',
  );
  await refused(
    { ...right, sampel: sample } as typeof right,
    TypeError,
    'unknown input "sampel", did you mean "sample"?',
  );
  await refused(
    { ...right, sample: zeros(1, 9, 8, 8) },
    TypeError,
    'Cannot run "unet/model.onnx": given "sample" of shape [1, 9, 8, 8], expected sample float32 [batch, 4, height, width]',
  );
  await refused(
    { ...right, sample: zeros(2, 4, 8, 8) },
    TypeError,
    'given "encoder_hidden_states" of shape [1, 77, 8], expected batch to be 2, as "sample" has it',
  );
  await refused(
    { ...right, timestep: { data: new Float32Array(2), shape: [1] } },
    RangeError,
    '"timestep" has 2 numbers, its shape [1] says 1',
  );
});

Deno.test("a closed session says so, and closing twice is one closing", async () => {
  const session = await openSession(TINY, { provider: "cpu", threads: 1 });
  await session[Symbol.asyncDispose]();
  await session[Symbol.asyncDispose]();
  await assertRejects(
    () => session.run({ sample: zeros(1, 4, 8, 8), timestep: zeros(1), encoder_hidden_states: zeros(1, 77, 8) }),
    Error,
    'Cannot run "unet/model.onnx": it was closed',
  );
});

Deno.test("what is no network, and a provider that is not there, are refused with what to do", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "model.onnx"), "version https://git-lfs");
    await assertRejects(
      () => openSession(join(folder, "model.onnx"), { provider: "cpu" }),
      Error,
      "Export the network again",
    );
    await assertRejects(
      () => openSession(TINY, { provider: "tensorrt" }),
      Error,
      'What tensorrt needs stands in docs/pipelines.md; on the processor it runs with the provider "cpu"',
    );
    await assertRejects(
      () => openSession(TINY, { provider: "gpu" as "cpu" }),
      RangeError,
      "the choices are cpu, webgpu, cuda, tensorrt, auto",
    );
  }));

Deno.test("auto tells why it is what it is", async () => {
  await using session = await openSession(TINY, { threads: 1 });
  const expected = session.provider === "cuda" ? "its libraries and a card are there" : "cuda cannot be loaded (";
  assert(session.why.startsWith(expected), `${session.provider}: ${session.why}`);
});
