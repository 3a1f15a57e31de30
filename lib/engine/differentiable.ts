import * as tf from "@tensorflow/tfjs-core";

/** Tensors by the name of the input they belong to. */
export type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Runs a kernel of the backend in use by its name. */
export function runKernel(name: string, inputs: Inputs, attributes: tf.NamedAttrMap = {}): tf.Tensor[] {
  const made: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs as never, attributes);
  return Array.isArray(made) ? made : [made];
}

/** Whether the backend in use has a kernel; what the house has no kernel for is composed of other operations. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** One operation with a gradient of its own. */
export interface Operation<I extends Inputs> {
  readonly inputs: I;
  /** The value; what `save` is given comes back to `backward`. */
  readonly forward: (save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
  /**
   * Gradients by input. Called once; only those of inputs that the differentiated value reaches are asked for.
   * What this function makes outside of them lives until the next operation's backward begins.
   */
  readonly backward: (dy: tf.Tensor, saved: tf.Tensor[]) => { [Name in keyof I]: () => tf.Tensor };
}

/** As an {@linkcode Operation}, with further results that count as constants: statistics, masks. */
export interface OperationWithConstants<I extends Inputs> extends Omit<Operation<I>, "forward"> {
  /** The value, then the constants. */
  readonly forward: (save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
}

let leftovers: tf.Tensor[] = [];

/**
 * Runs an operation and records its gradient.
 *
 * TensorFlow.js's `customGrad` wants every gradient at once: it would compute the images' gradient in the first layer
 * of every network, as dear as the layer itself. Its engine, underneath, asks for each alone.
 */
export function differentiable<I extends Inputs>({ inputs, forward, backward }: Operation<I>): tf.Tensor {
  return withConstants({ inputs, forward: (save) => [forward(save)], backward })[0];
}

/** As {@linkcode differentiable}, for an operation with constants; they come behind its value. */
export function withConstants<I extends Inputs>(
  { inputs, forward, backward }: OperationWithConstants<I>,
): tf.Tensor[] {
  const engine = tf.engine() as unknown as {
    runKernelFunc(call: {
      inputs: I;
      forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
      backwardsFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => ReturnType<Operation<I>["backward"]>;
    }): tf.Tensor[];
  };
  return engine.runKernelFunc({
    inputs,
    forwardFunc: (_, save) => {
      let kept: tf.Tensor[] = [];
      const made = forward((tensors) => kept = tensors);
      // only now: what is saved outlives every scope, and would do so too if the kernel threw on a full heap
      save(kept);
      return made;
    },
    backwardsFunc: (dy, saved) => {
      // an operation's gradients are all taken before the next operation's backward begins
      for (const tensor of leftovers) if (!tensor.isDisposed) tensor.dispose();
      leftovers = [];
      return backward(Array.isArray(dy) ? dy[0] : dy, saved);
    },
  });
}

/** Marks what a backward made outside of its gradients, so that it is freed when the next one begins. */
export function shortLived<T extends tf.Tensor[]>(tensors: T): T {
  leftovers.push(...tensors);
  return tensors;
}
