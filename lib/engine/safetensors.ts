/**
 * The safetensors format: an 8-byte little-endian length, a JSON header of that length, then the tensors'
 * bytes without a gap. Names, shapes and order of axes are the file's own; `layout.ts` translates.
 *
 * Source: the format's description and reference reader (github.com/huggingface/safetensors).
 */
import { meant } from "../definition/nearest.ts";
import { type ByteSource, openSource, readBytes, sourceOf } from "./byte_source.ts";
import {
  arrayOf,
  bytesOf,
  countOf,
  decode,
  type Stored,
  storedAt,
  type StoredFile,
  type StoredTensors,
  type StoredType,
} from "./stored.ts";

export type { Stored, StoredData, StoredFile, StoredTensors, StoredType } from "./stored.ts";

/** What a file says of itself: free text by key. */
export type StoredMetadata = StoredFile["metadata"];

/** Largest header accepted; the reference reader's cap. */
const largestHeader = 100_000_000;

/** Kinds of the format that are not read, and what they are. */
const unread: Readonly<Record<string, string>> = {
  F4: "4-bit floats",
  F6_E2M3: "6-bit floats",
  F6_E3M2: "6-bit floats",
  F8_E4M3: "8-bit floats",
  F8_E5M2: "8-bit floats",
  F8_E8M0: "8-bit exponents",
  F8_E4M3FNUZ: "8-bit floats",
  F8_E5M2FNUZ: "8-bit floats",
  C64: "complex numbers",
};

interface Entry {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Offsets behind the header. */
  readonly begin: number;
  readonly end: number;
}

/** What stands in front of the tensors. */
interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: StoredMetadata;
  /** Of the first tensor's first byte. */
  readonly start: number;
}

/**
 * The tensors of a safetensors file. Where alignment allows, a tensor's data is a view of `bytes`, not a copy.
 *
 * @throws {TypeError} when the header is not what the format says, or a kind of numbers is not read
 * @throws {RangeError} when the file is truncated, or offsets overlap, leave a gap or miss the shape
 */
export function readSafetensors(bytes: Uint8Array<ArrayBuffer>): Map<string, Stored> {
  const { entries, start } = readHeader(sourceOf(bytes));
  return new Map(entries.map(({ name, dtype, shape, begin, end }) => [
    name,
    { dtype, shape, data: decode(dtype, bytes.subarray(start + begin, start + end)) },
  ]));
}

/** The metadata of a safetensors file, empty where it has none. Throws as {@linkcode readSafetensors} does. */
export function readSafetensorsMetadata(bytes: Uint8Array<ArrayBuffer>): StoredMetadata {
  return readHeader(sourceOf(bytes)).metadata;
}

/**
 * Opens a safetensors file whose tensors are read one by one, each when it is asked for, so that a file of any size
 * takes the memory of its largest tensor.
 *
 * @throws as {@linkcode readSafetensors}, and {Deno.errors.NotFound} when there is no such file
 */
