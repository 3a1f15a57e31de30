import * as tf from "@tensorflow/tfjs-core";
import { closeBackend, useBackend } from "../../../lib/engine/backend.ts";
import { compile } from "../../../lib/engine/compiled.ts";
import { runKernel } from "../../../lib/engine/differentiable.ts";
import { valueAndGradient } from "../../../lib/engine/gradient.ts";
import * as ops from "../../../lib/engine/ops.ts";
import { builtAddon } from "../../../lib/engine/tensorflow/installed.ts";
import type { Attribute, Backend } from "../../../lib/engine/tensorflow/kernel.ts";
import { disposeTree } from "../../../lib/engine/tree.ts";
import { random } from "../../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../../assert.ts";
import { runFile, runModule } from "../child.ts";
import { type Case, cases, evaluateCase } from "./fused_cases.ts";

type T = ops.Tensor;

if (builtAddon() === null) {
  Deno.test("operations of our own on tensorflow", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow");
  });
} else {
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(closeBackend);

  Deno.test("our own operations give what stock ones composed give, to 4e-6 of the largest value", () => {
    // these ask for kernels by name
    for (const each of cases().filter(({ name }) => !name.startsWith("bias") && !name.startsWith("gelu"))) {
      const fused = evaluateCase(each), composed = withoutFused(() => evaluateCase(each));
      for (const [i, tensor] of fused.entries()) {
        const expected = composed[i].dataSync();
        assertClose(tensor.dataSync(), expected, 4e-6 * largest(expected), `${each.name}, result ${i}`);
      }
      ops.tidy(() => tf.dispose([fused, composed]));
    }
  });

  Deno.test("bias and GELU in one, and GELU alone, give what its formula gives, to 1e-6", () => {
    const draw = random(29, "gelu");
    for (const [activation, form] of [["gelu", "erf"], ["geluTanh", "tanh"], ["geluSigmoid", "sigmoid"]] as const) {
      ops.tidy(() => {
        const [z, bias, dy] = [[40, 33], [33], [40, 33]].map((shape) =>
          ops.tensor(draw.normals(shape.reduce((size, n) => size * n, 1)), shape)
        );
        const eye = ops.tensor(Array.from({ length: 33 * 33 }, (_, i) => +(i % 34 === 0)), [33, 33]);
        const { value, gradients, aux } = withoutFused(() =>
          ops.variableGradients(([x]) => {
            const y = ops.gelu(x, form);
            return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
          }, [ops.add(z, bias)])
        );
        const [y, kept] = runKernel("HouseLinear", { x: z, weight: eye, bias }, { activation });
        const [dz, ofBias] = runKernel("HouseActivationGrad", { dy, kept }, { activation });
        const x = ops.add(z, bias);
        const [alone, gradient] = [
          runKernel("HouseGelu", { x }, { form })[0],
          runKernel("HouseGeluGrad", { x, dy }, { form })[0],
        ];
        const pairs = [[y, aux.y], [alone, aux.y], [dz, gradients[0]], [gradient, gradients[0]]];
        for (const [i, [got, want]] of [...pairs, [ofBias, ops.sum(gradients[0], 0)]].entries()) {
          const expected = want.dataSync();
          assertClose(got.dataSync(), expected, 1e-6 * largest(expected), `${form}, result ${i}`);
        }
        value.dispose();
      });
    }
  });

  Deno.test("results are the same to the last bit with 1, 2, 3 and 5 threads", async () => {
    const [one, ...others] = await Promise.all(["1", "2", "3", "5"].map((threads) => child(threads, "")));
    assert(one.length > 1e6, `${one.length} values`);
    for (const other of others) assertEquals(differences(one, other, 0), []);
  });

  Deno.test("the three levels of processors agree, to 2e-6 of the largest value", async () => {
    const highest = await child("2", "");
    for (const level of ["2", "3", "4"]) {
      const results = await child("2", level).catch((error: Error) => error);
      if (results instanceof Error) {
        assert(results.message.includes("this processor has x86-64-v"), results.message);
        // deno-lint-ignore no-console -- a test that has nothing to look at says so
        console.log(`This processor has no level ${level}, so that is not tested`);
      } else {
        assertEquals(differences(highest, results, 2e-6), [], `level ${level}`);
      }
    }
  });

  Deno.test("a level that there is not is refused with a sentence", async () => {
    const backend = new URL("../../../lib/engine/backend.ts", import.meta.url).href;
    const printed = await runModule(`import { useBackend } from "${backend}";
      Deno.env.set("COUNTERPROOF_CPU_LEVEL", "5");
      await useBackend("tensorflow").catch((error) => console.log(error.name, error.message));`);
    assertEquals(
      new TextDecoder().decode(printed).trim(),
      'RangeError Cannot work at the level of COUNTERPROOF_CPU_LEVEL: the level of the processor is "5", expected 2, 3 ' +
        "or 4 (of x86-64). Unset it for the highest that this processor has",
    );
  });

  Deno.test("inputs of other ranks and sizes are refused, and NaN goes through", () => {
    ops.tidy(() => {
      for (const [name, shapes, attributes] of wrong) {
        const inputs = shapes.map((shape) => ops.ones([...shape]));
        assertThrows(() => execute(name, inputs, attributes), Error, "expected");
      }
      const [nan, row] = [ops.constant([2, 3], NaN), ops.ones([3])];
      const results = [
        ops.gelu(nan),
        ops.layerNorm(nan, row, row, 1e-6),
        ...execute("HouseBias", [nan, row], { activation: "relu" }),
      ];
      for (const [i, result] of results.entries()) assert([...result.dataSync()].every(Number.isNaN), `result ${i}`);
    });
  });

  Deno.test("empty batches have empty results", () => {
    ops.tidy(() => {
      const [none, row] = [ops.zeros([0, 3]), ops.ones([3])];
      assertEquals(ops.layerNorm(none, row, row, 1e-6).shape, [0, 3]);
      assertEquals(ops.gelu(none).shape, [0, 3]);
      assertEquals([...execute("HouseColumnSums", [none], {})[0].dataSync()], [0, 0, 0]);
    });
  });

  Deno.test("a compiled step of our own operations gives what the step gives, to 1e-6", () => {
    const draw = random(23, "block");
    const drawn = (...shape: number[]): T => ops.tensor(draw.normals(shape.reduce((size, n) => size * n, 1)), shape);
    const params = { filter: drawn(7, 7, 1, 20), row: drawn(20), weight: drawn(20, 20), images: drawn(3, 9, 8, 20) };
    const step = ({ state }: { state: typeof params; inputs: Record<never, T>; fixed: null }) => {
      const { value, gradient } = valueAndGradient(block, state);
      return { value, gradient };
    };
    using compiled = compile(step);
    const given = { state: params, inputs: {}, fixed: null };
    const expected = step(given), made = compiled.run(given);
    assertClose(made.value.dataSync(), expected.value.dataSync(), 1e-6 * largest(expected.value.dataSync()), "value");
    for (const name of ["filter", "row", "weight", "images"] as const) {
      const want = expected.gradient[name].dataSync();
      assertClose(made.gradient[name].dataSync(), want, 1e-6 * largest(want), name);
    }
    for (const tree of [params, expected, made]) disposeTree(tree);
  });
}

