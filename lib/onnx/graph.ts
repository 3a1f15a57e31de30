import {
  type OnnxAttribute,
  onnxBytes,
  type OnnxNode,
  type OnnxSlot,
  type OnnxTensor,
  type OnnxWeight,
} from "./model.ts";
import type { Elements, ElementType } from "./types.ts";

/** A tensor while a graph is put together: an input, a weight, or what a node gives. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
}

/** What a node is given beside its inputs. */
export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** A network that is being put together, operation by operation. */
export interface Graph {
  /** What every call is given, so far. */
  readonly inputs: readonly OnnxSlot[];
  /** What calls get, so far. */
  readonly outputs: readonly OnnxSlot[];
  /** Something that every call is given; sides of one name are of one size. */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value;
  /**
   * A tensor that the file holds. The same data asked for again is written once.
   *
   * @param name what the file calls it; left out, or where another has that name: its number
   */
  weight(tensor: OnnxTensor, name?: string): Value;
  /** What an operation gives; null leaves out one of its inputs. */
  node(op: string, inputs: readonly (Value | null)[], attributes?: Attributes): Value;
  /**
   * Names what calls get.
   *
   * @throws {RangeError} when there is an input or output of that name
   */
  output(
    name: string,
    value: Value,
    slot: { readonly type?: ElementType; readonly shape: readonly (number | string)[] },
  ): void;
  /**
   * The bytes of the file, see {@linkcode onnxBytes}.
   *
   * @throws {RangeError} when nothing is given out
   */
  bytes(options?: { readonly metadata?: Readonly<Record<string, string>> }): Uint8Array<ArrayBuffer>;
}

/**
 * Begins a network. `operations.ts` has what can be done with its values, in ONNX's operations of version 17, and so has
 * `node`.
 *
 * @example
 * ```ts
 * import { onnxGraph } from "./graph.ts";
 * import { conv, silu } from "./operations.ts";
 *
 * const graph = onnxGraph("sketch");
 * const x = graph.input("sample", "float32", ["batch", 3, "height", "width"]);
 * const weight = { shape: [8, 3, 3, 3], data: new Float32Array(216).fill(0.1) };
 * graph.output("out", silu(conv(x, { weight, pad: 1 })), { shape: ["batch", 8, "height", "width"] });
 * const file = graph.bytes();
 * console.log(file.length);
 * ```
 */
export function onnxGraph(name: string): Graph {
  const inputs: OnnxSlot[] = [];
  const outputs: OnnxSlot[] = [];
  const nodes: OnnxNode[] = [];
  const weights: OnnxWeight[] = [];
  const known = new Map<Elements, OnnxWeight>();
  const names = new Set<string>();

  function checkNew(slot: string): void {
    if (![...inputs, ...outputs].some((other) => other.name === slot)) return;
    throw new RangeError(`Cannot name "${slot}" in the graph "${name}": there is an input or output of that name`);
  }

  const graph: Graph = {
    inputs,
    outputs,
    input(slot, type, shape) {
      checkNew(slot);
      inputs.push({ name: slot, type, shape });
      return { graph, name: slot };
    },
    weight(tensor, called) {
      const before = known.get(tensor.data);
      if (before !== undefined && `${before.shape}` === `${tensor.shape}` && before.type === tensor.type) {
        return { graph, name: before.name };
      }
      const isFree = called !== undefined && !names.has(called);
      const weight = { ...tensor, name: isFree ? called : `weight.${weights.length}` };
      names.add(weight.name);
      weights.push(weight);
      known.set(tensor.data, weight);
      return { graph, name: weight.name };
    },
    node(op, taken, attributes = {}) {
      const output = `value.${nodes.length}`;
      const names = taken.map((value) => value === null ? "" : nameIn(value));
      nodes.push({ op, inputs: names, outputs: [output], attributes });
      return { graph, name: output };
    },
    output(slot, value, { type = "float32", shape }) {
      checkNew(slot);
      nodes.push({ op: "Identity", inputs: [nameIn(value)], outputs: [slot] });
      outputs.push({ name: slot, type, shape });
    },
    bytes(options = {}) {
      if (outputs.length === 0) {
        throw new RangeError(`Cannot write the graph "${name}": it has no output, expected one or more`);
      }
      return onnxBytes({ ...options, name, inputs, outputs, nodes, weights });
    },
  };

  function nameIn(value: Value): string {
    if (value.graph === graph) return value.name;
    throw new RangeError(`Cannot use "${value.name}" in the graph "${name}": it is of another graph`);
  }

  return graph;
}
