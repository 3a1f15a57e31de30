/**
 * The safetensors format: an 8-byte little-endian length, a JSON header of that length, then the tensors'
 * bytes without a gap. Names, shapes and order of axes are the file's own; `layout.ts` translates.
 *
 * Source: the format's description and reference reader (github.com/huggingface/safetensors).
 */
import { nearest } from "../definition/nearest.ts";

/** Kinds of numbers that are read; half precisions arrive widened to float32. */
export type StoredType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "U8";

/** The values of one stored tensor, row-major. */
export type StoredData = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** One tensor of a file. */
export interface Stored {
  /** As the file has it; `F16` and `BF16` hold their values in a `Float32Array`. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly data: StoredData;
}

/** Tensors by name, in the order of the file. */
export type StoredTensors = ReadonlyMap<string, Stored>;

/** What a file says of itself: free text by key. */
export type StoredMetadata = Readonly<Record<string, string>>;

const bytesOf: Readonly<Record<StoredType, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 };

/** Largest header accepted; the reference reader's cap. */
const largestHeader = 100_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a safetensors file. Where alignment allows, a tensor's data is a view of `bytes`, not a copy.
 *
 * @throws {TypeError} when the header is not what the format says, or a kind of numbers is not read
 * @throws {RangeError} when the file is truncated, or offsets overlap, leave a gap or miss the shape
 */
export function readSafetensors(bytes: Uint8Array<ArrayBuffer>): Map<string, Stored> {
  const { header, start } = readHeader(bytes);
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => checkEntry(name, entry));
  checkTiling(entries, bytes.byteLength - start);
  return new Map(entries.map((entry) => [entry.name, decode(entry, bytes, start)]));
}

/** The metadata of a safetensors file, empty where it has none. Throws as {@linkcode readSafetensors} does. */
export function readSafetensorsMetadata(bytes: Uint8Array<ArrayBuffer>): StoredMetadata {
  const metadata = readHeader(bytes).header["__metadata__"] ?? {};
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw new TypeError(`Cannot read safetensors: "__metadata__" is ${show(metadata)}, expected text by key`);
  }
  return metadata as StoredMetadata;
}

/**
 * A safetensors file of some tensors. The same tensors and metadata in the same order give the same bytes.
 *
 * @param tensors `F16` and `BF16` are refused: the house keeps parameters in float32
 * @throws {TypeError} when data do not fit their kind or shape
 */
export function writeSafetensors(tensors: StoredTensors, metadata: StoredMetadata = {}): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.create(null); // a tensor may be called "__proto__"
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  // widest numbers first, as the reference writer does, so that every tensor starts aligned to its own width
  const ordered = [...tensors].sort(([, a], [, b]) => bytesOf[b.dtype] - bytesOf[a.dtype]);
  let offset = 0;
  for (const [name, stored] of ordered) {
    checkStored(name, stored);
    const end = offset + stored.data.byteLength;
    header[name] = { dtype: stored.dtype, shape: stored.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  bytes.fill(0x20, 8 + text.length, 8 + length);
  let at = 8 + length;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.byteLength < 8) {
    throw new RangeError(
      `Cannot read safetensors: ${bytes.byteLength} bytes, expected at least 8; is the file cut off?`,
    );
  }
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > largestHeader) {
    throw new RangeError(
      `Cannot read safetensors: a header of ${length} bytes, expected at most ${largestHeader}; is it another format?`,
    );
  }
  const start = 8 + length;
  if (start > bytes.byteLength) {
    throw new RangeError(
      `Cannot read safetensors: a header of ${length} bytes in a file of ${bytes.byteLength}; is the file cut off?`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw new TypeError("Cannot read safetensors: the header is not JSON; is it another format?", { cause });
  }
  if (!isRecord(header)) {
    throw new TypeError(`Cannot read safetensors: the header is ${show(header)}, expected an object`);
  }
  return { header, start };
}

