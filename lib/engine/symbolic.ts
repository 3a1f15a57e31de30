/** Follows what a function of tensors would compute, operation by operation, and computes nothing. */
import * as tf from "@tensorflow/tfjs-core";

/** What stands for a tensor: at least how it would look. */
export interface Sketch {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** Options of an operation, by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What an operation makes of what stands for its inputs, by their names; several where it has several results. */
export type Follow<S extends Sketch> = (
  inputs: Readonly<Record<string, S>>,
  attributes: Attributes,
) => S | readonly S[];

/** What a function is followed with. */
export interface Following<S extends Sketch> {
  /** By the name of TensorFlow.js's kernel, or of the house's. An operation that can be composed of others is, where its kernel is not among these. */
  readonly kernels: Readonly<Record<string, Follow<S>>>;
  /** What stands for a tensor that is there: a parameter; null: none that is known. */
  readonly leaf: (tensor: tf.Tensor) => S | null;
  /** What stands for numbers that the function makes tensors of. */
  readonly constant: (values: ArrayLike<number>, shape: Sketch) => S;
}

/** What a followed function is given to begin and to end with. */
export interface Threads<S extends Sketch> {
  /** A tensor for what stands for one. */
  readonly tensor: (sketch: S) => tf.Tensor;
  /** What stands for a tensor that was made meanwhile. */
  readonly sketch: (tensor: tf.Tensor) => S;
}

/** An operation that nobody told how to follow. */
export class UnknownOperation extends Error {
  override readonly name = "UnknownOperation";
  constructor(
    /** Name of its kernel. */
    readonly kernel: string,
    options?: ErrorOptions,
  ) {
    super(`Cannot follow the operation "${kernel}"`, options);
  }
}

const NAME = "symbolic";

/**
 * Runs a function whose operations are followed instead of executed. All tensors that it makes are gone afterwards;
 * parameters stay where and as they are.
 *
 * @param run synchronous; returns what it wants to keep, which are no tensors
 * @throws {UnknownOperation} for an operation without an entry in `kernels`
 * @throws {Error} when the function reads the values of a tensor
 */
export function followed<S extends Sketch, R>(
  { kernels, leaf, constant }: Following<S>,
  run: (threads: Threads<S>) => R,
): R {
  const known = new WeakMap<tf.DataId, S>();
  const engine = tf.engine();
  const before = engine.backendName;
  const sketch = (tensor: tf.TensorInfo): S => {
    const found = known.get(tensor.dataId) ?? leaf(tensor as tf.Tensor);
    if (found === null) throw new Error("Cannot follow a tensor that was there before: it is not among the parameters");
    return found;
  };
  const stand = (made: S): tf.TensorInfo => {
    const dataId = {};
    known.set(dataId, made);
    return { dataId, shape: [...made.shape], dtype: made.dtype };
  };
  tf.registerBackend(NAME, () =>
    backendOf((values, shape, dtype) => {
      const dataId = {};
      known.set(dataId, constant(values, { shape, dtype }));
      return dataId;
    }));
  for (const [kernelName, follow] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs }) => {
        const given = Object.entries(inputs).filter(([, tensor]) => tensor !== null && tensor !== undefined);
        const made = follow(
          Object.fromEntries(given.map(([name, tensor]) => [name, sketch(tensor as tf.TensorInfo)])),
          (attrs ?? {}) as Attributes,
        );
        return Array.isArray(made) ? made.map(stand) : stand(made as S);
      },
    });
  }
  try {
    tf.setBackend(NAME); // done when it returns, since nothing of this backend is waited for
    let result: R;
    tf.tidy(() => {
      result = run({
        tensor: (made) => engine.makeTensorFromTensorInfo(stand(made)),
        sketch,
      });
    });
    return result!;
  } catch (error) {
    const kernel = /Kernel '(\w+)' not registered/.exec((error as Error).message)?.[1];
    throw kernel === undefined ? error : new UnknownOperation(kernel, { cause: error });
  } finally {
    if (before !== undefined && before !== null) tf.setBackend(before);
    for (const kernelName of Object.keys(kernels)) tf.unregisterKernel(kernelName, NAME);
    tf.removeBackend(NAME);
  }
}

/** A backend that holds nothing. */
function backendOf(
  write: (values: ArrayLike<number>, shape: number[], dtype: tf.DataType) => tf.DataId,
): tf.KernelBackend {
  const unread = (): never => {
    throw new Error("Cannot follow a function that reads the values of its tensors");
  };
  return {
    write,
    numDataIds: () => 0,
    disposeData: () => true,
    refCount: () => 1,
    incRef: () => {},
    decRef: () => {},
    floatPrecision: () => 32,
    epsilon: () => 1e-7,
    readSync: unread,
    read: unread,
    dispose: () => {},
  } as unknown as tf.KernelBackend;
}
