import { openSource } from "../engine/byte_source.ts";
import { elementTypes } from "../onnx/types.ts";
import { type Slot, type SlotType, slotTypes } from "./onnx_slots.ts";

/** What a file says of its network before anything of it is loaded. */
export interface OnnxHeader {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  /** Files beside it that hold weights, and how many bytes it takes of each to have them all. */
  readonly external: ReadonlyMap<string, number>;
  /** Whether weights of it are numbers of 16 bits. */
  readonly halves: boolean;
  /** Whether it draws random numbers, so that two runs on the same inputs differ. */
  readonly draws: boolean;
  /**
   * The factor by which it doubles sides in all, 2 for each doubling by a fixed scale, 1 where there is none. A UNet
   * halves its latents as often, and what it halves has to be even. diffusers' own takes any size, as it enlarges to the
   * size that was kept before it halved; the trace of an example of even sides, as optimum's is, has lost that.
   */
  readonly doubling: number;
  /**
   * Whether it has a softmax by itself, and so attention that holds matrices of all places by all places. Attention that
   * was fused into one operation (bench/peers/fuse_attention.py) holds none.
   */
  readonly matrices: boolean;
}

/** What the house's networks take and give, by ONNX's numbers. */
const types: Readonly<Record<number, SlotType>> = Object.fromEntries(
  slotTypes.map((type) => [elementTypes[type], type]),
);

/**
 * Reads the inputs, outputs and weight files of a network. Weights are leapt over: of 500 MB in a file some 3 MB are read.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {RangeError} when it is no ONNX file, or cut short
 * @throws {TypeError} when an input or output is of a type that no network here has
 *
 * Source: onnx/onnx.proto of ONNX 1.23, the numbers of the fields.
 */
export function readOnnxHeader(path: string): OnnxHeader {
  using source = openSource(path);
  try {
    const file = reader(source);
    const graph = [...file.fields(0, source.size)].find(({ number }) => number === 7);
    if (graph === undefined || graph.wire !== LENGTH) throw new RangeError("there is no graph in it");
    const inputs: Slot[] = [];
    const outputs: Slot[] = [];
    const weights = new Set<string>();
    const external = new Map<string, number>();
    let draws = false;
    let halves = false;
    let doubling = 1;
    let matrices = false;
    for (const { number, from, to } of file.fields(graph.from, graph.to)) {
      if (number === 11) inputs.push(slotOf(file, from, to));
      if (number === 12) outputs.push(slotOf(file, from, to));
      if (number === 1) {
        const { operator, inputs } = nodeOf(file, from, to);
        draws ||= operator.startsWith("Random");
        matrices ||= operator === "Softmax";
        // scales are its third input, sizes in their place its fourth
        if (operator === "Resize" && (inputs[3] ?? "") === "") doubling *= 2;
      }
      if (number !== 5) continue;
      const weight = weightOf(file, from, to);
      weights.add(weight.name);
      halves ||= types[weight.type] === "float16";
      if (weight.location === null) continue;
      external.set(weight.location, Math.max(external.get(weight.location) ?? 0, weight.end));
    }
    // old exports name their weights among the inputs
    const given = inputs.filter(({ name }) => !weights.has(name));
    return { inputs: given, outputs, external, halves, draws, doubling, matrices };
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    throw new RangeError(`Cannot read "${path}" as an ONNX network: ${(cause as Error).message}`, { cause });
  }
}

/** Wire types of protocol buffers. */
const [VARINT, EIGHT, LENGTH, FOUR] = [0, 1, 2, 5];

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint. */
  readonly value: number;
  /** Where its bytes begin and end, of a field with a length. */
  readonly from: number;
  readonly to: number;
}

interface Reader {
  fields(from: number, to: number): Generator<Field>;
  text(from: number, to: number): string;
}

/** Bytes that are read at once. */
const WINDOW = 16384;

