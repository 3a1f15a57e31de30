import type { Experiment } from "../experiment.ts";
import { type Layout, readSamples, seenReconstruction, shippedReconstructions, ships } from "../layouts/mod.ts";
import { random } from "../random.ts";
import { existing, findReconstructions, type Reconstruction } from "../reconstruct/mod.ts";
import type { Label, Pair, Sample, Split } from "../types.ts";
import { withErrorMaps } from "./error_maps.ts";
import { together } from "./together.ts";

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
  /** Their reconstructions are there to be measured, whether or not training sees any. */
  readonly validation: readonly Pair[];
  readonly test: readonly Sample[];
}

/** Samples, and what whoever runs on them should know. */
export interface Gathered extends Divided {
  /** What stops nothing, as a class folder without images; each sentence once. */
  readonly notices: readonly string[];
}

/** Share of the training sources that validates when a definition names no validation data. */
const VALIDATION_SHARE = 0.1;

/**
 * All samples of a definition, training ones with the reconstructions that it asks for, validation ones with those
 * that can be had, all with the error maps that the model looks at. Without `data.validation` a tenth of the training sources is held out by the seed, so that no
 * photograph stands on both sides.
 *
 * @throws {Deno.errors.NotFound} naming everything that is missing at once: data sets, then reconstructions,
 * then error maps
 */
export async function gatherSamples(experiment: Experiment, folders: Folders): Promise<Gathered> {
  const { data, seed, reconstruct, model: { refine } } = experiment;
  const notices = new Set<string>();
  const tell = (what: string): void => void notices.add(what);
  const [trainable, test, validation] = await together([
    readAll(data.train, "train", { ...folders, tell }),
    readAll(data.test, "test", { ...folders, tell }),
    data.validation === null ? Promise.resolve(null) : readAll(data.validation, "validation", { ...folders, tell }),
  ]);

  const held = validation === null ? holdOut(trainable, seed) : new Set<string>();
  const train: Pair[] = [];
  for (const { layout, samples } of trainable) {
    const kept = samples.filter(({ source }) => !held.has(source));
    const reconstructions = reconstruct === null ? null : await findReconstructions(reconstruct, kept, {
      artifacts: folders.artifacts,
      shipped: (of) => shippedReconstructions(layout, of, { data: folders.data, split: "train" }),
    });
    // a fake that is the reconstruction of a photograph is trained on as that, and not once more by itself
    const twins = new Set(reconstructions?.map((each) => each?.file));
    for (const [i, sample] of kept.entries()) {
      if (twins.has(sample.file)) continue;
      train.push({ sample, reconstruction: seen(layout, reconstructions?.[i] ?? null) });
    }
  }
  const judged = validation ?? trainable.map(({ layout, samples }): Read => ({
    layout,
    samples: samples.filter(({ source }) => held.has(source)),
  }));
  const split = validation === null ? "train" : "validation";
  const measured = await Promise.all(judged.map((read) => measurable(reconstruct, read, { folders, split })));
  const divided = { train, validation: measured.flat(), test: test.flatMap(({ samples }) => samples) };
  return { ...await withErrorMaps(divided, { refine, artifacts: folders.artifacts }), notices: [...notices] };
}

/**
 * Samples with the reconstructions that tell how far they lie from them: those of the definition, of both classes
 * whatever it trains on, or what the data set ships where it names none. A class that lacks any has none, which is no
 * reason to refuse a run that does not train on them.
 */
async function measurable(
  reconstruct: Reconstruction | null,
  { layout, samples }: Read,
  { folders, split }: { folders: Folders; split: Split },
): Promise<Pair[]> {
  const spec = reconstruct ?? existing();
  const bare = spec.kind === "existing" && !ships(layout);
  const made = new Map<Sample, Sample | null>();
  for (const label of bare ? [] : ["real", "fake"] satisfies Label[]) {
    const wanted = samples.filter((sample) => sample.label === label);
    const found = await findReconstructions({ ...spec, of: label }, wanted, {
      artifacts: folders.artifacts,
      shipped: (of) => shippedReconstructions(layout, of, { data: folders.data, split }),
    }).catch(nullIfMissing);
    for (const [i, sample] of wanted.entries()) made.set(sample, seen(layout, found?.[i] ?? null));
  }
  return samples.map((sample) => ({ sample, reconstruction: made.get(sample) ?? null }));
}

function seen(layout: Layout, reconstruction: Sample | null): Sample | null {
  return reconstruction === null ? null : seenReconstruction(layout, reconstruction);
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}

interface Read {
  readonly layout: Layout;
  readonly samples: readonly Sample[];
}

async function readAll(
  layouts: readonly Layout[],
  split: Split,
  { data, tell }: Folders & { readonly tell: (what: string) => void },
): Promise<Read[]> {
  const roots = { data, split, tell };
  return await Promise.all(
    layouts.map(async (layout) => ({ layout, samples: await Array.fromAsync(readSamples(layout, roots)) })),
  );
}

function holdOut(reads: readonly Read[], seed: number): Set<string> {
  const sources = [...new Set(reads.flatMap(({ samples }) => samples.map(({ source }) => source)))].sort();
  const order = random(seed, "validation").permutation(sources.length);
  const count = Math.ceil(sources.length * VALIDATION_SHARE);
  return new Set(Array.from(order.subarray(0, count), (i) => sources[i]));
}
