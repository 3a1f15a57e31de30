import {
  openSafetensors,
  readSafetensors,
  readSafetensorsMetadata,
  safetensorsPieces,
  type Stored,
  type StoredTensors,
  writeSafetensors,
} from "../../lib/engine/safetensors.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** A file with any header, whatever the format says of it. */
function fileOf(header: unknown, data = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const example: StoredTensors = new Map<string, Stored>([
  ["stem.0.weight", { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, NaN, -Infinity) }],
  ["bytes", { dtype: "U8", shape: [3], data: Uint8Array.of(0, 128, 255) }],
  ["step", { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 40n)) }],
  ["rate", { dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) }],
  ["labels", { dtype: "I32", shape: [2, 1], data: Int32Array.of(-7, 2 ** 30) }],
  ["flags", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["tiny", { dtype: "I8", shape: [2], data: Int8Array.of(-128, 127) }],
  ["short", { dtype: "I16", shape: [2], data: Int16Array.of(-32768, 32767) }],
  ["long", { dtype: "U16", shape: [1], data: Uint16Array.of(65535) }],
  ["count", { dtype: "U32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) }],
  ["huge", { dtype: "U64", shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) }],
  ["__proto__", { dtype: "U8", shape: [1], data: Uint8Array.of(1) }],
  ["none", { dtype: "F32", shape: [0, 4], data: new Float32Array(0) }],
]);

Deno.test("readSafetensors() gives back what writeSafetensors() was given", () => {
  const bytes = writeSafetensors(example, { origin: "a <test>", λ: "0.05" });
  const read = readSafetensors(bytes);
  assertEquals([...read.keys()].sort(), [...example.keys()].sort());
  for (const [name, stored] of example) assertEquals(read.get(name), stored, name);
  assertEquals(readSafetensorsMetadata(bytes), { origin: "a <test>", λ: "0.05" });
  assertEquals(readSafetensorsMetadata(writeSafetensors(example)), {});
});

Deno.test("writeSafetensors() gives the same bytes for the same tensors, each aligned to its width", () => {
  const bytes = writeSafetensors(example, { a: "1" });
  assertEquals(writeSafetensors(example, { a: "1" }), bytes);
  for (const { data } of readSafetensors(bytes).values()) assert(data.buffer === bytes.buffer, "a copy was made");
});

Deno.test("readSafetensors() widens half precision", () => {
  const header = {
    half: { dtype: "F16", shape: [7], data_offsets: [0, 14] },
    brain: { dtype: "BF16", shape: [3], data_offsets: [14, 20] },
  };
  // 1, −2, 65504 (the largest), 2⁻²⁴ (the smallest), −0, ∞, NaN; then 1, −2, 3.140625
  const words = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x7e00, 0x3f80, 0xc000, 0x4049);
  const read = readSafetensors(fileOf(header, new Uint8Array(words.buffer)));
  assertEquals([...read.get("half")!.data as Float32Array], [1, -2, 65504, 2 ** -24, -0, Infinity, NaN]);
  assertEquals([...read.get("brain")!.data as Float32Array], [1, -2, 3.140625]);
});

Deno.test("readSafetensors() reads a tensor that does not begin at a multiple of its width", () => {
  const header = {
    a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
    b: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
  };
  const read = readSafetensors(fileOf(header, Uint8Array.of(9, 0, 0, 0x80, 0x3f)));
  assertEquals(read.get("b")!.data, Float32Array.of(1));
});

Deno.test("openSafetensors() reads each tensor when it is asked for, and gives what readSafetensors() gives", async () => {
  const bytes = writeSafetensors(example, { origin: "test" });
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, bytes);
  {
    using file = openSafetensors(path);
    assertEquals(file.metadata, { origin: "test" });
    const read = new Map([...file.tensors].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data }]));
    assertEquals(read, readSafetensors(bytes));
    const values = new Float32Array(6);
    file.tensors.get("stem.0.weight")!.copyTo!(values);
    assertEquals(values, example.get("stem.0.weight")!.data as Float32Array<ArrayBuffer>);
    await Deno.truncate(path, bytes.length - 1);
    assertThrows(() => [...file.tensors.values()].map(({ data }) => data), RangeError, "it was longer");
  }
  assertThrows(() => openSafetensors(path), RangeError, "is the file cut off?");
  await Deno.remove(path);
});

