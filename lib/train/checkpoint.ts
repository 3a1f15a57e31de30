/**
 * States of a run on the disk, in the folder "checkpoints" of the run: `step-N.safetensors` holds the tensors after
 * step N, `step-N.json` the rest. The JSON is written last and names the hash of both, so that a state is there whole
 * or not at all; the two newest are kept.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { loadInto, storeTree } from "../engine/layout.ts";
import { openSafetensors, safetensorsPieces } from "../engine/safetensors.ts";
import type { StoredTensors } from "../engine/stored.ts";
import { disposeTree } from "../engine/tree.ts";
import type { ModelNetwork } from "../models/model.ts";
import { loadNetwork } from "../models/weights.ts";
import { MAKE_ROOM, TEMPORARY, writeAtomic } from "../runs/atomic.ts";
import { damage, type Hashed, hashing, sealed, unsealed } from "../runs/whole.ts";
import type { Best } from "../types.ts";
import { type Progress, type TrainState, weightsOf } from "./state.ts";
import { judgedNetwork } from "./weights.ts";

/** The form of checkpoints that this version writes and reads. */
const FORMAT = 1;

const FOLDER = "checkpoints";

/** How many states are kept: the newest, and one for the case that it is damaged. */
const KEPT = 2;

/** What a state was made with and belongs to; it is taken up by its like alone. */
export interface Circumstances {
  /** Backend that it is trained on: another one rounds otherwise. */
  readonly backend: string;
  /** Identity of the data. */
  readonly data: string;
}

/** Where in its epoch a state stands. */
export interface Position {
  /** Counted from 1. */
  readonly epoch: number;
  /** Batches of the epoch that are done. */
  readonly batch: number;
  /** Hash of the order of the epoch's samples, which is drawn anew when it is taken up. */
  readonly order: string;
}

/** Whether a run has states to go on from, whole or not. */
export async function hasStates(folder: string): Promise<boolean> {
  return (await stateNames(folder)).length > 0;
}

/** What of a state is not tensors, as its file has it. */
interface Stored extends Progress, Circumstances {
  readonly format: number;
  readonly position: Position;
  /** Length of the run's events up to this state, in bytes. */
  readonly events: number;
  readonly tensors: StoredAt;
}

/** A file in the folder of checkpoints. */
type StoredAt = Required<Hashed> & { readonly file: string };

/**
 * Keeps a state in the run's folder; when this resolves, it is on the disk.
 *
 * @returns its file, below the run's folder
 * @throws {RangeError} when a tensor of the state is not finite: such a state is not kept
 * @throws {Error} when it cannot be written; the states before it stay
 */
export async function saveState(
  folder: string,
  { params, buffers, state, ema, ...progress }: TrainState,
  where: Circumstances & Pick<Stored, "position" | "events">,
): Promise<string> {
  const tensors = await storeTree({ params, buffers, state, ema });
  refuseNonFinite(tensors, progress.step);
  const name = `step-${progress.step}`;
  try {
    const written = await writeTensors(folder, `${name}.safetensors`, tensors);
    const stored: Stored = { format: FORMAT, ...where, ...progress, tensors: written };
    await writeAtomic(join(folder, FOLDER, `${name}.json`), sealed(stored));
  } catch (cause) {
    throw await refuseWriting(folder, { what: `step ${progress.step}`, tensors, cause: cause as Error });
  }
  await prune(folder, progress.step);
  return `${FOLDER}/${name}.safetensors`;
}

/** Keeps a network as the one to evaluate: parameters and buffers side by side, as PyTorch has them. */
export async function saveBest(
  folder: string,
  { params, buffers }: ModelNetwork,
  { epoch, step }: { readonly epoch: number; readonly step: number },
): Promise<Best> {
  const tensors = new Map([...await storeTree(params), ...await storeTree(buffers)]);
  refuseNonFinite(tensors, step);
  try {
    const { file, sha256 } = await writeTensors(folder, `best-${step}.safetensors`, tensors);
    return { epoch, step, checkpoint: `${FOLDER}/${file}`, sha256 };
  } catch (cause) {
    throw await refuseWriting(folder, { what: `the best network, of step ${step}`, tensors, cause: cause as Error });
  }
}

