import { fingerprint } from "../definition/fingerprint.ts";
import { loadInto, storeTree } from "../engine/layout.ts";
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from "../engine/safetensors.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { ifThere } from "../if_there.ts";
import {
  type Advance,
  type DecoderState,
  type DenoiserState,
  initDecoderState,
  initDenoiserState,
  type Material,
  stepDecoder,
  stepDenoiser,
} from "./course.ts";
import { type CourseName, courses, type DecoderCourse, type DenoiserCourse } from "./generators.ts";

/** How far a training is. */
export interface Progress {
  readonly name: string;
  readonly step: number;
  readonly steps: number;
  /** Mean squared error, averaged over the last hundred steps or so. */
  readonly error: number;
}

/** A training and where it keeps its state. */
export interface Training extends Material {
  readonly course: DecoderCourse | DenoiserCourse;
  /** Folder for `<name>.state.safetensors`. */
  readonly folder: string;
  /** Identity of the photographs: a state made from others is not gone on with. */
  readonly photographsHash: string;
  /** Steps between two savings of the state. */
  readonly saveEvery?: number;
  /** Stops after the step at hand, whose state is saved. */
  readonly signal?: AbortSignal;
}

/** Weights that a training leaves: what is fixed, and the network that learned. */
export type Trained = { readonly fixed: Tree; readonly network: Tree };

/**
 * Trains one network to the end, from where its saved state stands. The same training gives the same weights to the
 * last bit, interrupted or not.
 *
 * @throws {DOMException} "AbortError" when the signal stops it
 * @throws {Error} when the error is not finite
 * @returns weights that the caller owns
 */
export async function* train(training: Training): AsyncGenerator<Progress, Trained> {
  const { course, name, folder, saveEvery = 200, signal } = training;
  const { steps } = course;
  const begun = course.kind === "denoiser" && course.from !== null ? courses[course.from as CourseName] : null;
  const identity = fingerprint({
    kind: "course",
    name,
    course,
    begun,
    seed: training.seed,
    of: training.photographsHash,
  });
  const file = `${folder}/${name}.state.safetensors`;
  const fresh = firstState(training);
  const saved = await loadState(file, identity, fresh);
  if (saved !== null) disposeTree(fresh);
  let { state, step, error } = saved ?? { state: fresh, step: 0, error: NaN };
  let complete = false;
  try {
    yield { name, step, steps, error };
    while (step < steps) {
      step++;
      const advance = advanced(training, state, step);
      state = advance.state;
      error = Number.isNaN(error) ? advance.error : 0.98 * error + 0.02 * advance.error;
      if (!Number.isFinite(error)) {
        throw new Error(
          `Cannot train "${name}": the error is ${advance.error} at step ${step}, expected a finite number`,
        );
      }
      const stopped = signal?.aborted === true;
      if (step % saveEvery === 0 || step === steps || stopped) await saveState(file, state, { identity, step, error });
      if (stopped) signal.throwIfAborted();
      yield { name, step, steps, error };
    }
    complete = true;
    return weightsOf(state);
  } finally {
    if (!complete) disposeTree(state);
  }
}

/**
 * The errors of the first steps of a training, which decide all that follows: cheap to make again, and another engine
 * or another photograph shows in them.
 */
export function beginning(training: Training, steps: number): number[] {
  let state = firstState(training);
  const errors: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const advance = advanced(training, state, step);
    state = advance.state;
    errors.push(advance.error);
  }
  disposeTree(state);
  return errors;
}

/** Weights of the shapes that a training leaves, not yet learned. The caller owns them. */
export function template(training: Training): Trained {
  return weightsOf(firstState(training));
}

type State = DecoderState | DenoiserState;

function firstState(training: Training): State {
  const { course } = training;
  return course.kind === "decoder" ? initDecoderState(course, training) : initDenoiserState(course, training);
}

/** Consumes `state`. */
function advanced(training: Training, state: State, step: number): Advance<State> {
  const { course } = training;
  return course.kind === "decoder"
    ? stepDecoder(course, state as DecoderState, { ...training, step })
    : stepDenoiser(course, state as DenoiserState, { ...training, step });
}

/** The weights of a state whose training is over; the rest is freed. */
function weightsOf(state: State): Trained {
  if ("denoiser" in state) {
    disposeTree(state.denoiser.state);
    return { fixed: state.fixed, network: state.denoiser.params };
  }
  disposeTree([state.critic, state.decoder.state]);
  return { fixed: state.fixed, network: state.decoder.params };
}

async function saveState(
  file: string,
  state: State,
  { identity, step, error }: { identity: string; step: number; error: number },
): Promise<void> {
  const bytes = writeSafetensors(await storeTree(state), { identity, step: `${step}`, error: `${error}` });
  await Deno.writeFile(`${file}.part`, bytes);
  await Deno.rename(`${file}.part`, file);
}

/** The saved state, or null where there is none of this very training. */
async function loadState(
  file: string,
  identity: string,
  template: State,
): Promise<{ state: State; step: number; error: number } | null> {
  const bytes = await ifThere(Deno.readFile(file));
  if (bytes === null) return null;
  const metadata = readSafetensorsMetadata(bytes);
  if (metadata.identity !== identity) return null;
  return {
    state: loadInto(template, readSafetensors(bytes)),
    step: Number(metadata.step),
    error: Number(metadata.error),
  };
}
