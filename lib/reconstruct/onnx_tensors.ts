/** From plain arrays to the runtime's tensors and back; of the runtime itself nothing is loaded here. */
import type * as Onnx from "onnxruntime-node";
import { fromFloat16, toFloat16 } from "./float16.ts";
import type { Slot } from "./onnx_slots.ts";
import { countOfShape, type IntValues, type Values } from "./values.ts";

type Runtime = typeof Onnx;
type Room = Uint16Array | BigInt64Array | Int32Array | Float32Array;

/** Arrays that are filled anew for every call, by the input's name. */
export type Rooms = Map<string, Room>;

/**
 * Numbers as the runtime takes them, in a room of the slot's own where they have to be changed for it.
 *
 * @throws {RangeError} for a fraction where whole numbers are taken
 */
export function tensorOf(
  runtime: Runtime,
  given: Values | IntValues,
  { name, type }: Slot,
  rooms: Rooms,
): Onnx.Tensor {
  const { data, shape } = given;
  const room = <A extends Room>(
    make: new (length: number) => A,
  ): A => {
    const before = rooms.get(name);
    const found = before instanceof make && before.length === data.length ? before : new make(countOfShape(shape));
    rooms.set(name, found);
    return found;
  };
  const sides = [...shape];
  if (type === "float16") return float16Tensor(runtime, toFloat16(data, room(Uint16Array)), sides);
  if (type === "float32") {
    if (data instanceof Float32Array) return new runtime.Tensor("float32", data, sides);
    const numbers = room(Float32Array);
    numbers.set(data);
    return new runtime.Tensor("float32", numbers, sides);
  }
  const fraction = data instanceof Float32Array ? data.find((value) => !Number.isInteger(value)) : undefined;
  if (fraction !== undefined) {
    throw new RangeError(`Cannot run a network with ${fraction} in "${name}": it takes whole numbers (${type})`);
  }
  if (type === "int32") return new runtime.Tensor("int32", Int32Array.from(data), sides);
  const whole = room(BigInt64Array);
  for (let i = 0; i < data.length; i++) whole[i] = BigInt(data[i]);
  return new runtime.Tensor("int64", whole, sides);
}

/**
 * A tensor of 16-bit numbers. The runtime makes a Float16Array of any data, and Deno 2.9.6 hands such an array to native
 * code as one without length; so the bits are put before it again.
 */
function float16Tensor(runtime: Runtime, bits: Uint16Array, sides: readonly number[]): Onnx.Tensor {
  return Object.create(new runtime.Tensor("float16", bits, sides), { data: { value: bits } });
}

/** A tensor's numbers as float32, whatever they are. */
export function valuesOf({ data, dims, type }: Onnx.Tensor): Values {
  if (type === "float32") return { data: data as Float32Array, shape: dims };
  if (type === "float16") {
    const { buffer, byteOffset, length } = data as unknown as Uint16Array;
    return { data: fromFloat16(new Uint16Array(buffer, byteOffset, length)), shape: dims };
  }
  return { data: Float32Array.from(data as ArrayLike<number | bigint>, Number), shape: dims };
}