export function openSafetensors(path: string): StoredFile {
  const source = openSource(path);
  try {
    const { entries, metadata, start } = readHeader(source);
    const tensors = new Map(
      entries.map(({ begin, name, ...entry }) => [name, storedAt(source, { ...entry, at: start + begin })]),
    );
    return { tensors, metadata, [Symbol.dispose]: () => source[Symbol.dispose]() };
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

/**
 * A safetensors file of some tensors. The same tensors and metadata in the same order give the same bytes.
 *
 * @param tensors `F16` and `BF16` are refused: the house keeps parameters in float32
 * @throws {TypeError} when data do not fit their kind or shape
 */
export function writeSafetensors(tensors: StoredTensors, metadata: StoredMetadata = {}): Uint8Array<ArrayBuffer> {
  const pieces = [...safetensorsPieces(tensors, metadata)];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

/**
 * The bytes of {@linkcode writeSafetensors} in pieces: the header, then one tensor after the other, each asked for its
 * data when its turn comes.
 *
 * @throws as {@linkcode writeSafetensors}
 */
export function* safetensorsPieces(tensors: StoredTensors, metadata: StoredMetadata = {}): Generator<Uint8Array> {
  const header: Record<string, unknown> = Object.create(null); // a tensor may be called "__proto__"
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  // widest numbers first, as the reference writer does, so that every tensor starts aligned to its own width
  const ordered = [...tensors].sort(([, a], [, b]) => bytesOf[b.dtype] - bytesOf[a.dtype]);
  let offset = 0;
  for (const [name, { dtype, shape }] of ordered) {
    if (dtype === "F16" || dtype === "BF16") {
      throw new TypeError(`Cannot write tensor "${name}": ${dtype} is only read; give F32`);
    }
    if (name === "__metadata__") throw new TypeError(`Cannot write tensor "__metadata__": the format keeps that name`);
    const end = offset + countOf(shape) * bytesOf[dtype];
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(text, 8);
  yield head;
  for (const [name, { dtype, shape, data }] of ordered) {
    checkData(name, { dtype, shape, data });
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

function readHeader(source: ByteSource): Header {
  const { size } = source;
  if (size < 8) {
    throw new RangeError(`Cannot read safetensors: ${size} bytes, expected at least 8; is the file cut off?`);
  }
  const length = Number(new DataView(readBytes(source, 0, 8).buffer).getBigUint64(0, true));
  if (length > largestHeader) {
    throw new RangeError(
      `Cannot read safetensors: a header of ${length} bytes, expected at most ${largestHeader}; is it another format?`,
    );
  }
  const start = 8 + length;
  if (start > size) {
    throw new RangeError(
      `Cannot read safetensors: a header of ${length} bytes in a file of ${size}; is the file cut off?`,
    );
  }
  const { __metadata__: metadata = {}, ...tensors } = parse(readBytes(source, 8, length));
  const entries = Object.entries(tensors).map(([name, entry]) => checkEntry(name, entry));
  checkTiling(entries, size - start);
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw new TypeError(`Cannot read safetensors: "__metadata__" is ${show(metadata)}, expected text by key`);
  }
  return { entries, metadata: metadata as StoredMetadata, start };
}

function parse(text: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (cause) {
    throw new TypeError("Cannot read safetensors: the header is not JSON; is it another format?", { cause });
  }
  if (isRecord(header)) return header;
  throw new TypeError(`Cannot read safetensors: the header is ${show(header)}, expected an object`);
}

function checkEntry(name: string, entry: unknown): Entry {
  const refuse = (what: string): never => {
    throw new TypeError(`Cannot read tensor "${name}": ${what}`);
  };
  if (!isRecord(entry)) return refuse(`its entry is ${show(entry)}, expected an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesOf, dtype)) {
    if (typeof dtype === "string" && Object.hasOwn(unread, dtype)) {
      return refuse(`it holds ${unread[dtype]} (${dtype}), which are not read; save it in F16, BF16 or F32`);
    }
    return refuse(`its numbers are ${show(dtype)}, ${meant(String(dtype), Object.keys(bytesOf), "kinds")}`);
  }
  if (!isCounts(shape)) return refuse(`its shape is ${show(shape)}, expected whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return refuse(`its offsets are ${show(offsets)}, expected two numbers`);
  }
  const [begin, end] = offsets;
  const size = countOf(shape) * bytesOf[dtype as StoredType];
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

function checkData(name: string, { dtype, shape, data }: Stored): void {
  if (!(data instanceof arrayOf(dtype))) {
    throw new TypeError(`Cannot write tensor "${name}": a ${data.constructor.name}, expected ${arrayOf(dtype).name}`);
  }
  if (countOf(shape) === data.length) return;
  throw new TypeError(
    `Cannot write tensor "${name}": ${data.length} values, expected ${countOf(shape)} for [${shape.join(", ")}]`,
  );
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