function block(
  { filter, row, weight, images }: Readonly<Record<string, T>>,
): { value: ops.Scalar; aux: Record<never, T> } {
  const y = ops.layerNorm(ops.depthwise(images, filter, row), row, row, 1e-6);
  const x = ops.addScaled(images, ops.linear(y, weight, row, "gelu"), row);
  const normed = ops.batchNorm(x, row, row, { epsilon: 1e-5, activation: "relu", residual: images }).y;
  return { value: ops.mean(ops.logSoftmax(normed)) as ops.Scalar, aux: {} };
}

/** Calls that an operation must refuse: name, shapes of its inputs, attributes. */
const wrong: readonly (readonly [string, readonly (readonly number[])[], Attributes])[] = [
  ["HouseLayerNorm", [[], [3], [3]], { epsilon: 1 }],
  ["HouseLayerNorm", [[2, 0], [0], [0]], { epsilon: 1 }],
  ["HouseLayerNorm", [[2, 3], [4], [3]], { epsilon: 1 }],
  ["HouseLayerNorm", [[2, 3], [3], [1, 3]], { epsilon: 1 }],
  ["HouseLayerNormGrad", [[2, 3], [3], [3, 2], [2, 2]], {}],
  ["HouseLayerNormGrad", [[2, 3], [3], [2, 3], [2, 1]], {}],
  ["HouseBatchNorm", [[0, 3], [3], [3]], { epsilon: 1, activation: "none" }],
  ["HouseBatchNorm", [[2, 3], [2], [3]], { epsilon: 1, activation: "none" }],
  ["HouseBatchNormJoined", [[2, 3], [3], [3], [3]], { epsilon: 1, activation: "none" }],
  ["HouseBatchNormGrad", [[2, 3], [3], [2, 3], [3], [2]], { epsilon: 1 }],
  ["HouseBatchNormReluGrad", [[2, 3], [3], [2, 3], [3], [3], [3, 2]], { epsilon: 1 }],
  ["HouseBias", [[2, 3], [2]], { activation: "none" }],
  ["HouseBias", [[], []], { activation: "none" }],
  ["HouseBiasGelu", [[2, 3], []], { form: "erf" }],
  ["HouseActivationGrad", [[2, 3], [2, 4]], { activation: "relu" }],
  ["HouseColumnSums", [[]], {}],
  ["HouseGeluGrad", [[2, 3], [6]], { form: "erf" }],
  ["HouseAddScaled", [[2, 3], [2, 3], [2]], {}],
  ["HouseAddScaled", [[2, 3], [3, 3], [3]], {}],
  ["HouseAddScaledGrad", [[2, 3], [3], [2]], {}],
  ["HouseSoftmaxGrad", [[2, 3], [3]], {}],
  ["HouseLogSoftmaxGrad", [[], []], {}],
  ["HouseDepthwise", [[5, 5, 3], [3, 3, 3, 1]], {}],
  ["HouseDepthwise", [[1, 5, 5, 3], [3, 3, 3]], {}],
  ["HouseDepthwise", [[1, 5, 5, 3], [4, 4, 3, 1]], {}],
  ["HouseDepthwise", [[1, 5, 5, 3], [3, 5, 3, 1]], {}],
  ["HouseDepthwise", [[1, 5, 5, 3], [3, 3, 3, 2]], {}],
  ["HouseDepthwiseBias", [[1, 5, 5, 3], [3, 3, 3, 1], [4]], {}],
  ["HouseDepthwiseInputGrad", [[1, 5, 5, 3], [3, 3, 2, 1]], {}],
  ["HouseDepthwiseFilterGrad", [[1, 5, 5, 3], [1, 5, 5, 2]], { size: { whole: 3 } }],
  ["HouseDepthwiseFilterGrad", [[1, 5, 5, 3], [1, 5, 5, 3]], { size: { whole: 4 } }],
  ["HouseAdam", [[2], [2], [3], [2], [], []], { ...adam(), decays: [0] }],
  ["HouseAdam", [[2], [2], [2], [2], [1], []], { ...adam(), decays: [0] }],
  ["HouseAdam", [[2], [2], [2], [2], [], []], { ...adam(), decays: [0, 0] }],
];

