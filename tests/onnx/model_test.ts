import { join } from "node:path";
import { onnxBytes, type OnnxModel } from "../../lib/onnx/model.ts";
import { elementTypes } from "../../lib/onnx/types.ts";
import { joined, nested, wholeField } from "../../lib/onnx/wire.ts";
import { readOnnxHeader } from "../../lib/reconstruct/onnx_file.ts";
import { openSession } from "../../lib/reconstruct/session.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

const x = { name: "x", type: "float32", shape: ["n", 3] } as const;
const y = { name: "y", type: "float32", shape: ["n", 3] } as const;

/** What a network gives as "y" for "x". */
async function outputOf(
  model: OnnxModel | Uint8Array,
  given: { readonly data: Float32Array; readonly shape: readonly number[] },
): Promise<{ readonly data: Float32Array; readonly shape: readonly number[] }> {
  let found = given;
  await inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    await Deno.writeFile(file, model instanceof Uint8Array ? model : onnxBytes(model));
    await using session = await openSession(file, { provider: "cpu", threads: 1 });
    found = (await session.run({ x: given })).y;
  });
  return found;
}

Deno.test("fields are written as the encoding's own page has them", () => {
  // 150 in field 1, and a message in field 3 that holds it: protobuf.dev, "A Simple Message" and "Submessages"
  assertEquals([...joined(wholeField(1, 150))], [0x08, 0x96, 0x01]);
  assertEquals([...joined(nested(3, wholeField(1, 150)))], [0x1a, 0x03, 0x08, 0x96, 0x01]);
  // −2 is the complement of 64 bits, ten bytes: "Signed Integers"
  assertEquals([...joined(wholeField(1, -2))], [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
});

Deno.test("a network's file is read by the runtime, with every type of number and kind of attribute", async () => {
  const numbers = [
    ["float32", Float32Array.of(1, 2, 3)],
    ["float64", Float64Array.of(1, 2, 3)],
    ["int8", Int8Array.of(1, 2, 3)],
    ["int16", Int16Array.of(1, 2, 3)],
    ["int32", Int32Array.of(1, 2, 3)],
    ["int64", BigInt64Array.of(1n, 2n, 3n)],
    ["uint8", Uint8Array.of(1, 2, 3)],
    ["uint16", Uint16Array.of(1, 2, 3)],
    ["uint32", Uint32Array.of(1, 2, 3)],
    ["uint64", BigUint64Array.of(1n, 2n, 3n)],
    ["float16", Uint16Array.of(0x3c00, 0x4000, 0x4200)],
    ["bfloat16", Uint16Array.of(0x3f80, 0x4000, 0x4040)],
    ["bool", Uint8Array.of(1, 0, 1)],
  ] as const;
  for (const [type, data] of numbers) {
    const model: OnnxModel = {
      ...{ inputs: [x], outputs: [y], weights: [{ name: "w", shape: [3], data, type }] },
      nodes: [
        { op: "Cast", inputs: ["w"], outputs: ["v"], attributes: { to: elementTypes.float32 } },
        { op: "Mul", inputs: ["x", "v"], outputs: ["y"] },
      ],
    };
    const { data: got } = await outputOf(model, { data: Float32Array.of(1, 1, 1), shape: [1, 3] });
    assertEquals([...got], type === "bool" ? [1, 0, 1] : [1, 2, 3], type);
  }
  assertEquals(numbers.length + 1, Object.keys(elementTypes).length); // and texts
});

Deno.test("attributes are ints, floats, texts, lists of them, tensors and graphs", async () => {
  const c = { name: "c", type: "float32", shape: [] } as const;
  const branch = (value: number) => ({
    ...{ inputs: [], outputs: [c] },
    nodes: [{ op: "Constant", inputs: [], outputs: ["c"], attributes: { value_float: { float: value } } }],
  });
  const model: OnnxModel = {
    ...{ inputs: [x], outputs: [y], opset: 17, metadata: { made: "by hand" } },
    nodes: [
      { op: "Constant", inputs: [], outputs: ["a"], attributes: { value_floats: { floats: [0.5, 1, 1.5] } } },
      {
        op: "Constant",
        inputs: [],
        outputs: ["b"],
        attributes: { value: { tensor: { shape: [], data: Uint8Array.of(1), type: "bool" } } },
      },
      { op: "Constant", inputs: [], outputs: ["axes"], attributes: { value_ints: [-1] } },
      {
        op: "If",
        inputs: ["b"],
        outputs: ["d"],
        attributes: { then_branch: { graph: branch(10) }, else_branch: { graph: branch(20) } },
      },
      { op: "Add", inputs: ["x", "a"], outputs: ["e"] },
      { op: "Constant", inputs: [], outputs: ["t"], attributes: { value_strings: ["one", "two"] } },
      { op: "Unsqueeze", inputs: ["e", "axes"], outputs: ["f"] },
      { op: "Squeeze", inputs: ["f", "axes"], outputs: ["g"] },
      { op: "Mul", inputs: ["g", "d"], outputs: ["y"] },
    ],
  };
  const { data } = await outputOf(model, { data: Float32Array.of(1, 2, 3), shape: [1, 3] });
  assertClose(data, [15, 30, 45], 0);
  const texts: OnnxModel = {
    ...{ inputs: [x], outputs: [y], nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }] },
    weights: [{ name: "w", shape: [2], data: ["a", "b"] }],
  };
  assertEquals([...(await outputOf(texts, { data: Float32Array.of(1, 2, 3), shape: [1, 3] })).data], [1, 2, 3]);
});

