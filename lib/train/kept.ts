/** The network that a run has kept, for whoever looks at it again. */
import { disposeTree } from "../engine/tree.ts";
import { type Model, type ModelNetwork, modelTemplate } from "../models/model.ts";
import { findFolder, readRecord } from "../runs/store.ts";
import type { Best, RunRecord } from "../types.ts";
import { loadBest } from "./checkpoint.ts";

/** A run that has a checkpoint to look with. */
export interface Kept {
  readonly folder: string;
  readonly record: RunRecord;
  readonly checkpoint: Best;
}

/**
 * Finds a run and its kept checkpoint.
 *
 * @param run its record, or its folder
 * @param options `runs`, the folder in which a record's run is found; `verb`, what is to be done, for messages
 * @throws {Deno.errors.NotFound} when there is no such run
 * @throws {Error} when it has no checkpoint yet; otherwise as `readRecord`
 */
export async function findKept(
  run: RunRecord | string,
  { runs, verb }: { readonly runs: string; readonly verb: string },
): Promise<Kept> {
  const folder = typeof run === "string" ? run : await findFolder(runs, run.id);
  if (folder === null) {
    const { id, experiment: { name } } = run as RunRecord;
    throw new Deno.errors.NotFound(
      `Cannot ${verb} "${name}": its run ${id.slice(0, 12)} is not in "${runs}". Name the folder of runs that it is in`,
    );
  }
  const record = await readRecord(folder);
  const { best, status, experiment: { name } } = record;
  if (best !== null) return { folder, record, checkpoint: best };
  throw new Error(
    `Cannot ${verb} "${name}": its run is ${status} and has no checkpoint yet, expected the end of an epoch. ` +
      "Go on with it: deno task run FILE",
  );
}

/**
 * The network of a checkpoint, which the caller owns. Needs no pretrained weights, since a checkpoint holds all of it.
 *
 * @throws as `loadBest`
 */
export async function keptNetwork({ folder, checkpoint }: Kept, model: Model): Promise<ModelNetwork> {
  const template = modelTemplate(model);
  try {
    return await loadBest(folder, checkpoint, template);
  } finally {
    disposeTree(template);
  }
}