type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly whole: number }>>;

function adam(): Attributes {
  return { N: { whole: 1 }, beta1: 0, gain1: 1, log1: -Infinity, beta2: 0, gain2: 1, log2: -Infinity, epsilon: 1 };
}

/** Runs an operation of TensorFlow itself; all of its outputs are tensors of the scope. */
function execute(name: string, inputs: readonly T[], attributes: Attributes): T[] {
  const backend = tf.backend() as unknown as Backend;
  const { TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_STRING } = backend.binding;
  const listed = Object.entries(attributes).map(([name, value]): Attribute => {
    if (typeof value === "string") return { name, type: TF_ATTR_STRING, value };
    if (typeof value === "object" && "whole" in value) return { name, type: TF_ATTR_INT, value: value.whole };
    return { name, type: TF_ATTR_FLOAT, value };
  });
  const outputs = name === "HouseBias" || name === "HouseColumnSums" ? 1 : 3;
  return backend.executeMultipleOutputs(name, listed, inputs, outputs) as T[];
}

/** Runs something without the house's kernels, as on a graphics card. */
function withoutFused<R>(body: () => R): R {
  const ours = tf.getKernelsForBackend("tensorflow").filter(({ kernelName }) => kernelName.startsWith("House"));
  for (const { kernelName } of ours) tf.unregisterKernel(kernelName, "tensorflow");
  try {
    return body();
  } finally {
    for (const kernel of ours) tf.registerKernel(kernel);
  }
}

/** All results of all cases in a process of their own. */
async function child(threads: string, level: string): Promise<Float32Array> {
  const bytes = await runFile(new URL("./fused_cases.ts", import.meta.url), [threads, level]);
  return new Float32Array(bytes.slice().buffer);
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
}

/** Cases of which a result differs by more than `tolerance` of its largest value. */
function differences(a: Float32Array, b: Float32Array, tolerance: number): string[] {
  assertEquals(a.length, b.length);
  let at = 0;
  return cases().filter((each: Case) => {
    const made = evaluateCase(each);
    return made.map((tensor) => {
      const [x, y] = [a, b].map((all) => all.subarray(at, at + tensor.size));
      at += tensor.size;
      tensor.dispose();
      const most = tolerance * largest(x);
      return x.some((value, i) => !(Math.abs(value - y[i]) <= most));
    }).includes(true);
  }).map(({ name }) => name);
}
