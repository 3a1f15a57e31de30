import * as tf from "@tensorflow/tfjs-core";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { compile, type Compiled } from "../../lib/engine/compiled.ts";
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import * as ops from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

type T = ops.Tensor;
type State = Readonly<Record<"param" | "first" | "second", { readonly filter: T; readonly scale: T; readonly out: T }>>;
type Inputs = { readonly images: T; readonly rate: T; readonly step: T };
type Result = State & { readonly loss: ops.Scalar };

if (builtAddon() === null) {
  Deno.test("steps compiled for tensorflow", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow");
  });
} else {
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(closeBackend);

  testLive("a compiled step gives what the step gives, to 1e-6, over eight steps of two batch shapes", () => {
    using compiled = compile(({ state, inputs }: { state: State; inputs: Inputs; fixed: null }) => step(state, inputs));
    let [plain, replayed] = [start(), start()];
    for (let count = 1; count <= 8; count++) {
      const images = drawn([count % 4 === 0 ? 3 : 5, 8, 8, 3], `images ${count}`);
      const rate = 0.01 * count; // as a schedule would have it
      const { loss: expected, ...one } = step(plain, { images, rate, step: count });
      const { loss, ...other } = replay(compiled, replayed, { images, rate, step: count });
      assertClose(loss.dataSync(), expected.dataSync(), 1e-6, `loss of step ${count}`);
      for (const tensor of [images, loss, expected]) tensor.dispose();
      [plain, replayed] = [one, other];
    }
    assertEquals(compiled.recordings(), 2);
    for (const key of ["param", "first", "second"] as const) {
      for (const name of ["filter", "scale", "out"] as const) {
        assertClose(replayed[key][name].dataSync(), plain[key][name].dataSync(), 1e-6, `${key} ${name}`);
      }
    }
    for (const state of [plain, replayed]) disposeTree(state);
  });

  testLive("a step that nothing else changes is traced once for each shape, any other three times", () => {
    for (const [changes, traces] of [[true, 3], [false, 1]] as const) {
      let calls = 0;
      using compiled = compile(
        ({ inputs }: { state: Record<string, never>; inputs: { x: T }; fixed: null }) => {
          calls++;
          return { y: ops.square(inputs.x) };
        },
        { changes },
      );
      const x = ops.tensor([2, 3]);
      for (let i = 0; i < 4; i++) {
        const { y } = compiled.run({ state: {}, inputs: { x }, fixed: null });
        assertEquals([...y.dataSync()], [4, 9]);
        y.dispose();
      }
      assertEquals(calls, traces);
      x.dispose();
    }
  });

  testLive("two recordings of one step give the same bits", () => {
    const digests = [0, 1].map(() => {
      using compiled = compile(({ state, inputs }: { state: State; inputs: Inputs; fixed: null }) =>
        step(state, inputs)
      );
      const images = drawn([4, 8, 8, 3], "images");
      const result = replay(compiled, start(), { images, rate: 0.1, step: 1 });
      const values = [...result.param.filter.dataSync(), ...result.loss.dataSync()].join();
      images.dispose();
      disposeTree(result);
      return values;
    });
    assertEquals(digests[0], digests[1]);
  });

  testLive("three hundred replays leave no tensor behind, neither here nor with TensorFlow", () => {
    using compiled = compile(({ state, inputs }: { state: State; inputs: Inputs; fixed: null }) => step(state, inputs));
    const images = drawn([2, 8, 8, 3], "images");
    let state = start();
    let before: number[] = [];
    for (let count = 1; count <= 301; count++) {
      const { loss, ...next } = replay(compiled, state, { images, rate: 0.01, step: count });
      loss.dispose();
      state = next;
      if (count === 1) before = live();
    }
    assertEquals(live(), before);
    assertEquals(compiled.recordings(), 1);
    images.dispose();
    disposeTree(state);
  });

  testLive("what is fixed tells recordings apart, and a state that is given back lives on", () => {
    using compiled = compile(({ state, fixed }: { state: { x: T }; inputs: Record<never, T>; fixed: number }) =>
      ops.tidy(() => ({ same: ops.clone(state.x), times: ops.mul(state.x, fixed) }))
    );
    const x = ops.tensor([1, 2]);
    for (const [fixed, expected] of [[2, "2,4"], [3, "3,6"], [2, "2,4"]] as const) {
      const { same, times } = compiled.run({ state: { x }, inputs: {}, fixed });
      assertEquals([`${same.dataSync()}`, `${times.dataSync()}`], ["1,2", expected]);
      disposeTree({ same, times });
    }
    assertEquals(compiled.recordings(), 2);
    assert(!x.isDisposed, "the step consumed nothing");
    x.dispose();
  });

  testLive("a step that reads values, or uses a tensor that it was not given, is refused", () => {
    const [fresh, used] = [ops.tensor([1, 2]), ops.tensor([3, 4])];
    ops.add(used, used).dispose(); // from here on TensorFlow has it
    const steps: [(x: T) => T, string][] = [
      [(x) => ops.mul(x, x.dataSync()[0]), "reads values into JavaScript"],
      [(x) => ops.mul(x, ops.sum(x).dataSync()[0]), "reads values into JavaScript"],
      [(x) => ops.mul(x, fresh), "uses a tensor that it was not given"],
      [(x) => ops.mul(x, used), "uses a tensor that it was not given"],
      [() => ops.clone(used), "uses a tensor that it was not given"],
    ];
    for (const [apply, part] of steps) {
      const given = { state: { x: ops.tensor([5, 6]) }, inputs: {}, fixed: null };
      using compiled = compile(({ state }: { state: { x: T }; inputs: Record<never, T>; fixed: null }) => ({
        y: ops.tidy(() => apply(state.x)),
      }));
      assertThrows(() => compiled.run(given), Error, `Cannot record the step: it ${part}`);
      // the backend is as it was
      assertEquals(`${given.state.x.dataSync()}`, "5,6");
      given.state.x.dispose();
    }
    for (const tensor of [fresh, used]) tensor.dispose();
  });

  testLive("a step that is another one the second time is refused: constants, operations, attributes, inputs", () => {
    let count = 0;
    const draw = random(4, "draws");
    const cases: [(x: T, other: T) => T, string][] = [
      [(x) => ops.mul(x, ++count), "has other values in a constant of shape [], at operation 1"],
      [(x) => ops.add(x, ops.tensor(draw.normals(2))), "has other values in a constant of shape [2], at operation 1"],
      [(x) => ops.add(x, ops.ones([1 + ++count % 2])), " where it had a constant of shape ["],
      [(x) => ++count % 2 === 0 ? ops.add(x, x) : ops.mul(x, x), 'has "'],
      [(x) => ++count % 2 === 0 ? ops.square(x) : ops.neg(ops.square(x)), "operations where it took"],
      [(x) => ops.leakyRelu(x, 0.01 * ++count), 'has other attributes in "LeakyRelu", operation 1'],
      [(x, other) => ++count % 2 === 0 ? ops.sub(x, other) : ops.sub(other, x), 'has other inputs to "Sub"'],
      [(x, other) => ops.clone(++count % 2 === 0 ? x : other), 'has other inputs to "Identity"'],
      [(x, other) => (++count % 2 === 0 ? x : other).dispose() as never ?? ops.tensor([1, 2]), "frees other tensors"],
    ];
    for (const [apply, part] of cases) {
      using compiled = compile(({ state: { x, other } }: { state: Two; inputs: Record<never, T>; fixed: null }) => ({
        y: ops.tidy(() => apply(x, other)),
      }));
      const state = { x: ops.tensor([5, 6]), other: ops.tensor([7, 8]) };
      const message = refusal(() => compiled.run({ state, inputs: {}, fixed: null }));
      assert(message.includes(part) && message.includes("as a tensor among its inputs"), `${apply}: ${message}`);
      assertEquals(compiled.recordings(), 0);
      disposeTree(state);
    }
  });

  testLive("what its caller changes behind a step is refused when it shows, and before it counts", () => {
    let rate = 0.5;
    using compiled = compile(({ state: { x } }: { state: { x: T }; inputs: Record<never, T>; fixed: null }) => ({
      y: ops.tidy(() => ops.mul(x, rate)),
    }));
    const given = { state: { x: ops.tensor([2, 4]) }, inputs: {}, fixed: null };
    const run = (): number[] => {
      const { y } = compiled.run(given);
      const values = [...y.dataSync()];
      y.dispose();
      return values;
    };
    assertEquals(run(), [1, 2]);
    rate = 0.25;
    for (let i = 0; i < 2; i++) assert(refusal(run).includes("has other values in a constant of shape []"));
    rate = 0.5;
    assertEquals([run(), run()], [[1, 2], [1, 2]]);
    assertEquals(compiled.recordings(), 1);
    given.state.x.dispose();
  });

  testLive("a kernel that goes around the recorder is refused, and not frozen", () => {
    const { binding: kept } = tf.backend() as unknown as { binding: Around };
    const ways: [(x: tf.TensorInfo, backend: Backend) => tf.TensorInfo, "first" | "second"][] = [
      [(x, backend) => {
        const type = { name: "T", type: kept.TF_ATTR_TYPE, value: kept.TF_FLOAT };
        return backend.createOutputTensor(kept.executeOp("Square", [type], backend.getInputTensorIds([x]), 1)[0]);
      }, "first"],
      [(_, backend) => {
        const id = kept.createTensor([2], kept.TF_FLOAT, Float32Array.of(1, 2));
        return backend.createOutputTensor({ id, shape: [2], dtype: kept.TF_FLOAT });
      }, "first"],
      // what it read is the same twice, and another for other tensors
      [(x, backend) => ops.tensor(kept.tensorDataSync(backend.getInputTensorIds([x])[0])), "second"],
    ];
    for (const [way, when] of ways) {
      const kernelFunc = ({ inputs, backend }: Parameters<tf.KernelFunc>[0]) =>
        way(inputs.x as tf.TensorInfo, backend as Backend);
      tf.registerKernel({ kernelName: "Around", backendName: "tensorflow", kernelFunc });
      const apply = (x: T): T => tf.engine().runKernel("Around", { x });
      for (const after of [(y: T) => y, (y: T) => ops.add(y, 1)]) {
        using compiled = compile(({ state: { x } }: { state: { x: T }; inputs: Record<never, T>; fixed: null }) => ({
          y: ops.tidy(() => after(apply(x))),
        }));
        const [first, second] = [[5, 6], [7, 8]].map((values) => ({ x: ops.tensor(values) }));
        const run = (state: { x: T }): void => disposeTree(compiled.run({ state, inputs: {}, fixed: null }));
        if (when === "second") run(first);
        const message = refusal(() => run(second));
        assert(/uses a tensor that it was not given|has other values in a constant/.test(message), message);
        for (const state of [first, second]) disposeTree(state);
      }
      tf.unregisterKernel("Around", "tensorflow");
    }
  });
}

