import { createHash } from "node:crypto";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { identitiesOf, innermost } from "../layouts/mod.ts";
import type { DataRow } from "../runs/data_list.ts";
import { captionsOf } from "../models/model.ts";
import { readGroups } from "../tables/parquet.ts";
import type { Pair, Sample } from "../types.ts";
import { indexColumns, indexFiles } from "./index_rows.ts";
import type { Divided } from "./pairs.ts";

/** By what changed data is seen. */
export interface DataIdentity {
  /**
   * Hashes of all that a run reads, in each way there is, the one that sees most first: with the contents of files that
   * an index tells, with their sizes, and by names alone. A run that began before there was an index is found by the last.
   */
  readonly ways: readonly Readonly<Record<string, string>>[];
  /** The samples, to tell what has changed. */
  readonly rows: readonly DataRow[];
}

/**
 * Identifies what a run reads. Indexes that lie beside the data are believed, however old they are: to look at millions
 * of files again takes longer than many a run.
 *
 * @throws {Error} when an index is damaged; says what to do
 */
export async function identifyData(
  experiment: Experiment,
  samples: Divided,
  data: string | null,
): Promise<DataIdentity> {
  const names = await dataHashes(experiment, samples, data);
  const all = allOf(dataOf(experiment, samples), data);
  const contents = await contentsOf(experiment, all, data);
  const rows = all.map(({ group, id }): DataRow => {
    const { size = null, sha256 = null } = contents.get(id) ?? {};
    return { group, sample: keyOf(id), size, content: sha256 === null ? null : keyOf(sha256) };
  });
  const known = [...contents.values()];
  const ways = [names];
  const hashed = (withContent: boolean): Record<string, string> => {
    const hash = createHash("sha256");
    for (const { id } of all) {
      const { size = null, sha256 = null } = contents.get(id) ?? {};
      hash.update(`${JSON.stringify(withContent ? [id, size, sha256] : [id, size])}\n`);
    }
    return { ...names, index: hash.digest("hex") };
  };
  if (known.length > 0) ways.unshift(hashed(false));
  if (known.some(({ sha256 }) => sha256 !== null)) ways.unshift(hashed(true));
  return { ways, rows };
}

/**
 * Hashes of all that a run reads by name: of each data set that names one, and of each split, over the ids, labels, sets
 * and sources of its samples, their captions where the model reads them, the files of their error maps below `root` and the ids of their reconstructions.
 */
export async function dataHashes(
  experiment: Experiment,
  samples: Divided,
  root: string | null,
): Promise<Record<string, string>> {
  const { data, model } = experiment;
  const how = { root, captions: captionsOf(model) !== null };
  const { train, validation, test } = dataOf(experiment, samples);
  return {
    ...await identitiesOf([...data.train, ...data.validation ?? [], ...data.test]),
    train: hashPairs(train, how),
    validation: hashPairs(validation, how),
    test: hashPairs(test.map((sample) => ({ sample, reconstruction: null })), how),
  };
}

/** Samples with what belongs to the data alone: error maps that the definition makes are told by the definition. */
function dataOf({ model }: Experiment, { train, validation, test }: Divided): Divided {
  if (!model.refine?.map) return { train, validation, test };
  const bare = ({ errorMap: _, ...sample }: Sample): Sample => sample;
  const both = ({ sample, reconstruction }: Pair): Pair => ({ sample: bare(sample), reconstruction });
  return { train: train.map(both), validation: validation.map(both), test: test.map(bare) };
}

function hashPairs(
  pairs: readonly Pair[],
  { root, captions }: { readonly root: string | null; readonly captions: boolean },
): string {
  const told = (sample: Sample): object => {
    const { id, label, set, source, caption } = sample;
    return { id, label, set, source, errorMap: mapOf(sample, root), caption: captions ? caption : null };
  };
  return fingerprint(
    pairs.map(({ sample, reconstruction }) => ({ ...told(sample), reconstruction: reconstruction?.id ?? null })),
  );
}

/** An error map's name, the same wherever the data lies; null where a sample has none. */
function mapOf({ errorMap }: Sample, root: string | null): string | null {
  if (errorMap === undefined) return null;
  return root !== null && errorMap.startsWith(`${root}/`) ? errorMap.slice(root.length + 1) : errorMap;
}

/** A file that a run reads, and what it counts as. */
interface Item {
  readonly group: string;
  /** Of a sample; of an error map its name. */
  readonly id: string;
  /** Of an error map: the id of its sample; null: it is none. */
  readonly mapOf: string | null;
}

/**
 * Every sample and reconstruction, and the error maps of samples. By a sample's own split: which of them are held out of
 * `train` to validate depends on all that are there, and one that is added would seem to move others.
 */
function allOf({ train, validation, test }: Divided, root: string | null): Item[] {
  const itemsOf = (sample: Sample): Item[] => {
    const { id, split, label, generator, set } = sample;
    const group = [split, label, generator ?? set].filter((word) => word !== null).join(", ");
    const map = mapOf(sample, root);
    const own = { group, id, mapOf: null };
    return map === null ? [own] : [own, { group: `${group}, error map`, id: map, mapOf: id }];
  };
  const pairs = [...train, ...validation].flatMap(({ sample, reconstruction }) => {
    const items = itemsOf(sample);
    if (reconstruction === null) return items;
    return [...items, { group: `${items[0].group}, reconstructed`, id: reconstruction.id, mapOf: null }];
  });
  return [...pairs, ...test.flatMap(itemsOf)];
}

type Content = { readonly size: number | null; readonly sha256: string | null };

/** What the indexes beside the data tell of samples and their error maps, by id; of others nothing. */
async function contentsOf(
  { data: { train, validation, test } }: Experiment,
  all: readonly Item[],
  data: string | null,
): Promise<Map<string, Content>> {
  const contents = new Map<string, Content>();
  const kinds = [...new Set([...train, ...validation ?? [], ...test].map((layout) => innermost(layout).kind))];
  const files = (await Promise.all(kinds.map((kind) => indexFiles(data, { kind })))).flat();
  if (files.length === 0) return contents;
  const wanted = new Set(all.filter(({ mapOf }) => mapOf === null).map(({ id }) => id));
  const maps = new Map(all.flatMap(({ id, mapOf }) => mapOf === null ? [] : [[mapOf, id] as const]));
  const { id, size, sha256, mapSize, mapSha256 } = indexColumns;
  try {
    for (const file of files) {
      for await (const rows of readGroups(file, { id, size, sha256 })) {
        for (const [i, name] of rows.id.entries()) {
          if (wanted.has(name)) contents.set(name, { size: rows.size[i], sha256: rows.sha256[i] });
        }
      }
      // indexes of versions that did not look at error maps have no columns of them, and are good without any
      if (maps.size === 0) continue;
      for await (const rows of readGroups(file, { id, mapSize, mapSha256 })) {
        for (const [i, name] of rows.id.entries()) {
          const map = maps.get(name);
          if (map === undefined || rows.mapSize[i] === null) continue;
          contents.set(map, { size: rows.mapSize[i], sha256: rows.mapSha256[i] });
        }
      }
    }
    return contents;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}. Make the index again with: deno task data index ${data}, or remove it`, {
      cause: error,
    });
  }
}

/** 48 bits of a hash: of a million ids two share a number with a chance of 0.2 %, which hides one change at most. */
function keyOf(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, 6);
}
