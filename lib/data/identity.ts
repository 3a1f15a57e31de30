import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { identitiesOf } from "../layouts/mod.ts";
import type { Pair, Sample } from "../types.ts";
import type { Divided } from "./pairs.ts";

/**
 * Hashes of all that a run reads, by which changed data is seen: of each data set that names one, and of each split,
 * over the ids, labels, sets and sources of its samples and the ids of their reconstructions.
 */
export async function dataHashes({ data }: Experiment, samples: Divided): Promise<Record<string, string>> {
  const layouts = [...data.train, ...data.validation ?? [], ...data.test];
  return {
    ...await identitiesOf(layouts),
    train: hashPairs(samples.train),
    validation: hashPairs(samples.validation),
    test: hashPairs(samples.test.map((sample) => ({ sample, reconstruction: null }))),
  };
}

function hashPairs(pairs: readonly Pair[]): string {
  const told = ({ id, label, set, source }: Sample): object => ({ id, label, set, source });
  return fingerprint(
    pairs.map(({ sample, reconstruction }) => ({ ...told(sample), reconstruction: reconstruction?.id ?? null })),
  );
}