type Two = { readonly x: T; readonly other: T };

/** The addon and the backend on it, as a kernel may use them. */
interface Around {
  readonly TF_ATTR_TYPE: number;
  readonly TF_FLOAT: number;
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  executeOp(op: string, attributes: unknown[], ids: number[], outputs: number): Made[];
  tensorDataSync(id: number): Float32Array;
}
interface Made {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}
interface Backend {
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  createOutputTensor(made: Made): tf.TensorInfo;
}

/** The message of the error that something ends with. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("expected an error, none came");
}

function replay(
  compiled: Compiled<State, Inputs, null, Result>,
  state: State,
  { images, ...numbers }: { images: T; rate: number; step: number },
): Result {
  const [rate, count] = [ops.scalar(numbers.rate), ops.scalar(numbers.step)];
  const result = compiled.run({ state, inputs: { images, rate, step: count }, fixed: null });
  for (const tensor of [rate, count]) tensor.dispose();
  return result;
}

/** One step of a small network on whose way lie padding, a norm, an activation and a product; consumes the state. */
function step(
  { param, first, second }: State,
  { images, rate, step }: { images: T; rate: number | T; step: number | T },
): Result {
  const { value, gradient } = valueAndGradient(({ filter, scale, out }: State["param"]) => {
    const y = ops.convolve(images, filter, null, { stride: 2, pad: 1 });
    const pooled = ops.avgPool(ops.layerNorm(y, scale, scale, 1e-6) as ops.Tensor4D, 2, 2, "same");
    const gap = ops.sub(ops.linear(ops.mean(pooled, [1, 2]), out, null, "gelu"), 1);
    return { value: ops.mean(ops.square(gap)) as ops.Scalar, aux: {} };
  }, param);
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate, step } as ops.AdamOptions;
  const names = ["filter", "scale", "out"] as const;
  const tensors = names.map((name) => ({
    ...{ param: param[name], gradient: gradient[name], first: first[name], second: second[name], decay: 0.01 },
  }));
  const updated = ops.adamUpdate(tensors, options);
  disposeTree(gradient);
  const tree = (key: "param" | "first" | "second") =>
    Object.fromEntries(names.map((name, i) => [name, updated[i][key]])) as State["param"];
  return { param: tree("param"), first: tree("first"), second: tree("second"), loss: value };
}

function start(): State {
  const shapes = { filter: [3, 3, 3, 6], scale: [6], out: [4, 6] };
  const tree = (make: (shape: number[], name: string) => T) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, make(shape, name)])) as State["param"];
  return { param: tree(drawn), first: tree((shape) => ops.zeros(shape)), second: tree((shape) => ops.zeros(shape)) };
}

function drawn(shape: number[], name: string): T {
  const values = random(3, name).normals(shape.reduce((size, n) => size * n, 1));
  return ops.tensor(values, shape);
}

/** Tensors of TensorFlow.js and of TensorFlow. */
function live(): number[] {
  const { getNumOfTFTensors } = tf.backend() as unknown as { getNumOfTFTensors(): number };
  return [ops.memory().numTensors, getNumOfTFTensors.call(tf.backend())];
}

/** A test that ends with the tensors it began with. */
function testLive(name: string, test: () => void): void {
  Deno.test(name, () => {
    const before = live();
    test();
    assertEquals(live(), before, "live tensors");
  });
}
