import * as tf from "@tensorflow/tfjs-core";
import { closeBackend, useBackend } from "../../../lib/engine/backend.ts";
import { compile } from "../../../lib/engine/compiled.ts";
import { runKernel } from "../../../lib/engine/differentiable.ts";
import { narrow, widen } from "../../../lib/engine/narrowed.ts";
import * as ops from "../../../lib/engine/ops.ts";
import { inPrecision, type Precision } from "../../../lib/engine/precision.ts";
import { builtAddon } from "../../../lib/engine/tensorflow/installed.ts";
import { disposeTree } from "../../../lib/engine/tree.ts";
import { random } from "../../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../../assert.ts";
import { runModule } from "../child.ts";

type T = ops.Tensor;

Deno.test("bfloat16 is refused on another backend, with what to do", async () => {
  const at = (path: string) => new URL(`../../../lib/engine/${path}`, import.meta.url).href;
  const printed = await runModule(`import { useBackend } from "${at("backend.ts")}";
    import { inPrecision } from "${at("precision.ts")}";
    await useBackend("cpu");
    try { inPrecision("bfloat16", () => {}); } catch (error) { console.log(error.message); }`);
  assertEquals(
    new TextDecoder().decode(printed).trim(),
    'Cannot compute in bfloat16 on backend "cpu": bfloat16 is offered on tensorflow (Linux on x86-64), which is built ' +
      'once with: deno task engine:tensorflow. Run it there, or set "precision" to null for float32',
  );
});

