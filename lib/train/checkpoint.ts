import { loadInto, storeTree } from "../engine/layout.ts";
import { openSafetensors, writeSafetensors } from "../engine/safetensors.ts";
import { disposeTree } from "../engine/tree.ts";
import type { ModelNetwork } from "../models/model.ts";
import { loadNetwork } from "../models/weights.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { EpochRow, RunRecord, StepRow } from "../types.ts";
import type { Weights } from "./weights.ts";

/** File of the newest state, and of the parameters that are evaluated. */
const LAST = "last.safetensors";
const BEST = "best.safetensors";

/** All that training carries from step to step. */
export interface TrainState {
  params: Weights["params"];
  buffers: Weights["buffers"];
  /** Of the optimizer. */
  state: Weights["state"];
  ema: Weights["ema"];
  /** Steps done. */
  step: number;
  /** Wall time spent on batches, steps and validation, pauses left out. */
  seconds: number;
  readonly steps: StepRow[];
  readonly history: EpochRow[];
  best: RunRecord["best"];
  /** Backend that it is trained on: another one rounds otherwise. */
  readonly backend: string;
  /** Hashes of the data it is trained on. */
  readonly data: Readonly<Record<string, string>>;
}

type Progress = Omit<TrainState, keyof Weights>;

/** Keeps the state in the run's folder: tensors and progress in one file, so that they cannot disagree. */
export async function saveState(
  folder: string,
  { params, buffers, state, ema, ...progress }: TrainState,
): Promise<string> {
  const tensors = await storeTree({ params, buffers, state, ema });
  await writeAtomic(`${folder}/${LAST}`, writeSafetensors(tensors, { progress: JSON.stringify(progress) }));
  return LAST;
}

/** Keeps a network as the one to evaluate: parameters and buffers side by side, as PyTorch has them. */
export async function saveBest(folder: string, { params, buffers }: ModelNetwork): Promise<string> {
  const tensors = new Map([...await storeTree(params), ...await storeTree(buffers)]);
  await writeAtomic(`${folder}/${BEST}`, writeSafetensors(tensors));
  return BEST;
}

/**
 * The state that a run was left in; null when it has none yet.
 *
 * @param fresh the state before the first step, on the data at hand: consumed, unless it is what is returned
 * @throws as `openSafetensors` and `loadInto`, naming the file
 */
export async function loadState(folder: string, fresh: TrainState): Promise<TrainState> {
  const path = `${folder}/${LAST}`;
  if (!await isThere(path)) return fresh;
  try {
    return reading(path, () => {
      using file = openSafetensors(path);
      const progress = JSON.parse(file.metadata.progress ?? "null") as Progress | null;
      if (progress === null) throw new TypeError('it has no "progress" in its metadata');
      refuseOtherData(progress.data, fresh.data);
      refuseOtherBackend(progress.backend, fresh.backend);
      const weights = weightsOf(fresh);
      const history = progress.history.map((row) => ({ ...row, distances: row.distances ?? null })); // older than these
      const loaded = loadInto(weights, file.tensors, { consume: true });
      return { ...loaded, ...progress, history, backend: fresh.backend };
    });
  } finally {
    disposeTree(weightsOf(fresh));
  }
}

/** The network to evaluate. @param template owned by the caller */
export function loadBest(folder: string, template: ModelNetwork): ModelNetwork {
  const path = `${folder}/${BEST}`;
  return reading(path, () => {
    using file = openSafetensors(path);
    return loadNetwork(template, file.tensors);
  });
}

/** The tensors of a state, which it owns. */
export function weightsOf({ params, buffers, state, ema }: TrainState): Weights {
  return { params, buffers, state, ema };
}

/** @param trained undefined in a checkpoint older than this check */
function refuseOtherBackend(trained: string | undefined, given: string): void {
  if (trained === undefined || trained === given) return;
  throw new Error(`it was trained on the backend "${trained}", this is "${given}"; name "${trained}" to go on`);
}

function refuseOtherData(trained: Progress["data"], given: Progress["data"]): void {
  const changed = Object.keys(given).filter((name) => trained[name] !== given[name]);
  if (changed.length > 0) throw new Error(`it was trained on other data (${changed.join(", ")})`);
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(
      `Cannot read the checkpoint "${file}": ${(cause as Error).message}. Delete the file to start the run again`,
      { cause },
    );
  }
}