Deno.test("what cannot be written is refused", () => {
  const of = (more: Partial<OnnxModel>) => () => onnxBytes({ inputs: [x], outputs: [y], nodes: [], ...more });
  const weight = (shape: number[], length = 3) => [{ name: "w", shape, data: new Float32Array(length) }];
  assertThrows(of({ weights: weight([2, 2]) }), RangeError, '"w" of shape [2, 2]: given 3 numbers, expected 4');
  const half = [{ name: "w", shape: [1], data: new Float32Array(1), type: "float16" as const }];
  assertThrows(of({ weights: half }), TypeError, "a tensor of Float32Array as float16: expected float32");
  const nodes = [{ op: "Softmax", inputs: ["x"], outputs: ["y"], attributes: { axis: 0.5 } }];
  assertThrows(of({ nodes }), TypeError, '"axis": given 0.5, expected a whole number, or { float: 0.5 }');
  // 2.2 GB that are one array of 22 MB a hundred times over
  const data = new Float32Array(5.5e6);
  const many = Array.from({ length: 100 }, (_, i) => ({ name: `w${i}`, shape: [5.5e6], data }));
  assertThrows(of({ weights: many }), RangeError, "it would have 2.2 GB, expected at most 2 GB");
  assertEquals(of({ weights: many.map((one) => ({ ...one, location: "model.onnx_data" })) })().length < 1e5, true);
});

Deno.test("the format of a file follows the version of its operations, and other domains are named", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    const nodes = [{ op: "Gelu", inputs: ["x"], outputs: ["y"] }];
    await Deno.writeFile(file, onnxBytes({ inputs: [x], outputs: [y], nodes, opset: 20 }));
    await using newer = await openSession(file, { provider: "cpu", threads: 1 });
    assertClose((await newer.run({ x: { data: Float32Array.of(1, 0, -1), shape: [1, 3] } })).y.data, [
      0.8413447,
      0,
      -0.1586553,
    ], 1e-6);
    const fused = [{
      op: "QuickGelu",
      domain: "com.microsoft",
      inputs: ["x"],
      outputs: ["y"],
      attributes: { alpha: { float: 1 } },
    }];
    await Deno.writeFile(file, onnxBytes({ inputs: [x], outputs: [y], nodes: fused, domains: { "com.microsoft": 1 } }));
    assertEquals(readOnnxHeader(file).inputs, [x]);
    await using own = await openSession(file, { provider: "cpu", threads: 1 });
    assertClose((await own.run({ x: { data: Float32Array.of(0, 1, 2), shape: [1, 3] } })).y.data, [
      0,
      0.7310586,
      1.7615942,
    ], 1e-6);
  }));
