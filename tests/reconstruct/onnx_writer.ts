/** Small ONNX files for tests, written byte by byte: field numbers are those of onnx.proto. */

/** Types of numbers by ONNX's number for them. */
export const types = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;
type Type = keyof typeof types;

export interface ToySlot {
  readonly name: string;
  readonly type: Type;
  readonly shape: readonly (number | string)[];
}

export interface ToyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ToyWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** File beside the network that holds it, from its first byte on. */
  readonly location?: string;
}

/** A network of some nodes. */
export interface ToyNetwork {
  readonly inputs: readonly ToySlot[];
  readonly outputs: readonly ToySlot[];
  readonly nodes: readonly ToyNode[];
  readonly weights?: readonly ToyWeight[];
}

/** The bytes of a network's file. */
export function onnxBytes({ inputs, outputs, nodes, weights = [] }: ToyNetwork): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.map((node) => message(1, nodeBytes(node))),
    text(2, "toy"),
    ...weights.map((weight) => message(5, weightBytes(weight))),
    ...inputs.map((slot) => message(11, slotBytes(slot))),
    ...outputs.map((slot) => message(12, slotBytes(slot))),
  ].flat();
  return new Uint8Array([...number(1, 8), ...message(8, number(2, 17)), ...message(7, graph)]);
}

function nodeBytes({ op, inputs, outputs }: ToyNode): number[] {
  return [...inputs.flatMap((name) => text(1, name)), ...outputs.flatMap((name) => text(2, name)), ...text(4, op)];
}

function slotBytes({ name, type, shape }: ToySlot): number[] {
  const sides = shape.flatMap((side) => message(1, typeof side === "number" ? number(1, side) : text(2, side)));
  return [...text(1, name), ...message(2, message(1, [...number(1, types[type]), ...message(2, sides)]))];
}

function weightBytes({ name, shape, data, location }: ToyWeight): number[] {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const pair = (key: string, value: string) => message(13, [...text(1, key), ...text(2, value)]);
  return [
    ...shape.flatMap((side) => number(1, side)),
    ...number(2, types.float32),
    ...text(8, name),
    ...location === undefined
      ? message(9, [...bytes])
      : [...pair("location", location), ...pair("offset", "0"), ...pair("length", `${bytes.length}`), ...number(14, 1)],
  ];
}

function message(field: number, bytes: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}