/** A state as it was found. */
export interface Found {
  readonly state: TrainState;
  /** Length of the run's events up to it, in bytes. */
  readonly events: number;
  /** Null for a new run. */
  readonly position: Position | null;
  /** What is wrong with newer states that were passed over, a sentence each. */
  readonly damaged: readonly string[];
}

/**
 * The newest state of a run that is whole, or the one before the first step when it has none yet.
 *
 * @param fresh the state before the first step: consumed, unless it is what is returned
 * @throws {Error} when there are states and all are damaged, or they were made otherwise or by a newer version
 */
export async function loadState(folder: string, fresh: TrainState, where: Circumstances): Promise<Found> {
  await clearUnfinished(folder);
  const names = await stateNames(folder);
  const damaged: string[] = [];
  try {
    for (const name of names) {
      const checked = await checkState(folder, name);
      if (typeof checked === "string") {
        damaged.push(checked);
        continue;
      }
      const { stored: { format: _format, backend, data, position, events, tensors, ...kept }, lost } = checked;
      const progress = { ...kept, unreadable: kept.unreadable ?? [] }; // states had no list of them at first
      const path = join(folder, FOLDER, tensors.file);
      const state = reading(path, () => {
        refuseOther({ backend, data }, where);
        using file = openSafetensors(path);
        return { ...loadInto(weightsOf(fresh), file.tensors, { consume: true }), ...progress };
      });
      if (lost !== null) damaged.push(`${lost}. It is made again from the state of its step`);
      if (lost !== null) await saveBest(folder, judgedNetwork(state), state.best!);
      return { state, events, position, damaged };
    }
  } catch (error) {
    disposeTree(weightsOf(fresh));
    throw error;
  }
  if (damaged.length === 0) return { state: fresh, events: 0, position: null, damaged };
  disposeTree(weightsOf(fresh));
  throw new Error(
    `Cannot take up the run in "${folder}": none of its ${names.length} checkpoints is whole.\n${
      damaged.join("\n")
    }\n` +
      "Restore one, or start the run anew with --fresh (fresh: true)",
  );
}

/**
 * The network to evaluate.
 *
 * @param template owned by the caller
 * @throws {RangeError} when the file is not the one that was kept
 */
export async function loadBest(folder: string, best: Best, template: ModelNetwork): Promise<ModelNetwork> {
  const path = join(folder, best.checkpoint);
  const wrong = best.sha256 === null ? null : await damage(path, { sha256: best.sha256 });
  if (wrong !== null) {
    throw new RangeError(
      `Cannot read the checkpoint "${path}": ${wrong}. Restore the file, or start the run anew with --fresh (fresh: true)`,
    );
  }
  return reading(path, () => {
    using file = openSafetensors(path);
    return loadNetwork(template, file.tensors);
  });
}

/** Names of states without their ending, newest first. */
async function stateNames(folder: string): Promise<string[]> {
  const found = (await fileNames(folder)).filter((name) => /^step-\d+\.json$/.test(name));
  return found.map((name) => name.slice(0, -".json".length)).sort((a, b) => stepOf(b) - stepOf(a));
}

/** Deletes what a killed process was writing; the run's lock is to be held, or it may be one that still goes. */
async function clearUnfinished(folder: string): Promise<void> {
  for (const name of await fileNames(folder)) {
    if (name.endsWith(TEMPORARY)) await Deno.remove(join(folder, FOLDER, name)).catch(() => {});
  }
}

/** A state whose tensors are whole. */
interface Checked {
  readonly stored: Stored;
  /** What is wrong with the best network, where the state is that of the same step and holds it as well. */
  readonly lost: string | null;
}

