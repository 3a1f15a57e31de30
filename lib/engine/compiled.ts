/** Steps recorded once and replayed as one operation, on TensorFlow: kernel by kernel, a step takes twice as long. */
import * as tf from "@tensorflow/tfjs-core";
import { record, type Recorded } from "./tensorflow/record.ts";
import { entries, fill, type Tree } from "./tree.ts";

/** What a step works on. */
export interface StepInput<State extends Tree, Inputs extends Tree, Fixed> {
  /** Leaves that the step may consume. */
  readonly state: State;
  /** Everything else that changes from step to step. */
  readonly inputs: Inputs;
  /** What does not change within one recording: plain data, by which another one is told apart. */
  readonly fixed: Fixed;
}

/** A function of tensors: the same operations for the same shapes and `fixed`, whatever the values are. */
export type Step<State extends Tree, Inputs extends Tree, Fixed, Result extends Tree> = (
  input: StepInput<State, Inputs, Fixed>,
) => Result;

/** A step that is recorded when it meets new shapes, and replayed ever after. Disposing it frees the recordings. */
export interface Compiled<State extends Tree, Inputs extends Tree, Fixed, Result extends Tree> extends Disposable {
  /** As the step itself: frees what that frees, and the caller owns the result. */
  readonly run: Step<State, Inputs, Fixed, Result>;
  /** Recordings so far, one for each combination of shapes and `fixed`. */
  readonly recordings: () => number;
}

/** Whether the backend in use can replay what was recorded. */
export function canCompile(): boolean {
  return tf.getBackend() === "tensorflow";
}

/**
 * Records a step when it is first run, and replays it as one operation of TensorFlow.
 *
 * Whatever JavaScript computes while the step is recorded stays as it is then, numbers and branches alike: what
 * changes from step to step (learning rate, step number, random draws) has to be a tensor among `state` or `inputs`.
 * The step is therefore traced twice when it is recorded and once more when it is next run, and refused unless all
 * three are the same, to the values of its constants. Numbers of a formula, `mul(x, 0.5)`, are.
 * Results come from the replay from the first run on, so that they do not depend on when it was recorded.
 *
 * @param step returns a tree of tensors
 * @param options `changes`: whether anything but its tensors could change the step; false for a function that knows
 * nothing else, which is then traced once only
 * @throws {Error} when run: on another backend than tensorflow; when the step reads values into JavaScript; when it
 * uses a tensor that it was not given, or one of a kernel that goes around the recorder; when traces of it differ
 *
 * @example
 * ```ts
 * import { canCompile, compile } from "./compiled.ts";
 * import { mul, scalar, sub, type Tensor, tidy } from "./ops.ts";
 *
 * type Weight = { readonly x: Tensor };
 * const decay = compile(({ state, inputs }: { state: Weight; inputs: { rate: Tensor }; fixed: null }) =>
 *   tidy(() => ({ x: sub(state.x, mul(inputs.rate, state.x)) }))
 * );
 * if (canCompile()) decay.run({ state: { x: scalar(1) }, inputs: { rate: scalar(0.1) }, fixed: null });
 * ```
 */
export function compile<State extends Tree, Inputs extends Tree, Fixed, Result extends Tree>(
  step: Step<State, Inputs, Fixed, Result>,
  { changes = true }: { readonly changes?: boolean } = {},
): Compiled<State, Inputs, Fixed, Result> {
  const recordings = new Map<string, { readonly recorded: Recorded; readonly result: Result; confirmed: boolean }>();
  return {
    run(input) {
      if (!canCompile()) {
        throw new Error(`Cannot compile a step on backend "${tf.getBackend()}": expected "tensorflow"`);
      }
      const leaves = { state: input.state, inputs: input.inputs };
      const tensors = entries(leaves).map(([, tensor]) => tensor);
      const key = JSON.stringify([
        entries(leaves).map(([path, { shape, dtype }]) => [path, shape, dtype]),
        input.fixed,
      ]);
      let known = recordings.get(key);
      if (known === undefined) {
        known = { ...recordStep(step, input, changes), confirmed: !changes };
        recordings.set(key, known);
      } else if (!known.confirmed) {
        // what the caller changes between steps, and not the step itself, shows only now
        known.recorded.confirm(tensors);
        known.confirmed = true;
      }
      const { recorded, result } = known;
      const made = recorded.replay(tensors);
      return fill(result, new Map(entries(result).map(([path], i) => [path, made[i]])));
    },
    recordings: () => recordings.size,
    [Symbol.dispose]() {
      for (const { recorded } of recordings.values()) recorded.remove();
      recordings.clear();
    },
  };
}

function recordStep<State extends Tree, Inputs extends Tree, Fixed, Result extends Tree>(
  step: Step<State, Inputs, Fixed, Result>,
  { state, inputs, fixed }: StepInput<State, Inputs, Fixed>,
  changes: boolean,
): { readonly recorded: Recorded; readonly result: Result } {
  const template = { state, inputs };
  const paths = entries(template).map(([path]) => path);
  let result: Result;
  const recorded = record((tensors) => {
    const given = fill(template, new Map(paths.map((path, i) => [path, tensors[i]])));
    result = step({ ...given, fixed });
    return entries(result).map(([, tensor]) => tensor);
  }, { tensors: entries(template).map(([, tensor]) => tensor), changes });
  return { recorded, result: result! };
}
