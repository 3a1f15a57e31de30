import { houseShape, loadInto, loadTensor, storeTree, torchShape, transposed } from "../../lib/engine/layout.ts";
import { memory, tensor, zeros } from "../../lib/engine/ops.ts";
import type { Stored } from "../../lib/engine/stored.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";

/** A stored tensor that counts up from 0. */
function counting(...shape: number[]): Stored {
  const size = shape.reduce((product, n) => product * n, 1);
  return { dtype: "F32", shape, data: Float32Array.from({ length: size }, (_, i) => i) };
}

testTensors("loadTensor() turns OIHW into HWIO", () => {
  const [o, i, h, w] = [2, 3, 4, 5];
  const filter = loadTensor("w", counting(o, i, h, w));
  assertEquals(filter.shape, [h, w, i, o]);
  const values = filter.dataSync();
  filter.dispose();
  // the value at (o 1, i 2, h 3, w 0) of the file stands at (h 3, w 0, i 2, o 1) in memory
  assertEquals(values[((3 * w + 0) * i + 2) * o + 1], ((1 * i + 2) * h + 3) * w + 0);
});

testTensors("loadTensor() turns every value of a filter larger than its blocks, also in double precision", () => {
  const [o, i, h, w] = [70, 37, 3, 1];
  const stored = counting(o, i, h, w);
  const double: Stored = { ...stored, dtype: "F64", data: Float64Array.from(stored.data as Float32Array) };
  const filter = loadTensor("w", double);
  const expected = new Float32Array(stored.data.length);
  for (let a = 0, from = 0; a < o; a++) {
    for (let b = 0; b < i; b++) for (let c = 0; c < h * w; c++) expected[(c * i + b) * o + a] = from++;
  }
  assertEquals(filter.dataSync() as Float32Array<ArrayBuffer>, expected);
  filter.dispose();
});

testTensors("loadInto() does not look at data that it refuses, and copies straight where it can", () => {
  const unseen: Stored = {
    dtype: "F32",
    shape: [2],
    get data(): Float32Array {
      throw new Error("looked at");
    },
  };
  const template = { w: zeros([2]) };
  assertThrows(() => loadInto(template, new Map([["v", unseen]])), TypeError, 'missing "w"');
  const loaded = loadInto(template, new Map([["w", { ...counting(2), copyTo: (values) => values.set([3, 4]) }]]));
  assertEquals([...loaded.w.dataSync()], [3, 4]);
  const two = { v: zeros([2]), w: zeros([2]) };
  assertThrows(() => loadInto(two, new Map([["v", counting(2)], ["w", unseen]])), Error, "looked at");
  disposeTree({ template, loaded, two });
});

testTensors("loadInto() frees a template that it consumes, each tensor before its successor is made", () => {
  const template = { v: zeros([2]), w: zeros([2]) };
  const before = memory().numTensors;
  const seen: number[] = [];
  const watched = (name: string): [string, Stored] => [name, {
    ...counting(2),
    copyTo: () => void seen.push(memory().numTensors - before),
  }];
  const loaded = loadInto(template, new Map([watched("v"), watched("w")]), { consume: true });
  assertEquals([seen, memory().numTensors - before], [[-1, -1], 0]);
  disposeTree(loaded);
  const kept = { w: zeros([1]) };
  assertThrows(() => loadInto(kept, new Map(), { consume: true }), TypeError, "missing");
  assertEquals([...kept.w.dataSync()], [0]);
  disposeTree(kept);
});

testTensors("tensors that are loaded one after the other keep values of their own", () => {
  const sizes = Array.from({ length: 64 }, (_, i) => 1 + (7 * i) % 40);
  const stored = sizes.map((size, i): Stored => ({
    dtype: "F32",
    shape: [size],
    data: new Float32Array(size).fill(i),
  }));
  const loaded = stored.map((one) => loadTensor("w", one));
  for (const [i, tensor] of loaded.entries()) assertEquals([...tensor.dataSync()], Array(sizes[i]).fill(i));
  disposeTree(loaded);
});

