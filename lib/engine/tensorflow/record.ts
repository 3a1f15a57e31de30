/** Records the operations of TensorFlow that a function of tensors executes, and makes one operation of them. */
import * as tf from "@tensorflow/tfjs-core";
import { assertSameTrace, digestOf, type Node, type Reference, type Trace } from "./trace.ts";

/** What was recorded. */
export interface Recorded {
  /**
   * Does it again with other tensors of the same shapes; frees those of them that the function freed.
   *
   * @returns what the function returned; the caller owns it
   */
  readonly replay: (tensors: readonly tf.Tensor[]) => tf.Tensor[];
  /**
   * Runs the function once more, on other tensors of the same shapes, and claims that it would be recorded the same.
   *
   * @throws {Error} when not, as when recorded: something that it computes with has changed and is no tensor
   */
  readonly confirm: (tensors: readonly tf.Tensor[]) => void;
  /** Operations in it, constants among them. */
  readonly operations: number;
  /** Frees it. */
  readonly remove: () => void;
}

/** What TensorFlow's backend knows of a tensor; `values` wait to be given to TensorFlow, until then it has no id. */
interface Stored {
  readonly id: number;
  readonly dtype: number;
  readonly values: unknown;
}

interface Made {
  readonly id: number;
}

/** The addon. */
interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  executeOp(op: string, attributes: readonly unknown[], ids: readonly number[], outputs: number): Made[];
  makeFunction(
    name: string,
    args: readonly { readonly dtype: number; readonly shape: readonly number[] }[],
    nodes: readonly Node[],
    outputs: readonly Reference[],
  ): void;
  removeFunction(name: string): void;
}

/** TensorFlow.js's backend on the addon: its kernels reach the addon by the property, at every call. */
interface Backend {
  binding: Binding;
  readonly tensorMap: { get(id: tf.DataId): Stored; has(id: tf.DataId): boolean };
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(made: Made): tf.Tensor;
  write(values: unknown, shape: readonly number[], dtype: tf.DataType): tf.DataId;
  readSync(id: tf.DataId): unknown;
  read(id: tf.DataId): Promise<unknown>;
}

/** Operations whose inputs begin with lists, and how many of so many inputs are in each. */
const lists: Readonly<Record<string, (inputs: number) => readonly number[]>> = {
  ConcatV2: (inputs) => [inputs - 1],
  AddN: (inputs) => [inputs],
  Pack: (inputs) => [inputs],
  Einsum: (inputs) => [inputs],
  HouseAdam: (inputs) => Array(4).fill((inputs - 2) / 4), // then come two numbers
};

let functions = 0;

/**
 * Runs a function of tensors twice, for what it does and not for its results, and records it when both runs did the
 * same. The first run's tensors are freed before the second begins: two runs take no more memory than one.
 *
 * @param f returns tensors; may free those that it is given
 * @param options `tensors` stay as they are, and the caller's; `changes`: false runs it once, and trusts it
 * @throws {Error} when the function reads values into JavaScript, uses a tensor that it was not given or that went
 * around the recorder, or does something else the second time: all of it would stay in the recording as it is now
 */
export function record(
  f: (tensors: tf.Tensor[]) => tf.Tensor[],
  { tensors, changes }: { readonly tensors: readonly tf.Tensor[]; readonly changes: boolean },
): Recorded {
  const backend = tf.backend() as unknown as Backend;
  const name = `counterproof_${functions++}`;
  const traced = trace(f, tensors);
  const { nodes, outputs, consumed } = traced;
  const confirm = (others: readonly tf.Tensor[]): void => {
    const again = trace(f, others);
    again.release();
    assertSameTrace(traced, again);
  };
  try {
    if (changes) confirm(tensors);
    const args = tensors.map((tensor) => ({ dtype: backend.tensorMap.get(tensor.dataId).dtype, shape: tensor.shape }));
    backend.binding.makeFunction(name, args, nodes, outputs);
  } finally {
    traced.release();
  }
  return {
    replay: (others) => {
      const made = backend.binding.executeOp(name, [], backend.getInputTensorIds(others), outputs.length);
      for (const [i, tensor] of others.entries()) if (consumed[i]) tensor.dispose();
      return made.map((each) => backend.createOutputTensor(each));
    },
    confirm,
    operations: nodes.length,
    remove: () => backend.binding.removeFunction(name),
  };
}