function reader(source: ReturnType<typeof openSource>): Reader {
  const window = new Uint8Array(WINDOW);
  let start = 0;
  let filled = 0;
  const byte = (at: number): number => {
    if (at < start || at >= start + filled) {
      if (at >= source.size) throw new RangeError("it is cut short");
      start = at;
      filled = Math.min(WINDOW, source.size - at);
      source.read(start, window.subarray(0, filled));
    }
    return window[at - start];
  };
  const varint = (at: number): [value: number, next: number] => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const one = byte(at + i);
      value += (one & 0x7f) * 2 ** (7 * i);
      if (one < 0x80) return [value, at + i + 1];
    }
    throw new RangeError(`at byte ${at} stands what no ONNX file has`);
  };
  return {
    *fields(from, to) {
      let at = from;
      while (at < to) {
        const [key, after] = varint(at);
        const [number, wire] = [Math.floor(key / 8), key % 8];
        if (![VARINT, EIGHT, LENGTH, FOUR].includes(wire) || number === 0) {
          throw new RangeError(`at byte ${at} stands what no ONNX file has`);
        }
        const [value, next] = wire === VARINT || wire === LENGTH ? varint(after) : [0, after];
        const length = wire === LENGTH ? value : wire === EIGHT ? 8 : wire === FOUR ? 4 : 0;
        if (next + length > to) throw new RangeError("it is cut short");
        yield { number, wire, value, from: next, to: next + length };
        at = next + length;
      }
    },
    text: (from, to) => new TextDecoder().decode(Uint8Array.from({ length: to - from }, (_, i) => byte(from + i))),
  };
}

function slotOf(file: Reader, from: number, to: number): Slot {
  let name = "";
  let type = 0;
  const shape: (number | string)[] = [];
  for (const field of file.fields(from, to)) {
    if (field.number === 1) name = file.text(field.from, field.to);
    if (field.number !== 2) continue;
    for (const tensor of file.fields(field.from, field.to)) { // of a TypeProto
      if (tensor.number !== 1) continue;
      for (const part of file.fields(tensor.from, tensor.to)) {
        if (part.number === 1) type = part.value;
        if (part.number === 2) { for (const side of file.fields(part.from, part.to)) shape.push(sideOf(file, side)); }
      }
    }
  }
  if (types[type] !== undefined) return { name, type: types[type], shape };
  throw new TypeError(
    `Cannot use a network whose "${name}" is of ONNX's type ${type}: expected ${Object.values(types).join(", ")}`,
  );
}

function sideOf(file: Reader, { from, to }: Field): number | string {
  for (const { number, value, from: begin, to: end } of file.fields(from, to)) {
    if (number === 1) return value;
    if (number === 2) return file.text(begin, end);
  }
  return "";
}

/** What a node computes, and the names of what it is given; "" of what it is not. */
function nodeOf(file: Reader, from: number, to: number): { operator: string; inputs: readonly string[] } {
  const inputs: string[] = [];
  let operator = "";
  for (const field of file.fields(from, to)) {
    if (field.number === 1) inputs.push(file.text(field.from, field.to));
    if (field.number === 4) operator = file.text(field.from, field.to);
  }
  return { operator, inputs };
}

interface Weight {
  readonly name: string;
  /** ONNX's number for it. */
  readonly type: number;
  /** The file beside that it lies in, null for the network's own. */
  readonly location: string | null;
  /** Where it ends there. */
  readonly end: number;
}

function weightOf(file: Reader, from: number, to: number): Weight {
  let name = "";
  let type = 0;
  const where: Record<string, string> = {};
  for (const field of file.fields(from, to)) {
    if (field.number === 2) type = field.value;
    if (field.number === 8) name = file.text(field.from, field.to);
    if (field.number !== 13) continue;
    const [key, value] = [...file.fields(field.from, field.to)].map((part) => file.text(part.from, part.to));
    where[key] = value ?? "";
  }
  return { name, type, location: where.location ?? null, end: Number(where.offset ?? 0) + Number(where.length ?? 0) };
}