testTensors("loadTensor() turns a depthwise [C, 1, k, k] into [k, k, 1, C]", () => {
  const filter = loadTensor("w", counting(4, 1, 3, 3));
  assertEquals(filter.shape, [3, 3, 1, 4]);
  assertEquals([...filter.dataSync().slice(0, 4)], [0, 9, 18, 27]);
  filter.dispose();
});

testTensors("storeTree() undoes loadTensor(), and names leaves by their paths", async () => {
  const stored = new Map([
    ["stages.0.conv.weight", counting(2, 3, 4, 5)],
    ["fc.weight", counting(3, 2)],
    ["fc.bias", counting(3)],
  ]);
  const [conv, weight, bias] = [...stored].map(([name, one]) => loadTensor(name, one));
  const tree = { stages: [{ conv: { weight: conv } }], fc: { weight, bias } };
  assertEquals(await storeTree(tree), stored);
  disposeTree(tree);
});

testTensors("loadInto() fills a tree and takes double and half precision", () => {
  const template = { a: { weight: zeros([2, 2]) }, b: zeros([2]) };
  const loaded = loadInto(
    template,
    new Map<string, Stored>([
      ["b", { dtype: "F64", shape: [2], data: Float64Array.of(0.5, 2) }],
      ["a.weight", { dtype: "BF16", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ]),
  );
  assertEquals([...loaded.a.weight.dataSync()], [1, 2, 3, 4]);
  assertEquals([...loaded.b.dataSync()], [0.5, 2]);
  disposeTree({ template, loaded });
});

testTensors("loadInto() lists all that does not fit in one error, with the nearest names", () => {
  const template = { fc: { weight: zeros([3, 2]), bias: zeros([3]) }, conv: { weight: zeros([7, 7, 1, 8]) } };
  const stored = new Map([["fc.wieght", counting(3, 2)], ["fc.bias", counting(4)], [
    "conv.weight",
    counting(8, 1, 5, 5),
  ]]);
  const { message } = assertThrows(() => loadInto(template, stored), TypeError, "Cannot load the weights: ");
  for (
    const told of [
      'missing "fc.weight" [3, 2], is it "fc.wieght"?',
      '"fc.bias" is [4], expected [3]',
      '"conv.weight" is [8, 1, 5, 5], expected [8, 1, 7, 7]',
      'unknown "fc.wieght", did you mean "fc.weight"?',
    ]
  ) assert(message.includes(told), `${told} is not in ${message}`);
  disposeTree(template);
});

testTensors("loadInto() cuts a long list and counts the rest", () => {
  const template = Array.from({ length: 300 }, () => zeros([1]));
  assertThrows(() => loadInto(template, new Map()), TypeError, "; and 288 more");
  disposeTree(template);
});

Deno.test("transposed() exchanges rows and columns of a matrix, and takes nothing else", () => {
  const { shape, data } = transposed(counting(2, 3));
  assertEquals([shape, [...data]], [[3, 2], [0, 3, 1, 4, 2, 5]]);
  assertThrows(() => transposed(counting(2, 3, 4)), TypeError, "Cannot turn F32 [2, 3, 4]: expected a matrix of F32");
  const whole: Stored = { dtype: "I32", shape: [1, 1], data: Int32Array.of(1) };
  assertThrows(() => transposed(whole), TypeError, "Cannot turn I32 [1, 1]");
});

testTensors("loadInto() refuses whole numbers as parameters", () => {
  const whole: Stored = { dtype: "I32", shape: [1], data: Int32Array.of(1) };
  const template = { v: tensor([0]), w: tensor([0]) };
  const stored = new Map([["v", counting(1)], ["w", whole]]);
  assertThrows(() => loadInto(template, stored), TypeError, '"w" holds I32, expected F32, F64, F16 or BF16');
  assertThrows(() => loadTensor("w", whole), TypeError, 'Cannot load "w": it holds I32');
  disposeTree(template);
});

Deno.test("torchShape() and houseShape() undo each other and leave other ranks alone", () => {
  for (const shape of [[], [3], [3, 2], [1, 2, 3], [7, 6, 5, 4]]) {
    assertEquals(houseShape(torchShape(shape)), shape);
    if (shape.length !== 4) assertEquals(torchShape(shape), shape);
  }
});