/** What a state's file holds, when all that it names is whole or can be had from it; otherwise what is wrong. */
async function checkState(folder: string, name: string): Promise<Checked | string> {
  const file = join(folder, FOLDER, `${name}.json`);
  const told = (path: string, wrong: string): string => `The checkpoint "${path}" is damaged: ${wrong}`;
  const stored = await readState(file);
  if (typeof stored === "string") return told(file, stored);
  if (stored.format > FORMAT) {
    throw new RangeError(
      `Cannot read the checkpoint "${file}": it has format ${stored.format}, expected ${FORMAT} or older. ` +
        "A newer Counterproof wrote it; update this one",
    );
  }
  const tensors = join(folder, FOLDER, stored.tensors.file);
  const wrong = await damage(tensors, stored.tensors);
  if (wrong !== null) return told(tensors, wrong);
  if (stored.best === null || stored.best.sha256 === null) return { stored, lost: null };
  const best = join(folder, stored.best.checkpoint);
  const lost = await damage(best, { sha256: stored.best.sha256 });
  if (lost === null) return { stored, lost };
  return stored.best.step === stored.step ? { stored, lost: told(best, lost) } : told(best, lost);
}

/** What the JSON of a state holds, or what is wrong with it. */
async function readState(file: string): Promise<Stored | string> {
  return unsealed(await Deno.readTextFile(file)) as Stored | string;
}

async function writeTensors(folder: string, file: string, tensors: StoredTensors): Promise<StoredAt> {
  await Deno.mkdir(join(folder, FOLDER), { recursive: true });
  const hash = createHash("sha256");
  await writeAtomic(join(folder, FOLDER, file), hashing(safetensorsPieces(tensors), hash));
  const { size } = await Deno.stat(join(folder, FOLDER, file));
  return { file, bytes: size, sha256: hash.digest("hex") };
}

/** Removes states but the newest up to a step, since later ones are those that were passed over, and unnamed networks. */
async function prune(folder: string, step: number): Promise<void> {
  const names = (await stateNames(folder)).filter((name) => stepOf(name) <= step).slice(0, KEPT);
  const kept = new Set(names.flatMap((name) => [`${name}.json`, `${name}.safetensors`]));
  for (const name of names) {
    const stored = await readState(join(folder, FOLDER, `${name}.json`));
    if (typeof stored !== "string" && stored.best !== null) kept.add(stored.best.checkpoint.slice(FOLDER.length + 1));
  }
  for (const name of await fileNames(folder)) {
    const ours = /^(step|best)-\d+\.(json|safetensors)$/.test(name);
    if (ours && !kept.has(name)) await Deno.remove(join(folder, FOLDER, name)).catch(() => {});
  }
}

async function fileNames(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(join(folder, FOLDER)))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function stepOf(name: string): number {
  return Number(name.slice("step-".length));
}

function refuseNonFinite(tensors: StoredTensors, step: number): void {
  for (const [name, { data }] of tensors) {
    let zero = 0;
    for (let i = 0; i < data.length; i++) zero += Number(data[i]) * 0; // NaN once a value is not finite
    if (zero === 0) continue;
    throw new RangeError(
      `Cannot go on training: after step ${step} the tensor "${name}" holds numbers that are not finite. Take a smaller ` +
        'learning rate, or onNaN: "skip" to leave such steps out; the last checkpoint is kept',
    );
  }
}

function refuseOther(trained: Circumstances, given: Circumstances): void {
  if (trained.data !== given.data) throw new Error("it was trained on other data");
  if (trained.backend === given.backend) return;
  throw new Error(
    `it was trained on the backend "${trained.backend}", this is "${given.backend}"; name "${trained.backend}" to go on`,
  );
}

async function refuseWriting(
  folder: string,
  { what, tensors, cause }: { what: string; tensors: StoredTensors; cause: Error },
): Promise<Error> {
  const [newest] = await stateNames(folder).catch(() => []);
  const kilobytes = [...tensors].reduce((sum, [, { data }]) => sum + data.byteLength, 0) / 1e3;
  return new Error(
    `Cannot keep the checkpoint of ${what} in "${join(folder, FOLDER)}": ${cause.message}. ` +
      `It takes ${kilobytes < 1000 ? `${Math.ceil(kilobytes)} kB` : `${Math.ceil(kilobytes / 1000)} MB`}; ` +
      (newest === undefined ? "there is none before it" : `that of step ${stepOf(newest)} is kept`) +
      `. ${MAKE_ROOM}`,
    { cause },
  );
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(`Cannot read the checkpoint "${file}": ${(cause as Error).message}`, { cause });
  }
}
