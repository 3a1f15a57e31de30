import { join } from "node:path";
import { onnxGraph, type Value } from "../../lib/onnx/graph.ts";
import * as onnx from "../../lib/onnx/operations.ts";
import { openSession } from "../../lib/reconstruct/session.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

type Numbers = { readonly data: Float32Array; readonly shape: readonly number[] };

/** What operations make of an input. */
async function made(given: Numbers, build: (x: Value) => Value): Promise<Numbers> {
  const graph = onnxGraph("test");
  const x = graph.input("x", "float32", given.shape.map((_, i) => `side${i}`));
  const y = build(x);
  let found = given;
  await inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    // of unknown rank: what is given says its own
    graph.output("y", y, { shape: given.shape.map((_, i) => `out${i}`) });
    await Deno.writeFile(file, graph.bytes());
    await using session = await openSession(file, { provider: "cpu", threads: 1 });
    found = (await session.run({ x: given })).y;
  });
  return found;
}

function numbers(...shape: number[]): Numbers {
  return { data: random(1, "onnx", `${shape}`).normals(shape.reduce((a, b) => a * b, 1)), shape };
}

const float = (values: ArrayLike<number>) => Float32Array.from(values);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

Deno.test("operations of single numbers are their formulas", async () => {
  const x = { data: float([-2, -0.5, 0, 1, 3]), shape: [5] };
  const cases: readonly (readonly [(x: Value) => Value, (x: number) => number])[] = [
    [(x) => onnx.add(x, 2), (x) => x + 2],
    [(x) => onnx.sub(x, 2), (x) => x - 2],
    [(x) => onnx.mul(x, x), (x) => x * x],
    [(x) => onnx.div(x, 4), (x) => x / 4],
    [onnx.sin, Math.sin],
    [onnx.cos, Math.cos],
    [onnx.exp, Math.exp],
    [onnx.tanh, Math.tanh],
    [onnx.sigmoid, sigmoid],
    [onnx.relu, (x) => Math.max(0, x)],
    [(x) => onnx.sqrt(onnx.mul(x, x)), Math.abs],
    [onnx.silu, (x) => x * sigmoid(x)],
    [onnx.quickGelu, (x) => x * sigmoid(1.702 * x)],
  ];
  for (const [build, formula] of cases) assertClose((await made(x, build)).data, x.data.map(formula), 1e-5);
  // Φ(1) = 0.8413447, Φ(−0.5) = 0.3085375, from a table
  const { data } = await made(x, onnx.gelu);
  assertClose([data[1], data[2], data[3]], [-0.5 * 0.3085375, 0, 0.8413447], 1e-6);
  assertClose((await made(x, onnx.erf)).data[3], 0.8427008, 1e-6);
});

Deno.test("a convolution is a sum over its window, strided, padded and in groups", async () => {
  const x = numbers(1, 4, 5, 6);
  const weight = numbers(6, 2, 3, 3), bias = numbers(6);
  const { data, shape } = await made(x, (x) => onnx.conv(x, { weight, bias, stride: 2, pad: 1, groups: 2 }));
  assertEquals([...shape], [1, 6, 3, 3]);
  const want = new Float32Array(data.length);
  for (let o = 0; o < 6; o++) {
    for (let y = 0; y < 3; y++) {
      for (let column = 0; column < 3; column++) {
        let sum = bias.data[o];
        for (let c = 0; c < 2; c++) {
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
              const [row, at] = [2 * y + i - 1, 2 * column + j - 1];
              if (row < 0 || at < 0 || row > 4 || at > 5) continue;
              sum += weight.data[((o * 2 + c) * 3 + i) * 3 + j] *
                x.data[((c + 2 * Math.floor(o / 3)) * 5 + row) * 6 + at];
            }
          }
        }
        want[(o * 3 + y) * 3 + column] = sum;
      }
    }
  }
  assertClose(data, want, 1e-5);
});

Deno.test("a transposed convolution is the adjoint of a convolution: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩", async () => {
  const x = numbers(1, 3, 8, 8), y = numbers(1, 5, 4, 4), weight = numbers(5, 3, 2, 2);
  const dot = (a: Numbers, b: Numbers) => a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
  const forth = await made(x, (x) => onnx.conv(x, { weight, stride: 2 }));
  const back = await made(y, (y) => onnx.convTranspose(y, { weight, stride: 2 }));
  assertEquals([[...forth.shape], [...back.shape]], [[1, 5, 4, 4], [1, 3, 8, 8]]);
  assertClose(dot(forth, y), dot(x, back), 1e-4);
});

