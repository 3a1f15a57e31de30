/** What identifies a run: the same definition on the same data is the same run, under whatever name. */
import { type DataIdentity, identifyData } from "../data/identity.ts";
import type { Gathered } from "../data/pairs.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import type { DataRow } from "../runs/data_list.ts";
import { findFolder, runFolder } from "../runs/store.ts";

/** A definition and the data that it is run on. */
export interface Identified {
  readonly experiment: Experiment;
  readonly samples: Gathered;
  /** Of the run. */
  readonly id: string;
  /** Fingerprint of the experiment. */
  readonly definition: string;
  /** Identity of the data: fingerprint of its hashes. */
  readonly data: string;
  /** Of the data. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The data, to tell what has changed. */
  readonly rows: readonly DataRow[];
  /** Where the run stands, or is to stand. */
  readonly folder: string;
}

/**
 * Identifies a run, and finds its folder.
 *
 * @param options `runs`, the folder of runs; `data`, the folder that holds the data sets, null where none was given
 * @throws as `identifyData`
 */
export async function identified(
  experiment: Experiment,
  samples: Gathered,
  { runs, data: root }: { readonly runs: string; readonly data: string | null },
): Promise<Identified> {
  const definition = fingerprint(experiment);
  const identity = await identifyData(experiment, samples, root);
  const hashes = await knownWay(runs, { definition, identity });
  const data = fingerprint(hashes);
  const id = runId({ definition, data });
  const folder = await findFolder(runs, id) ?? runFolder(runs, { name: experiment.name, id });
  return { experiment, samples, id, definition, data, hashes, rows: identity.rows, folder };
}

/** The way to identify the data by which there is a run, of a definition, or the one that sees most. */
async function knownWay(
  runs: string,
  { definition, identity: { ways } }: { readonly definition: string; readonly identity: DataIdentity },
): Promise<Readonly<Record<string, string>>> {
  for (const way of ways) {
    if (await findFolder(runs, runId({ definition, data: fingerprint(way) })) !== null) return way;
  }
  return ways[0];
}

function runId({ definition, data }: Pick<Identified, "definition" | "data">): string {
  return fingerprint({ definition, data });
}
