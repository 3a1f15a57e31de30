import { crc32 } from "node:zlib";
import { sourceOf } from "../../lib/engine/byte_source.ts";
import type { Stored } from "../../lib/engine/stored.ts";
import { isTorchFile, openTorchFile, torchTensors } from "../../lib/engine/torch_file.ts";
import { type Random, random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const folder = new URL("./torch_files/", import.meta.url).pathname;

/** What PyTorch has in each file: shapes, and values as text where they are whole numbers of 64 bits. */
const expected: Record<string, Record<string, { shape: number[]; values: (number | string | boolean)[] }>> = JSON.parse(
  await Deno.readTextFile(`${folder}expected.json`),
);

function read(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(folder + name);
}

/** Values as `expected` has them. */
function plain({ dtype, shape, data }: Stored): { shape: number[]; values: (number | string | boolean)[] } {
  const value = (x: number | bigint) => typeof x === "bigint" ? `${x}` : dtype === "BOOL" ? x === 1 : x;
  return { shape: [...shape], values: Array.from(data as ArrayLike<number | bigint>, value) };
}

for (const [name, tensors] of Object.entries(expected)) {
  Deno.test(`openTorchFile() reads the tensors of ${name} as PyTorch has them`, () => {
    using file = openTorchFile(folder + name);
    assertEquals([...file.tensors.keys()], Object.keys(tensors));
    for (const [key, stored] of file.tensors) assertEquals(plain(stored), tensors[key], key);
  });
}

Deno.test("openTorchFile() refuses what it does not read by its name, and says what to do", () => {
  const refused = (name: string, told: string) =>
    assertThrows(() => openTorchFile(folder + name)[Symbol.dispose](), Error, told);
  refused("refused_module.pth", 'it holds "__main__.Tiny", which is code of Python and is not run here');
  refused("refused_module.pth", "torch.save(model.state_dict(), FILE)");
  refused("refused_call.pth", 'it holds "posix.system"');
  refused("refused_expanded.pth", "a tensor [1000] with strides [0] from number 0 on, in a storage of 1");
  refused("refused_complex.pth", 'numbers of the kind "torch.ComplexFloatStorage", which are not read');
  refused("refused_float8.pth", 'numbers of the kind "torch.float8_e4m3fn"');
  refused("refused_empty.pth", "it holds no tensors under names of their own");
  refused("refused_script.pt", "it is a TorchScript archive");
  refused("refused_ambiguous.pth", 'several dictionaries of tensors, "a", "b"; the only one called state_dict or');
  refused("expected.json", "it is no file of PyTorch");
  assertThrows(() => openTorchFile(`${folder}nowhere.pth`), Deno.errors.NotFound);
});

Deno.test("openTorchFile() takes the dictionary that is named", () => {
  using file = openTorchFile(`${folder}refused_ambiguous.pth`, { key: "b" });
  assertEquals([...file.tensors.keys()], Object.keys(expected["protocol_3.pth"]));
  assertThrows(() => openTorchFile(`${folder}refused_ambiguous.pth`, { key: "c" }), TypeError, 'one of "a", "b"');
});

Deno.test("isTorchFile() tells files of PyTorch from those of safetensors", () => {
  for (const name of Object.keys(expected)) assert(isTorchFile(sourceOf(read(name))), name);
  // a header of 0x280 bytes begins with the bytes that a pickle of protocol 2 does
  const bytes = new Uint8Array(0x288);
  bytes.set([0x80, 0x02, 0, 0, 0, 0, 0, 0, 0x7b]);
  assertEquals(isTorchFile(sourceOf(bytes)), false);
  assertEquals(isTorchFile(sourceOf(new Uint8Array(3))), false);
});

Deno.test("a damaged number of an archive is noticed by its checksum", () => {
  const bytes = read("protocol_3.pth");
  const values = new Uint8Array(
    (expected["protocol_3.pth"]["conv.bias"].values as number[]).map(Math.fround).length * 4,
  );
  values.set(new Uint8Array(Float32Array.from(expected["protocol_3.pth"]["conv.bias"].values as number[]).buffer));
  const at = find(bytes, values);
  bytes[at] ^= 1;
  const tensors = torchTensors(sourceOf(bytes));
  assertThrows(() => tensors.get("conv.bias")!.data, RangeError, 'Cannot read "memory": its entry');
  assertEquals(plain(tensors.get("conv.weight")!), expected["protocol_3.pth"]["conv.weight"]);
});

Deno.test("torchTensors() refuses a file that is cut off anywhere", () => {
  for (const name of ["protocol_4.pth", "legacy.pth"]) {
    const bytes = read(name);
    for (let length = 0; length < bytes.length; length++) refusedOrRight(name, bytes.slice(0, length), () => false);
  }
});

/** Damaged files: so many in the usual run, all of them with COUNTERPROOF_FULL=1. */
const whole = 10_000;
const damaged = Deno.env.get("COUNTERPROOF_FULL") === "1" ? whole : 1000;

Deno.test(`${damaged} damaged files give an error or a correct tree, in at most twice their size of memory`, () => {
  const files = Object.keys(expected);
  const draw = random(1, "damage");
  let read_ = 0;
  for (let i = 0; i < damaged; i++) {
    const name = files[i % files.length];
    const zip = !name.startsWith("legacy");
    const bytes = damage(read(name), draw);
    // what has passed the checksums must be right; otherwise as many values as shapes say
    const repaired = zip && draw.integer(2) === 0 && repair(bytes);
    if (refusedOrRight(name, bytes, () => zip && !repaired)) read_++;
  }
  assert(
    read_ > damaged / 100,
    `only ${read_} of ${damaged} could still be read: the damage is too great to tell much`,
  );
});

/**
 * Reads every tensor of a file, counting memory.
 *
 * @param isSafe whether what is read has to be what PyTorch has
 * @returns whether it could be read
 */
function refusedOrRight(name: string, bytes: Uint8Array<ArrayBuffer>, isSafe: () => boolean): boolean {
  const source = sourceOf(bytes);
  const counting = {
    ...source,
    read(at: number, into: Uint8Array) {
      assert(at >= 0 && at + into.length <= bytes.length, `it reads ${into.length} bytes at ${at} of ${bytes.length}`);
      source.read(at, into);
    },
  };
  const began = performance.now();
  try {
    for (const [key, stored] of torchTensors(counting)) {
      const { data, shape } = stored;
      assert(data.byteLength <= 2 * bytes.length, `${key} takes ${data.byteLength} of ${bytes.length} bytes`);
      assertEquals(data.length, shape.reduce((size, n) => size * n, 1));
      if (isSafe()) assertEquals(plain(stored), expected[name][key], key);
    }
    return true;
  } catch (error) {
    assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
    assert(/^(Cannot read "memory": )?(it|its) /.test(error.message), `${error.stack}`);
    return false;
  } finally {
    assert(performance.now() - began < 1000, `${name} took over a second`);
  }
}

/** Some bytes changed, a stretch taken out, doubled or filled with one byte, or a number made very large. */
function damage(bytes: Uint8Array<ArrayBuffer>, draw: Random): Uint8Array<ArrayBuffer> {
  const place = () => draw.integer(bytes.length);
  switch (draw.integer(5)) {
    case 0:
      for (let hits = 1 + draw.integer(3); hits > 0; hits--) bytes[place()] = draw.integer(256);
      return bytes;
    case 1:
      bytes[place()] ^= 1 << draw.integer(8);
      return bytes;
    case 2: {
      const [at, length] = [place(), 1 + draw.integer(16)];
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length)));
    }
    case 3: {
      const [at, length] = [place(), 1 + draw.integer(64)];
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    }
    default: {
      const at = place();
      return bytes.fill([0, 0x7f, 0x80, 0xff][draw.integer(4)], at, at + 1 + draw.integer(8));
    }
  }
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Gives data.pkl of an archive the checksum that it has by now, so that damage inside it is read. */
function repair(bytes: Uint8Array<ArrayBuffer>): boolean {
  const record = find(bytes, Uint8Array.of(0x50, 0x4b, 0x01, 0x02));
  if (record < 0 || record + 46 > bytes.length) return false;
  const view = new DataView(bytes.buffer);
  const [size, header] = [view.getUint32(record + 24, true), view.getUint32(record + 42, true)];
  if (header + 30 > bytes.length) return false;
  const at = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  view.setUint32(record + 16, crc32(bytes.subarray(at, at + size)), true);
  return true;
}

function find(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