if (builtAddon() === null) {
  Deno.test("layers in bfloat16 on tensorflow", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow");
  });
} else {
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(closeBackend);

  testLive("rounding goes to the nearest, of two to the even one, and NaN and infinity stay", () => {
    // 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷, 1 + 3 · 2⁻⁸ between that and 1 + 2⁻⁶
    const values = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -2.5, 0, NaN, Infinity, -1e-40, 3.4e38];
    const expected = [1, 1, 1 + 2 ** -6, 1 + 2 ** -7, -2.5, 0, NaN, Infinity, -1e-40, Infinity];
    const drawn = [...random(3, "rounding").normals(500)];
    ops.tidy(() => {
      const x = ops.tensor([...values, ...drawn], [values.length + drawn.length, 1]);
      const rounded = [...widen(narrow(x)).dataSync()];
      assertClose(rounded.slice(0, 6), expected.slice(0, 6), 0, "exact");
      assert(Number.isNaN(rounded[6]) && rounded[7] === Infinity && rounded[9] === Infinity, `${rounded.slice(6, 10)}`);
      assertClose(rounded.slice(10), drawn.map(nearest), 0, "drawn");
      // our own, with sums beside, gives the same
      const [own, sums] = runKernel("HouseNarrowSums", { x });
      assertEquals([...widen(own).dataSync()].map(String), rounded.map(String));
      assert(Number.isNaN(sums.dataSync()[0]));
    });
  });

  testLive("products of small whole numbers are exact, forwards and back", () => {
    const draw = random(5, "whole");
    const whole = (...shape: number[]): T =>
      ops.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw.integer(5) - 2), shape);
    ops.tidy(() => {
      for (const { name, shapes, apply } of layers()) {
        if (/gelu|norm/.test(name)) continue; // these make no whole numbers
        const inputs = shapes.map((shape) => whole(...shape));
        const dy = whole(...ops.tidy(() => apply(inputs)).shape);
        const [brief, full] = (["bfloat16", "float32"] as const).map((precision) =>
          valueAndGradients(precision, apply, { inputs, dy })
        );
        for (const [i, tensor] of brief.entries()) {
          assertClose(tensor.dataSync(), full[i].dataSync(), 0, `${name}, result ${i}`);
        }
        tf.dispose([brief, full]);
      }
    });
  });

  testLive("every layer gives what it gives in float32, values and gradients, to 2 % of the largest", () => {
    const draw = random(7, "layers");
    const drawn = (shape: number[]): T => ops.tensor(draw.normals(shape.reduce((a, b) => a * b, 1)), shape);
    ops.tidy(() => {
      for (const { name, shapes, apply } of layers()) {
        const inputs = shapes.map(drawn);
        const dy = drawn(ops.tidy(() => apply(inputs)).shape);
        const full = valueAndGradients("float32", apply, { inputs, dy });
        const brief = valueAndGradients("bfloat16", apply, { inputs, dy });
        // as a graphics card has it: rounding around TensorFlow's own operations
        const stock = withoutNeighbours(() => valueAndGradients("bfloat16", apply, { inputs, dy }));
        for (const [i, tensor] of full.entries()) {
          // a sum beside 0 may round to the other side of it, and a ReLU shut there
          if (i > 0 && name.includes("relu")) continue;
          const expected = tensor.dataSync();
          for (const [how, given] of [["fused", brief[i]], ["composed", stock[i]]] as const) {
            assertClose(given.dataSync(), expected, 0.02 * largest(expected), `${name} ${how}, result ${i}`);
          }
          // not at all the same: it was computed in bfloat16
          assert(i > 0 || brief[0].dataSync().some((value, j) => value !== expected[j]), `${name} is float32`);
        }
        tf.dispose([full, brief, stock]);
      }
    });
  });

  testLive("a layer goes back in the precision that it went in, and losses around it are float32", () => {
    ops.tidy(() => {
      const x = ops.tensor([1 + 2 ** -10], [1, 1]), weight = ops.tensor([1 + 2 ** -10], [1, 1]);
      const { value, gradients } = ops.variableGradients(([x, weight]) => {
        const y = inPrecision("bfloat16", () => ops.linear(x, weight, null));
        return {
          value: ops.sum(ops.matMul(ops.mul(y, 1 + 2 ** -10) as ops.Tensor2D, x as ops.Tensor2D)) as ops.Scalar,
          aux: {},
        };
      }, [x, weight]);
      // y is 1 · 1; the product behind it keeps what bfloat16 would round off
      assertEquals(value.dataSync()[0], Math.fround((1 + 2 ** -10) ** 2));
      // of x: one part through the layer, rounded to 1, and one through the product, not rounded
      assertEquals([...gradients[0].dataSync()], [2 + 2 ** -10]);
      assertEquals([...gradients[1].dataSync()], [1]);
    });
  });

  testLive("a precision ends where it was asked for, also by an error", () => {
    const weight = ops.tensor([1 + 2 ** -10], [1, 1]);
    const wrong = (): T => ops.linear(weight, ops.ones([2, 2]), null);
    ops.tidy(() => void assertThrows(() => inPrecision("bfloat16", wrong), Error));
    const [brief, full] = ops.tidy(() => [
      inPrecision("bfloat16", () => ops.linear(weight, weight, null)).dataSync()[0],
      ops.linear(weight, weight, null).dataSync()[0],
    ]);
    assertEquals([brief, full], [1, Math.fround((1 + 2 ** -10) ** 2)]);
    weight.dispose();
  });

  testLive("a recorded step in bfloat16 gives the bits of the step itself", () => {
    const draw = random(11, "recorded");
    const params = Object.fromEntries(
      Object.entries({
        images: [3, 8, 8, 6],
        filter: [2, 2, 6, 8],
        norm: [8],
        wide: [32, 8],
        wideBias: [32],
        back: [8, 32],
      })
        .map(([name, shape]) => [name, ops.tensor(draw.normals(shape.reduce((a, b) => a * b, 1)), shape)]),
    );
    const step = (
      { state: { images, ...leaves } }: { state: typeof params; inputs: Record<never, T>; fixed: null },
    ) => {
      const names = Object.keys(leaves);
      const { value, gradients } = ops.variableGradients((given) => {
        const p = Object.fromEntries(names.map((name, i) => [name, given[i]]));
        const y = inPrecision("bfloat16", () => {
          const x = ops.convolve(images, p.filter, p.norm, { stride: 2 });
          return ops.mlp(x, {
            norm: { weight: p.norm, bias: p.norm },
            fc1: { weight: p.wide, bias: p.wideBias },
            fc2: { weight: p.back, bias: p.norm },
          }, { epsilon: 1e-6, activation: "gelu" });
        });
        return { value: ops.mean(ops.square(y)) as ops.Scalar, aux: {} };
      }, Object.values(leaves));
      return { value, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]])) } as Record<string, T>;
    };
    using compiled = compile(step);
    const given = { state: params, inputs: {}, fixed: null };
    const direct = step(given), replayed = compiled.run(given);
    for (const [name, tensor] of Object.entries(direct)) {
      assertEquals([...replayed[name].dataSync()], [...tensor.dataSync()], name);
    }
    for (const tree of [params, direct, replayed]) disposeTree(tree);
  });
}

interface Layer {
  readonly name: string;
  readonly shapes: readonly number[][];
  readonly apply: (inputs: T[]) => T;
}

