/** Tensors as files hold them: kinds of numbers, shapes and values under the names and axes of the file. */
import type { ByteSource } from "./byte_source.ts";

/** Kinds of numbers that are read, with the bytes that one takes in a file. */
export const bytesOf = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** A kind of numbers, by the name that safetensors gives it. */
export type StoredType = keyof typeof bytesOf;

/** How the values of each kind are held; half precisions arrive widened to float32. */
const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Float32Array,
  BF16: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** The values of one stored tensor, row-major. */
export type StoredData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** One tensor of a file. */
export interface Stored {
  /** As the file has it; `F16` and `BF16` hold their values in a `Float32Array`. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Where the file is read as it goes, every look at this reads it anew. */
  readonly data: StoredData;
  /** The values into memory that is there already, without a copy between; there for `F32` that is read as it goes. */
  readonly copyTo?: (values: Float32Array) => void;
}

/** Tensors by name, in the order of the file. */
export type StoredTensors = ReadonlyMap<string, Stored>;

/** Tensors of an open file, read one by one as they are asked for; none can be after it is disposed. */
export interface StoredFile extends Disposable {
  readonly tensors: StoredTensors;
  /** What the file says of itself: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether the values are real numbers, as parameters are. */
export function isFloating({ dtype }: Pick<Stored, "dtype">): boolean {
  return arrays[dtype] === Float32Array || arrays[dtype] === Float64Array;
}

/** The constructor of the values of a kind. */
export function arrayOf(dtype: StoredType): (typeof arrays)[StoredType] {
  return arrays[dtype];
}

/** Number of values of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Values out of little-endian bytes: a view of them where alignment and kind allow, otherwise a copy. */
export function decode(dtype: StoredType, bytes: Uint8Array<ArrayBuffer>): StoredData {
  const aligned = bytes.byteOffset % bytesOf[dtype] === 0 ? bytes : bytes.slice();
  const place = [aligned.buffer, aligned.byteOffset, aligned.byteLength / bytesOf[dtype]] as const;
  if (dtype === "F16") return new Float32Array(new Float16Array(...place));
  if (dtype === "BF16") return widenBrain(new Uint16Array(...place));
  return new arrays[dtype](...place);
}

/** A tensor whose values are made when they are asked for, of others or out of a file, so that nothing is read before. */
export function derived({ dtype, shape, copyTo }: Omit<Stored, "data">, make: () => StoredData): Stored {
  return {
    dtype,
    shape,
    get data() {
      return make();
    },
    copyTo,
  };
}

/** A tensor whose values lie side by side in a source and are read when they are asked for. */
export function storedAt(
  source: ByteSource,
  { dtype, shape, at }: Pick<Stored, "dtype" | "shape"> & { readonly at: number },
): Stored {
  const copyTo = (values: Float32Array) => {
    source.read(at, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  };
  return derived({ dtype, shape, copyTo: dtype === "F32" ? copyTo : undefined }, () => {
    const bytes = new Uint8Array(countOf(shape) * bytesOf[dtype]);
    source.read(at, bytes);
    return decode(dtype, bytes);
  });
}

/** The same values in single precision where they are halves, which are written by nobody here. */
export function inSingle(stored: Stored): Stored {
  if (stored.dtype !== "F16" && stored.dtype !== "BF16") return stored;
  return derived({ dtype: "F32", shape: stored.shape }, () => stored.data);
}

/** bfloat16 is the upper half of a float32. */
function widenBrain(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < bits.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}
