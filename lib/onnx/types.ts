/** Types of numbers that tensors of ONNX have, and the arrays that hold them. */

/** ONNX's number for each type, as `TensorProto.DataType` of onnx.proto has it; those without an array here are left out. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** One of {@linkcode elementTypes}. */
export type ElementType = keyof typeof elementTypes;

/** Numbers of a tensor: bits where JavaScript has no numbers of their kind (float16, bfloat16), bytes of 0 and 1 for bool. */
export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | readonly string[];

/** The type of an array's numbers where nothing else is said, and what else they may be. */
const types: readonly (readonly [array: { readonly name: string }, types: readonly ElementType[]])[] = [
  [Float32Array, ["float32"]],
  [Float64Array, ["float64"]],
  [Int8Array, ["int8"]],
  [Int16Array, ["int16"]],
  [Int32Array, ["int32"]],
  [BigInt64Array, ["int64"]],
  [Uint8Array, ["uint8", "bool"]],
  [Uint16Array, ["uint16", "float16", "bfloat16"]],
  [Uint32Array, ["uint32"]],
  [BigUint64Array, ["uint64"]],
  [Array, ["string"]],
];

/**
 * The type of numbers in an array.
 *
 * @param type what they are said to be; left out: the first that such an array may hold
 * @throws {TypeError} when such an array cannot hold them
 */
export function typeOfElements(data: Elements, type?: ElementType): ElementType {
  const { name } = data.constructor;
  const possible = types.find(([array]) => array.name === name)?.[1] ?? [];
  if (type === undefined && possible.length > 0) return possible[0];
  if (type !== undefined && possible.includes(type)) return type;
  throw new TypeError(
    `Cannot write a tensor of ${name} as ${type ?? "numbers"}: expected ${
      possible.join(" or ") || "an array of numbers"
    }`,
  );
}