Deno.test("linear layers multiply by their weights turned, of matrices in one operation", async () => {
  const x = numbers(4, 3), weight = numbers(5, 3), bias = numbers(5);
  const want = Float32Array.from({ length: 20 }, (_, i) => {
    const [row, out] = [Math.floor(i / 5), i % 5];
    return [0, 1, 2].reduce((sum, k) => sum + x.data[row * 3 + k] * weight.data[out * 3 + k], bias.data[out]);
  });
  assertClose((await made(x, (x) => onnx.linear(x, { weight, bias }))).data, want, 1e-5);
  assertClose((await made(x, (x) => onnx.gemm(x, { weight, bias }))).data, want, 1e-5);
});

Deno.test("norms leave mean 0 and variance 1 of what they are said to, times weight plus bias", async () => {
  const x = numbers(2, 4, 3, 3);
  const filled = (value: number, length: number) => ({ shape: [length], data: new Float32Array(length).fill(value) });
  const moments = (data: Float32Array) => {
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    return [mean, data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length];
  };
  const spans = [
    [18, (x: Value) => onnx.groupNorm(x, { groups: 2, weight: filled(2, 4), bias: filled(1, 4) })],
    [9, (x: Value) => onnx.instanceNorm(x, { weight: filled(2, 4), bias: filled(1, 4) })],
    [3, (x: Value) => onnx.layerNorm(x, { weight: filled(2, 3), bias: filled(1, 3) })],
  ] as const;
  for (const [span, build] of spans) {
    const { data, shape } = await made(x, build);
    assertEquals([...shape], [2, 4, 3, 3]);
    for (let i = 0; i < data.length; i += span) assertClose(moments(data.slice(i, i + span)), [1, 4], 0.05);
  }
  // each channel has its own weight
  const own = { shape: [4], data: float([0, 1, 0, 1]) };
  const { data } = await made(x, (x) => onnx.groupNorm(x, { groups: 2, weight: own, bias: filled(3, 4) }));
  assertEquals([data[0], data[8], data[18]], [3, 3, 3]);
  assertEquals(data[9] === 3, false);
});

Deno.test("what changes places and sizes leaves the numbers alone", async () => {
  const x = { data: float([1, 2, 3, 4]), shape: [1, 1, 2, 2] };
  const of = async (build: (x: Value) => Value) => [...(await made(x, build)).data];
  assertEquals(await of((x) => onnx.resizeNearest(x, { scale: 2 })), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  assertEquals(await of((x) => onnx.avgPool(x, { size: 2 })), [2.5]);
  assertEquals(await of((x) => onnx.transpose(x, [0, 1, 3, 2])), [1, 3, 2, 4]);
  assertEquals(await of((x) => onnx.reshape(x, [0, 1, 4, -1])), [1, 2, 3, 4]);
  assertEquals(await of((x) => onnx.concat([x, onnx.mul(x, 10)], { axis: 3 })), [1, 2, 10, 20, 3, 4, 30, 40]);
  assertEquals(await of((x) => onnx.slice(x, { axis: 3, from: 1, to: 2 })), [2, 4]);
  assertEquals(await of((x) => onnx.reduceMean(x, { axes: [3] })), [1.5, 3.5]);
  assertClose(await of((x) => onnx.softmax(x)), [1, 2, 1, 2].map((k) => sigmoid(k === 1 ? -1 : 1)), 1e-6);
  assertEquals(await of((x) => onnx.matMul(x, x)), [7, 10, 15, 22]);
  const rows = { shape: [3, 2], data: float([5, 6, 7, 8, 9, 10]) };
  const picked = (x: Value) => onnx.gather(x.graph.weight(rows), onnx.reshape(onnx.wholes(x.graph, [2, 0]), [1, 2]));
  assertEquals(await of((x) => onnx.add(onnx.mul(x, 0), picked(x))), [9, 10, 5, 6]);
  assertEquals(await of((x) => onnx.toFloat(onnx.reshape(onnx.shape(x), [1, 1, 2, 2]))), [1, 1, 2, 2]);
});

Deno.test("a graph writes a tensor once, and refuses names twice, other graphs' values and no output", () => {
  const graph = onnxGraph("toy"), other = onnxGraph("other");
  const x = graph.input("x", "float32", [2]);
  const tensor = { shape: [2], data: float([1, 2]) };
  assertEquals(graph.weight(tensor).name, graph.weight({ ...tensor }).name);
  assertEquals(graph.weight(tensor).name === graph.weight({ ...tensor, shape: [1, 2] }).name, false);
  assertThrows(() => graph.bytes(), RangeError, 'the graph "toy": it has no output');
  assertThrows(() => graph.input("x", "int64", []), RangeError, 'Cannot name "x" in the graph "toy"');
  assertThrows(
    () => onnx.add(x, other.input("y", "float32", [2])),
    RangeError,
    '"y" in the graph "toy": it is of another',
  );
});
