/**
 * Tensors in the form of `torch.save`, for code that reads nothing else: a zip archive, uncompressed, with a pickle that
 * names the tensor and a file of its numbers.
 *
 * Source: PyTorch's `torch/serialization.py` and PKWARE's APPNOTE 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32 } from "node:zlib";
import { countOf } from "./stored.ts";

/** Numbers of a tensor, row by row. */
export interface TorchValues {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * The bytes of a file from which `torch.load` gives one float32 tensor, with `weights_only` or without. The same tensor
 * gives the same bytes.
 *
 * @param folder name of the archive inside, which PyTorch takes from the file's name
 * @throws {TypeError} when the numbers do not fit the shape, or there are more than 2³⁰
 */
export function writeTorchTensor({ data, shape }: TorchValues, folder = "archive"): Uint8Array<ArrayBuffer> {
  if (countOf(shape) !== data.length || data.length > 2 ** 30) {
    throw new TypeError(`Cannot write ${data.length} numbers as a tensor [${shape.join(", ")}]: expected as many`);
  }
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  const numbers = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return zipped([
    { name: `${folder}/data.pkl`, bytes: pickled(shape) },
    { name: `${folder}/byteorder`, bytes: text("little") },
    { name: `${folder}/data/0`, bytes: numbers },
    { name: `${folder}/version`, bytes: text("3\n") },
  ]);
}

/** `_rebuild_tensor_v2(storage 0 of float32, 0, shape, strides, False, OrderedDict())`, in protocol 2. */
function pickled(shape: readonly number[]): Uint8Array {
  const strides = shape.map((_, i) => countOf(shape.slice(i + 1)));
  const bytes: number[] = [];
  const put = (...more: readonly (number | string)[]): void => {
    for (const one of more) bytes.push(...typeof one === "string" ? new TextEncoder().encode(one) : [one]);
  };
  const whole = (value: number): void => put(J, value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255);
  const words = (value: string): void => put(X, value.length, 0, 0, 0, value);
  const tuple = (values: readonly number[]): void => {
    put("(");
    values.forEach(whole);
    put("t");
  };
  put(0x80, 2, "ctorch._utils\n_rebuild_tensor_v2\n", "((");
  words("storage");
  put("ctorch\nFloatStorage\n");
  words("0");
  words("cpu");
  whole(countOf(shape));
  put("tQ"); // the storage by its name
  whole(0);
  tuple(shape);
  tuple(strides);
  put(NEW_FALSE, "ccollections\nOrderedDict\n)R", "tR.");
  return Uint8Array.from(bytes);
}

/** Opcodes of pickle: a whole number of 32 bits, a text with its length, false. */
const J = 0x4a, X = 0x58, NEW_FALSE = 0x89;

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** PyTorch begins the numbers of a storage at a multiple of this, so that they can be mapped into memory. */
const ALIGNED = 64;

/** A zip archive of some files as they are. */
function zipped(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const put = (piece: Uint8Array): void => {
    pieces.push(piece);
    at += piece.length;
  };
  for (const { name, bytes } of entries) {
    const begin = at;
    const padding = (ALIGNED - (begin + 30 + name.length + 4) % ALIGNED) % ALIGNED;
    const about = { name, size: bytes.length, crc: crc32(bytes) };
    put(headOf(about, { signature: 0x04034b50, extra: 4 + padding }));
    put(extraOf(padding));
    put(bytes);
    directory.push(headOf(about, { signature: 0x02014b50, extra: 0, at: begin }));
  }
  const start = at;
  directory.forEach(put);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  for (const place of [8, 10]) end.setUint16(place, entries.length, true);
  end.setUint32(12, at - start, true);
  end.setUint32(16, start, true);
  put(new Uint8Array(end.buffer));
  const whole = new Uint8Array(at);
  let from = 0;
  for (const piece of pieces) {
    whole.set(piece, from);
    from += piece.length;
  }
  return whole;
}

/** What stands before an entry, or of it in the directory. */
function headOf(
  { name, size, crc }: { readonly name: string; readonly size: number; readonly crc: number },
  { signature, extra, at }: { readonly signature: number; readonly extra: number; readonly at?: number },
): Uint8Array {
  const central = at !== undefined;
  const shift = central ? 2 : 0; // the directory says by what it was made, too
  const head = new Uint8Array((central ? 46 : 30) + name.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, signature, true);
  view.setUint16(12 + shift, 0x21, true); // the first of January 1980: the same tensor gives the same bytes
  view.setUint32(14 + shift, crc, true);
  for (const place of [18, 22]) view.setUint32(place + shift, size, true);
  view.setUint16(26 + shift, name.length, true);
  view.setUint16(28 + shift, extra, true);
  if (central) view.setUint32(42, at, true);
  head.set(new TextEncoder().encode(name), central ? 46 : 30);
  return head;
}

/** A field "FB", as PyTorch pads. */
function extraOf(padding: number): Uint8Array {
  const field = new Uint8Array(4 + padding).fill(0x5a, 4);
  const view = new DataView(field.buffer);
  view.setUint16(0, 0x4246, true);
  view.setUint16(2, padding, true);
  return field;
}
