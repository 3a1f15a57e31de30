import * as tf from "@tensorflow/tfjs-core";

/** One operation that TensorFlow.js noted down, to be differentiated. */
interface Node {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** What its gradient wants of the operation. */
  readonly saved: tf.Tensor[];
  gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

/** Ids of the leaves that are differentiated by, and of all that depends on them; null while nothing is. */
let reached: Set<number> | null = null;

/**
 * Runs a differentiation that notes down only what depends on the leaves: of the frozen part of a network nothing is
 * kept for a way back that never goes there.
 */
export function tapingFrom<T>(leaves: readonly tf.Tensor[], differentiate: () => T): T {
  const engine = tf.engine() as unknown as {
    addTapeNode?: (name: string, inputs: Node["inputs"], outputs: tf.Tensor[], ...rest: unknown[]) => void;
  };
  const note = engine.addTapeNode!;
  const outer = reached;
  const ids = outer ?? new Set<number>(); // a gradient within a gradient: its operations are on the outer tape too
  for (const { id } of leaves) ids.add(id);
  reached = ids;
  engine.addTapeNode = function (name, inputs, outputs, ...rest) {
    if (Object.values(inputs).some((input) => input !== null && ids.has(input?.id))) {
      for (const { id } of outputs) ids.add(id);
      return note.call(this, name, inputs, outputs, ...rest);
    }
    const saved = rest[1] as tf.Tensor[] | undefined;
    for (const tensor of saved ?? []) tensor.dispose();
  };
  try {
    return differentiate();
  } finally {
    engine.addTapeNode = note;
    reached = outer;
  }
}

/**
 * Makes the backward pass of what is on the tape free what it is done with, operation by operation. Called at the end
 * of the function that is being differentiated.
 *
 * TensorFlow.js frees everything at the end: what operations saved, and every gradient on the way.
 *
 * @param leaves whose gradients are wanted, and stay
 */
export function freeOnTheWayBack(leaves: readonly tf.Tensor[]): void {
  const { state } = tf.engine() as unknown as {
    state: { readonly activeTape: Node[]; readonly gradientDepth: number };
  };
  // a gradient within a gradient is itself on the outer tape
  if (state.gradientDepth !== 1) return;
  const wanted = new Set(leaves.map(({ id }) => id));
  /** Ids of tensors that have a gradient, to which further ones are added. */
  const reached = new Set<number>();
  let spent: tf.Tensor[] = [];
  for (const node of state.activeTape) {
    const { gradient, saved, inputs, outputs } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      // all gradients of an operation are taken before those of the next one
      tf.dispose(spent);
      const given = dys.filter((dy, i) => dy !== null && !wanted.has(outputs[i].id)) as tf.Tensor[];
      spent = [...saved, ...given];
      const take = (name: string, dx: tf.Tensor): tf.Tensor => {
        const own = spent.includes(dx) ? tf.clone(dx) : dx;
        const { id } = inputs[name];
        if (reached.has(id)) spent.push(own);
        else reached.add(id);
        return own;
      };
      const gradients = Object.entries(gradient(dys));
      return Object.fromEntries(gradients.map(([name, dx]) => [name, () => take(name, dx())]));
    };
  }
}

/**
 * Runs a differentiation. When it throws, on a full heap say, everything that was saved for the way back is freed:
 * the engine does that only where all went well, and a smaller batch would find the heap as full.
 *
 * @param free frees what else was made
 */
export function freeingTape<T>(differentiate: () => T, free: () => void): T {
  try {
    return differentiate();
  } catch (error) {
    const { state } = tf.engine() as unknown as {
      state: { gradientDepth: number; activeTape: { saved?: tf.Tensor[] }[] | null };
    };
    if (state.gradientDepth === 0) {
      for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
      state.activeTape = null;
    }
    free();
    throw error;
  }
}
