import type { Experiment } from "../experiment.ts";
import { type Layout, readSamples, shippedReconstructions } from "../layouts/mod.ts";
import { random } from "../random.ts";
import { findReconstructions } from "../reconstruct/mod.ts";
import type { Pair, Sample, Split } from "../types.ts";

/** Folders outside the definition. */
export interface Folders {
  /** Holds the data sets; null: none was given. */
  readonly data: string | null;
  /** Holds what parts made, as reconstructions. */
  readonly artifacts: string;
}

/** Samples of a definition by what they are for. */
export interface Divided {
  readonly train: readonly Pair[];
  readonly validation: readonly Sample[];
  readonly test: readonly Sample[];
}

/** Share of the training sources that validates when a definition names no validation data. */
const VALIDATION_SHARE = 0.1;

/**
 * All samples of a definition, training ones with their reconstructions. Without `data.validation` a tenth of
 * the training sources is held out by the seed, so that no photograph stands on both sides.
 *
 * @throws {Deno.errors.NotFound} naming everything that is missing at once: data sets, then reconstructions
 */
export async function gatherSamples({ data, seed, reconstruct }: Experiment, folders: Folders): Promise<Divided> {
  const wanted: [readonly Layout[], Split][] = [[data.train, "train"], [data.test, "test"]];
  if (data.validation !== null) wanted.push([data.validation, "validation"]);
  const read = await Promise.allSettled(wanted.map(([layouts, split]) => readAll(layouts, split, folders)));
  const missing = read.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  if (missing.length > 0) throw joined(missing);
  const [trainable, test, validation] = read.map((result) => (result as PromiseFulfilledResult<Read[]>).value);

  const held = validation === undefined ? holdOut(trainable, seed) : new Set<string>();
  const train: Pair[] = [];
  for (const { layout, samples } of trainable) {
    const kept = samples.filter(({ source }) => !held.has(source));
    const reconstructions = reconstruct === null ? null : await findReconstructions(reconstruct, kept, {
      artifacts: folders.artifacts,
      shipped: (of) => shippedReconstructions(layout, of, { data: folders.data, split: "train" }),
    });
    for (const [i, sample] of kept.entries()) train.push({ sample, reconstruction: reconstructions?.[i] ?? null });
  }
  const plain = (reads: readonly Read[]) => reads.flatMap(({ samples }) => samples);
  return {
    train,
    validation: validation === undefined
      ? plain(trainable).filter(({ source }) => held.has(source))
      : plain(validation),
    test: plain(test),
  };
}

interface Read {
  readonly layout: Layout;
  readonly samples: readonly Sample[];
}

async function readAll(layouts: readonly Layout[], split: Split, { data }: Folders): Promise<Read[]> {
  return await Promise.all(
    layouts.map(async (layout) => ({ layout, samples: await Array.fromAsync(readSamples(layout, { data, split })) })),
  );
}

/** Several refusals as one; a single one stays as it is. */
function joined(errors: readonly Error[]): Error {
  const messages = [...new Set(errors.map(({ message }) => message))];
  if (messages.length === 1) return errors[0];
  return new Deno.errors.NotFound(messages.join("\n"), { cause: errors[0] });
}

function holdOut(reads: readonly Read[], seed: number): Set<string> {
  const sources = [...new Set(reads.flatMap(({ samples }) => samples.map(({ source }) => source)))].sort();
  const order = random(seed, "validation").permutation(sources.length);
  const count = Math.ceil(sources.length * VALIDATION_SHARE);
  return new Set(Array.from(order.subarray(0, count), (i) => sources[i]));
}
