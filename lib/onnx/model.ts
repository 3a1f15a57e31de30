/**
 * Writes networks as ONNX files. {@linkcode onnxBytes} takes one as plain nodes; `graph.ts` and `operations.ts` put such
 * nodes together.
 *
 * No library is in it: those on npm that write ONNX bring a compiler of protocol buffers and the whole schema for what
 * are two pages here, and copy weights several times on their way.
 *
 * Source: onnx/onnx.proto of ONNX 1.23, the numbers of the fields.
 */
import { type Elements, type ElementType, elementTypes, typeOfElements } from "./types.ts";
import { floatField, joined, lengthOf, nested, type Pieces, textField, wholeField } from "./wire.ts";

/** An input or output. */
export interface OnnxSlot {
  readonly name: string;
  readonly type: ElementType;
  /** A number where a side is fixed, a name where it is free. */
  readonly shape: readonly (number | string)[];
}

/** A tensor that the file holds. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  /** Row by row, as many as the shape says. */
  readonly data: Elements;
  /** Left out: what the array says; a `Uint16Array` may hold float16 or bfloat16, a `Uint8Array` bool. */
  readonly type?: ElementType;
}

/** A named tensor. */
export interface OnnxWeight extends OnnxTensor {
  readonly name: string;
  /** File beside the network that holds its numbers, from its first byte on; left out: they stand in the network's own. */
  readonly location?: string;
}

/** An option of a node. Plain whole numbers are ints; a float is said to be one, since 1 and 1.0 are one to JavaScript. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

/** One operation. */
export interface OnnxNode {
  readonly op: string;
  /** Names; "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Of the operation; left out: ONNX's own. */
  readonly domain?: string;
}

/** What is computed. */
export interface OnnxGraph {
  readonly name?: string;
  readonly inputs: readonly OnnxSlot[];
  readonly outputs: readonly OnnxSlot[];
  /** In an order in which each finds what it takes. */
  readonly nodes: readonly OnnxNode[];
  readonly weights?: readonly OnnxWeight[];
}

/** A network. */
export interface OnnxModel extends OnnxGraph {
  /** Version of ONNX's operations; left out: 17, which every runtime of the last years has. */
  readonly opset?: number;
  /** Versions of other domains by their name. */
  readonly domains?: Readonly<Record<string, number>>;
  /** Any texts, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Protocol buffers hold no more, in bytes. */
const MOST = 2 ** 31 - 1;

/** The format of the file, from a version of the operations on, the newest first. */
const formats: readonly (readonly [opset: number, format: number])[] = [[21, 10], [19, 9], [0, 8]];

/**
 * The bytes of a network's file. Weights are copied once.
 *
 * @throws {RangeError} when a tensor has not as many numbers as its shape says, or the file would pass 2 GB
 * @throws {TypeError} when an array cannot hold the type that a tensor is said to have, or an attribute is a plain fraction
 */
export function onnxBytes(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const { opset = 17, domains = {}, metadata = {}, ...graph } = model;
  const pieces = [
    ...wholeField(1, formats.find(([from]) => opset >= from)![1]),
    ...textField(2, "counterproof"),
    ...nested(7, graphPieces(graph)),
    ...Object.entries({ "": opset, ...domains }).flatMap(([domain, version]) =>
      nested(8, [...(domain === "" ? [] : textField(1, domain)), ...wholeField(2, version)])
    ),
    ...Object.entries(metadata).flatMap(([key, value]) => nested(14, pair(key, value))),
  ];
  const length = lengthOf(pieces);
  if (length > MOST) {
    throw new RangeError(
      `Cannot write "${model.name ?? "graph"}" as one ONNX file: it would have ${
        (length / 1e9).toFixed(1)
      } GB, expected ` +
        'at most 2 GB. Give weights a "location", the name of a file beside it that holds their numbers',
    );
  }
  return joined(pieces);
}

function graphPieces({ name = "graph", inputs, outputs, nodes, weights = [] }: OnnxGraph): Pieces {
  return [
    ...nodes.flatMap((node) => nested(1, nodePieces(node))),
    ...textField(2, name),
    ...weights.flatMap((weight) => nested(5, weightPieces(weight))),
    ...inputs.flatMap((slot) => nested(11, slotPieces(slot))),
    ...outputs.flatMap((slot) => nested(12, slotPieces(slot))),
  ];
}

function nodePieces({ op, inputs, outputs, attributes = {}, domain }: OnnxNode): Pieces {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) => nested(5, attributePieces(name, value))),
    ...(domain === undefined ? [] : textField(7, domain)),
  ];
}

/** ONNX's numbers for kinds of attributes. */
const kinds = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

function attributePieces(name: string, value: OnnxAttribute): Pieces {
  const of = (kind: keyof typeof kinds, pieces: Pieces): Pieces => [
    ...textField(1, name),
    ...pieces,
    ...wholeField(20, kinds[kind]),
  ];
  const whole = (one: number): number => {
    if (Number.isSafeInteger(one)) return one;
    throw new TypeError(
      `Cannot write the attribute "${name}": given ${one}, expected a whole number, or { float: ${one} }`,
    );
  };
  if (typeof value === "number") return of("int", wholeField(3, whole(value)));
  if (typeof value === "string") return of("string", textField(4, value));
  if ("float" in value) return of("float", floatField(2, value.float));
  if ("floats" in value) return of("floats", value.floats.flatMap((one) => floatField(7, one)));
  if ("tensor" in value) return of("tensor", nested(5, weightPieces({ name: "", ...value.tensor })));
  if ("graph" in value) return of("graph", nested(6, graphPieces(value.graph)));
  if (value.length > 0 && typeof value[0] === "string") {
    return of("strings", (value as readonly string[]).flatMap((one) => textField(9, one)));
  }
  return of("ints", (value as readonly number[]).flatMap((one) => wholeField(8, whole(one))));
}

function slotPieces({ name, type, shape }: OnnxSlot): Pieces {
  const sides = shape.flatMap((side) => nested(1, typeof side === "number" ? wholeField(1, side) : textField(2, side)));
  return [
    ...textField(1, name),
    ...nested(2, nested(1, [...wholeField(1, elementTypes[type]), ...nested(2, sides)])),
  ];
}

function weightPieces({ name, shape, data, type: said, location }: OnnxWeight): Pieces {
  const type = typeOfElements(data, said);
  const count = shape.reduce((product, side) => product * side, 1);
  if (data.length !== count) {
    throw new RangeError(
      `Cannot write the tensor "${name}" of shape [${
        shape.join(", ")
      }]: given ${data.length} numbers, expected ${count}`,
    );
  }
  return [
    ...shape.flatMap((side) => wholeField(1, side)),
    ...wholeField(2, elementTypes[type]),
    ...(name === "" ? [] : textField(8, name)),
    ...(isTexts(data) ? data.flatMap((text) => textField(6, text)) : numberPieces(data, location)),
  ];
}

function numberPieces({ buffer, byteOffset, byteLength }: ArrayBufferView, location: string | undefined): Pieces {
  if (location === undefined) return nested(9, [new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)]);
  const where = { location, offset: "0", length: `${byteLength}` };
  return [...Object.entries(where).flatMap(([key, value]) => nested(13, pair(key, value))), ...wholeField(14, 1)];
}

function isTexts(data: Elements): data is readonly string[] {
  return Array.isArray(data);
}

function pair(key: string, value: string): Pieces {
  return [...textField(1, key), ...textField(2, value)];
}