Deno.test("safetensorsPieces() holds one tensor's data at a time", () => {
  const asked: string[] = [];
  const lazy = (name: string): Stored => ({
    dtype: "F32",
    shape: [1],
    get data() {
      asked.push(name);
      return Float32Array.of(1);
    },
  });
  const pieces = safetensorsPieces(new Map([["a", lazy("a")], ["b", lazy("b")]]));
  pieces.next();
  assertEquals(asked, []);
  pieces.next();
  assertEquals(asked, ["a"]);
  assertEquals([...pieces].length, 1);
  assertEquals(asked, ["a", "b"]);
});

Deno.test("readSafetensors() refuses a file that is cut off anywhere", () => {
  const bytes = writeSafetensors(example, { origin: "test" });
  for (let length = 0; length < bytes.length; length++) {
    const error = assertThrows(() => readSafetensors(bytes.slice(0, length)), Error, "Cannot read");
    assert(error instanceof TypeError || error instanceof RangeError);
  }
  const longer = new Uint8Array(bytes.length + 3);
  longer.set(bytes);
  assertThrows(() => readSafetensors(longer), RangeError, "3 bytes after the last tensor, expected none");
});

Deno.test("readSafetensors() refuses a damaged file or reads it, never anything else", () => {
  const whole = writeSafetensors(example, { origin: "test" });
  const draw = random(1, "damage");
  for (let i = 0; i < 2000; i++) {
    const bytes = whole.slice();
    for (let hits = 1 + draw.integer(3); hits > 0; hits--) bytes[draw.integer(400)] = draw.integer(256);
    try {
      readSafetensors(bytes);
    } catch (error) {
      assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
      assert(/^Cannot read /.test(error.message), error.message);
    }
  }
});

Deno.test("readSafetensors() says what is wrong with a header", () => {
  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const four = new Uint8Array(4);
  const refused = (header: unknown, kind: typeof TypeError | typeof RangeError, told: string, data = four) =>
    assertThrows(() => readSafetensors(fileOf(header, data)), kind, told);
  refused("{nonsense", TypeError, "the header is not JSON");
  refused([1], TypeError, "the header is [1], expected an object");
  refused({ w: null }, TypeError, 'Cannot read tensor "w": its entry is null');
  refused({ w: { ...entry, dtype: "F23" } }, TypeError, 'its numbers are "F23", did you mean "F32"?');
  refused({ w: { ...entry, dtype: "toString" } }, TypeError, 'its numbers are "toString"');
  refused({ w: { ...entry, dtype: "F8_E4M3" } }, TypeError, "it holds 8-bit floats (F8_E4M3), which are not read");
  refused({ w: { ...entry, dtype: null } }, TypeError, "the kinds are F64");
  refused({ w: { ...entry, shape: [-1] } }, TypeError, "its shape is [-1], expected whole numbers");
  refused({ w: { ...entry, shape: [1.5] } }, TypeError, "its shape is [1.5]");
  refused({ w: { ...entry, data_offsets: [0] } }, TypeError, "its offsets are [0], expected two numbers");
  refused({ w: { ...entry, data_offsets: [4, 0] } }, RangeError, "-4 bytes, expected 4 for F32 [1]");
  refused({ w: { ...entry, shape: [2] } }, RangeError, "4 bytes, expected 8 for F32 [2]");
  refused({ w: entry, v: entry }, RangeError, 'Cannot read tensor "v": it begins at byte 0 and overlaps');
  refused({ w: { ...entry, data_offsets: [4, 8] } }, RangeError, "leaves a gap before it", new Uint8Array(8));
  refused({ w: { ...entry, shape: [2], data_offsets: [0, 8] } }, RangeError, "the file holds 4; is the file cut off?");
  refused({ __metadata__: { a: 1 } }, TypeError, "expected text by key", new Uint8Array(0));
});

Deno.test("readSafetensors() refuses a header beyond the cap before reading it", () => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 60n, true);
  assertThrows(() => readSafetensors(bytes), RangeError, "expected at most 100000000; is it another format?");
});

Deno.test("writeSafetensors() refuses data that do not fit", () => {
  const refused = (stored: Stored, told: string, name = "w") =>
    assertThrows(() => writeSafetensors(new Map([[name, stored]])), TypeError, told);
  refused({ dtype: "F32", shape: [2], data: Float32Array.of(1) }, "1 values, expected 2 for [2]");
  refused({ dtype: "F32", shape: [1], data: Float64Array.of(1) }, "a Float64Array, expected Float32Array");
  refused({ dtype: "BF16", shape: [1], data: Float32Array.of(1) }, "BF16 is only read; give F32");
  refused({ dtype: "F32", shape: [1], data: Float32Array.of(1) }, "the format keeps that name", "__metadata__");
});