function checkEntry(name: string, entry: unknown): Entry {
  const refuse = (what: string): never => {
    throw new TypeError(`Cannot read tensor "${name}": ${what}`);
  };
  if (!isRecord(entry)) return refuse(`its entry is ${show(entry)}, expected an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesOf, dtype)) {
    const meant = typeof dtype === "string" ? nearest(dtype, Object.keys(bytesOf)) : null;
    const hint = meant === null ? "" : `, did you mean "${meant}"?`;
    return refuse(`its numbers are ${show(dtype)}, expected one of ${Object.keys(bytesOf).join(", ")}${hint}`);
  }
  if (!isCounts(shape)) return refuse(`its shape is ${show(shape)}, expected whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return refuse(`its offsets are ${show(offsets)}, expected two numbers`);
  }
  const [begin, end] = offsets;
  const size = shape.reduce((product, n) => product * n, 1) * bytesOf[dtype as StoredType];
  if (end - begin !== size) {
    throw new RangeError(
      `Cannot read tensor "${name}": ${end - begin} bytes, expected ${size} for ${dtype} [${shape.join(", ")}]`,
    );
  }
  return { name, dtype: dtype as StoredType, shape, begin, end };
}

/** The tensors lie side by side: none overlaps, none leaves a gap, the last ends with the file. */
function checkTiling(entries: readonly Entry[], available: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const what = begin < at ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new RangeError(`Cannot read tensor "${name}": it begins at byte ${begin} and ${what}, expected ${at}`);
    }
    if (end > available) {
      throw new RangeError(
        `Cannot read tensor "${name}": it ends at byte ${end}, but the file holds ${available}; is the file cut off?`,
      );
    }
    at = end;
  }
  if (at !== available) {
    throw new RangeError(`Cannot read safetensors: ${available - at} bytes after the last tensor, expected none`);
  }
}

function decode({ dtype, shape, begin, end }: Entry, bytes: Uint8Array<ArrayBuffer>, start: number): Stored {
  const from = bytes.byteOffset + start + begin;
  const count = (end - begin) / bytesOf[dtype];
  const aligned = from % bytesOf[dtype] === 0;
  const buffer = aligned ? bytes.buffer : bytes.slice(start + begin, start + end).buffer;
  const at = aligned ? from : 0;
  const view = (): StoredData => {
    switch (dtype) {
      case "F64":
        return new Float64Array(buffer, at, count);
      case "F32":
        return new Float32Array(buffer, at, count);
      case "F16":
        return Float32Array.from(new Uint16Array(buffer, at, count), halfToNumber);
      case "BF16":
        return brainToFloat32(new Uint16Array(buffer, at, count));
      case "I64":
        return new BigInt64Array(buffer, at, count);
      case "I32":
        return new Int32Array(buffer, at, count);
      case "U8":
        return new Uint8Array(buffer, at, count);
    }
  };
  return { dtype, shape, data: view() };
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function brainToFloat32(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half * 0x10000).buffer);
}

function checkStored(name: string, { dtype, shape, data }: Stored): void {
  if (dtype === "F16" || dtype === "BF16") {
    throw new TypeError(`Cannot write tensor "${name}": ${dtype} is only read; give F32`);
  }
  const kinds = { F64: Float64Array, F32: Float32Array, I64: BigInt64Array, I32: Int32Array, U8: Uint8Array };
  if (!(data instanceof kinds[dtype])) {
    throw new TypeError(`Cannot write tensor "${name}": a ${data.constructor.name}, expected ${kinds[dtype].name}`);
  }
  const size = shape.reduce((product, n) => product * n, 1);
  if (size !== data.length) {
    throw new TypeError(
      `Cannot write tensor "${name}": ${data.length} values, expected ${size} for [${shape.join(", ")}]`,
    );
  }
  if (name === "__metadata__") throw new TypeError(`Cannot write tensor "__metadata__": the format keeps that name`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