/** Every layer that computes in the precision at hand, in all forms that take another way through it. */
function layers(): Layer[] {
  const [c, o] = [20, 33];
  const linears = [null, "relu", "gelu", "geluTanh", "geluSigmoid"] as const;
  return [
    ...linears.flatMap((activation): Layer[] => [
      {
        name: `linear, ${activation}`,
        shapes: [[7, 5, c], [o, c], [o]],
        apply: ([x, weight, bias]) => ops.linear(x, weight, bias, activation),
      },
      {
        name: `linear without bias, ${activation}`,
        shapes: [[7, 5, c], [o, c]],
        apply: ([x, weight]) => ops.linear(x, weight, null, activation),
      },
    ]),
    ...[[2, 2, 0, 8], [3, 1, 1, 8], [3, 2, 1, 9], [4, 4, 0, 8], [1, 1, 0, 7], [7, 2, 3, 9]].map((
      [k, stride, pad, side],
    ): Layer => ({
      name: `convolve ${k}×${k}, stride ${stride}, pad ${pad}${k === 3 ? ", relu" : ""}`,
      shapes: [[3, side, side, 6], [k, k, 6, 10], [10]],
      apply: ([x, filter, bias]) => ops.convolve(x, filter, bias, { stride, pad, activation: k === 3 ? "relu" : null }),
    })),
    {
      name: "convolve without bias",
      shapes: [[3, 8, 8, 6], [3, 3, 6, 10]],
      apply: ([x, filter]) => ops.convolve(x, filter, null, { pad: 1 }),
    },
    ...[[false, false], [true, false], [false, true], [true, true]].map(([transposeA, transposeB]): Layer => ({
      name: `product ${transposeA} ${transposeB}`,
      shapes: [[2, 3, ...(transposeA ? [6, 4] : [4, 6])], [2, 3, ...(transposeB ? [5, 6] : [6, 5])]],
      apply: ([a, b]) => ops.product(a, b, transposeA, transposeB),
    })),
    {
      name: "mlp behind its norm",
      shapes: [[3, 5, c], [c], [c], [4 * c, c], [4 * c], [c, 4 * c], [c]],
      apply: ([x, normWeight, normBias, weight1, bias1, weight2, bias2]) =>
        ops.mlp(x, {
          norm: { weight: normWeight, bias: normBias },
          fc1: { weight: weight1, bias: bias1 },
          fc2: { weight: weight2, bias: bias2 },
        }, { epsilon: 1e-6, activation: "gelu" }),
    },
    {
      name: "mlp behind its norm, onto another branch",
      shapes: [[3, 5, c], [3, 5, c], [c], [c], [c], [4 * c, c], [4 * c], [c, 4 * c], [c]],
      apply: ([x, other, scale, normWeight, normBias, weight1, bias1, weight2, bias2]) =>
        ops.mlp(x, {
          norm: { weight: normWeight, bias: normBias },
          fc1: { weight: weight1, bias: bias1 },
          fc2: { weight: weight2, bias: bias2 },
        }, { epsilon: 1e-6, activation: "gelu", onto: { x: other, scale } }),
    },
  ];
}

/** The value of a layer in a precision, and its gradients under dy; tensors of the scope. */
function valueAndGradients(
  precision: Precision,
  apply: Layer["apply"],
  { inputs, dy }: { readonly inputs: T[]; readonly dy: T },
): T[] {
  const { value, gradients, aux } = ops.variableGradients((leaves) => {
    const y = inPrecision(precision, () => apply(leaves));
    return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
  }, inputs);
  value.dispose();
  return [aux.y, ...gradients];
}

/** Without the operations of our own, which graphics cards do not have. */
function withoutNeighbours<R>(body: () => R): R {
  const ours = tf.getKernelsForBackend("tensorflow").filter(({ kernelName }) =>
    kernelName.startsWith("House") && !["HouseNarrow", "HouseWiden"].includes(kernelName)
  );
  for (const { kernelName } of ours) tf.unregisterKernel(kernelName, "tensorflow");
  try {
    return body();
  } finally {
    for (const kernel of ours) tf.registerKernel(kernel);
  }
}

/** A number rounded to bfloat16 by its bits. */
function nearest(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  view.setUint32(0, ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) << 16);
  return view.getFloat32(0);
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
}

/** A test that ends with as many tensors as it began with. */
function testLive(name: string, body: () => void): void {
  Deno.test(name, () => {
    const before = tf.memory().numTensors;
    body();
    assertEquals(tf.memory().numTensors, before, "live tensors");
  });
}
