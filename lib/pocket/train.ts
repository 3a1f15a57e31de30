import { fingerprint } from "../definition/fingerprint.ts";
import { loadInto, storeTree } from "../engine/layout.ts";
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from "../engine/safetensors.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import {
  type DecoderState,
  type DenoiserState,
  initDecoderState,
  initDenoiserState,
  type Material,
  stepDecoder,
  stepDenoiser,
} from "./course.ts";
import type { DecoderCourse, DenoiserCourse } from "./generators.ts";

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
}

/** Weights that a training leaves: what is fixed, and the network that learned. */
export type Trained = { readonly fixed: Tree; readonly network: Tree };

/**
 * Trains one network to the end, from where its saved state stands. The same training gives the same weights to the
 * last bit, interrupted or not.
 *
 * @returns weights that the caller owns
 */
export async function* train(training: Training): AsyncGenerator<Progress, Trained> {
  const { course, name, folder, saveEvery = 200 } = training;
  const { steps } = course;
  const identity = fingerprint({ kind: "course", name, course, seed: training.seed, of: training.photographsHash });
  const file = `${folder}/${name}.state.safetensors`;
  const fresh = course.kind === "decoder" ? initDecoderState(course, training) : initDenoiserState(course, training);
  const saved = await loadState(file, identity, fresh);
  if (saved !== null) disposeTree(fresh);
  let { state, step, error } = saved ?? { state: fresh, step: 0, error: NaN };
  let complete = false;
  try {
    yield { name, step, steps, error };
    while (step < steps) {
      step++;
      const advance = course.kind === "decoder"
        ? stepDecoder(course, state as DecoderState, { ...training, step })
        : stepDenoiser(course, state as DenoiserState, { ...training, step });
      state = advance.state;
      error = Number.isNaN(error) ? advance.error : 0.98 * error + 0.02 * advance.error;
      if (!Number.isFinite(error)) {
        throw new Error(
          `Cannot train "${name}": the error is ${advance.error} at step ${step}, expected a finite number`,
        );
      }
      if (step % saveEvery === 0 || step === steps) await saveState(file, state, { identity, step, error });
      yield { name, step, steps, error };
    }
    complete = true;
    return weightsOf(state);
  } finally {
    if (!complete) disposeTree(state);
  }
}

type State = DecoderState | DenoiserState;

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
  let bytes;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const metadata = readSafetensorsMetadata(bytes);
  if (metadata.identity !== identity) return null;
  return {
    state: loadInto(template, readSafetensors(bytes)),
    step: Number(metadata.step),
    error: Number(metadata.error),
  };
}