/** Runs a function with the recorder at work; what it returns is freed, constants live until they are released. */
function trace(
  f: (tensors: tf.Tensor[]) => tf.Tensor[],
  tensors: readonly tf.Tensor[],
): Trace & { readonly release: () => void } {
  const recorder = startRecorder(tf.backend() as unknown as Backend, tensors);
  // clones, of which the function may free some; the values are shared
  const given = tensors.map((tensor) => tf.clone(tensor));
  let consumed: boolean[] = [];
  let results: tf.Tensor[] = [];
  let outputs: Reference[] = [];
  const free = (): void => [...given, ...results].forEach((tensor) => tensor.isDisposed || tensor.dispose());
  try {
    recorder.during(() => {
      results = f(given);
      consumed = given.map((tensor) => tensor.isDisposed);
      outputs = results.map((tensor) => recorder.output(tensor));
      free(); // among them constants, which the recorder keeps
    });
    return { nodes: recorder.nodes, outputs, consumed, release: recorder.release };
  } catch (error) {
    free();
    recorder.release();
    throw error;
  }
}

interface Recorder {
  readonly nodes: readonly Node[];
  /** Runs something with the recorder between the kernels and the addon. */
  during(run: () => void): void;
  /** Where a tensor that the function returned comes from. */
  output(tensor: tf.Tensor): Reference;
  /** Frees the constants. */
  release(): void;
}

function startRecorder(backend: Backend, tensors: readonly tf.Tensor[]): Recorder {
  const { binding } = backend;
  const nodes: Node[] = [];
  const places = new Map(backend.getInputTensorIds(tensors).map((id, i): [number, Reference] => [id, [i, 0]]));
  /** Tensors made of JavaScript's values meanwhile, and what those that reached TensorFlow are, by their id. */
  const constants = { data: new WeakSet<tf.DataId>(), ids: new Map<number, Omit<Node, "constant">>() };
  const doomed: number[] = [];
  const add = (node: Node): number => tensors.length + nodes.push(node) - 1;

  const placeOf = (id: number): Reference => {
    const known = places.get(id);
    if (known !== undefined) return known;
    const constant = constants.ids.get(id);
    if (constant === undefined) throw new Error(foreign);
    const place: Reference = [add({ constant: id, ...constant }), 0];
    places.set(id, place);
    return place;
  };

  const recording: Binding = Object.create(binding, {
    createTensor: {
      value: (...call: Parameters<Binding["createTensor"]>) => {
        const id = binding.createTensor(...call);
        const [shape, , values] = call;
        constants.ids.set(id, { shape: [...shape], digest: digestOf(values) });
        return id;
      },
    },
    deleteTensor: {
      // a constant is needed until the function is made
      value: (id: number) => constants.ids.has(id) ? void doomed.push(id) : binding.deleteTensor(id),
    },
    executeOp: {
      value: (op: string, attributes: readonly unknown[], ids: readonly number[], outputs: number) => {
        const origins = ids.map(placeOf);
        const made = binding.executeOp(op, attributes, ids, outputs);
        const sizes = lists[op]?.(ids.length) ?? [];
        const listed = sizes.map((size) => origins.splice(0, size));
        const node = add({ constant: -1, op, attributes, inputs: [...listed, ...origins] });
        for (const [i, { id }] of made.entries()) places.set(id, [node, i]);
        return made;
      },
    },
  });

  /** Methods of the backend that stand before its own meanwhile. */
  const watching: Partial<Backend> = {
    getInputTensorIds: (given) => {
      for (const { dataId } of given) {
        // without an id, its values are still JavaScript's: made now, or before and not among the inputs
        const outside = backend.tensorMap.get(dataId)?.values != null && !constants.data.has(dataId);
        if (outside) throw new Error(foreign);
      }
      return own.getInputTensorIds.call(backend, given);
    },
    write: (values, shape, dtype) => {
      const id = own.write.call(backend, values, shape, dtype);
      constants.data.add(id);
      return id;
    },
    readSync: (id) => {
      if (!constants.data.has(id)) throw new Error(`${refused} reads values into JavaScript. ${remedy}`);
      return own.readSync.call(backend, id);
    },
    read: (id) => Promise.resolve(watching.readSync!(id)),
  };
  const own = Object.getPrototypeOf(backend) as Backend;

  return {
    nodes,
    during(run) {
      Object.assign(backend, watching, { binding: recording });
      try {
        run();
      } finally {
        for (const name of Object.keys(watching)) Reflect.deleteProperty(backend, name);
        backend.binding = binding;
      }
    },
    output(tensor) {
      const place = placeOf(backend.getInputTensorIds([tensor])[0]);
      if (place[0] >= tensors.length) return place;
      // what the function gives back as it was: an argument cannot be a result
      const type = { name: "T", type: (binding as never as { TF_ATTR_TYPE: number }).TF_ATTR_TYPE };
      const { dtype } = backend.tensorMap.get(tensor.dataId);
      return [
        add({ constant: -1, op: "Identity", attributes: [{ ...type, value: dtype }], inputs: [place] }),
        0,
      ];
    },
    release() {
      for (const id of doomed) binding.deleteTensor(id);
    },
  };
}

const refused = "Cannot record the step: it";
const remedy = "Give it what changes from step to step as tensors, and read its results afterwards";
const foreign =
  `${refused} uses a tensor that it was not given, or that a kernel made without the recorder's knowing. ${remedy}`;
