/** What identifies a run: the same definition on the same data is the same run, under whatever name. */
import { type DataIdentity, identifyData } from "../data/identity.ts";
import type { Gathered } from "../data/pairs.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import type { DataRow } from "../runs/data_list.ts";
import { folderOf, folders, runFolder } from "../runs/store.ts";

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
  { runs, data }: { readonly runs: string; readonly data: string | null },
): Promise<Identified> {
  const identity = await identifyData(experiment, samples, data);
  const place = placeOf(experiment, identity, { runs, among: await folders(runs) });
  return { experiment, samples, rows: identity.rows, ...place };
}

/**
 * The same, of data that is identified already, as many definitions share it.
 *
 * @param options `among`: the folders of runs that there are
 */
export function placeOf(
  experiment: Experiment,
  { ways }: Pick<DataIdentity, "ways">,
  { runs, among }: { readonly runs: string; readonly among: readonly string[] },
): Omit<Identified, "experiment" | "samples" | "rows"> {
  const definition = fingerprint(experiment);
  const known = ways.map((hashes) => {
    const data = fingerprint(hashes);
    const id = fingerprint({ definition, data });
    return { id, definition, data, hashes, folder: folderOf(among, id) };
  });
  // the way to identify the data by which there is a run, of a definition, or the one that sees most
  const { folder, ...way } = known.find((one) => one.folder !== null) ?? known[0];
  return { ...way, folder: folder ?? runFolder(runs, { name: experiment.name, id: way.id }) };
}
