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
