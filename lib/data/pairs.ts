import type { Experiment } from "../experiment.ts";
import { ifThere } from "../if_there.ts";
import { type Layout, readSamples, seenReconstruction, shippedReconstructions, ships } from "../layouts/mod.ts";
import { random } from "../random.ts";
import { existing, findReconstructions, type Reconstruction, twinsOf } from "../reconstruct/mod.ts";
import type { Label, Pair, Sample, Split, Unreadable } from "../types.ts";
import { checkCaptions } from "./captions.ts";
import { type AllRead, type MadeHow, type Read, samplesIn, withMade, withMaps } from "./gather_made.ts";
import type { LackingEvent } from "./lacking.ts";
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
  /** Images that are left out, since nothing can be made of them; empty where nothing is made. */
  readonly leftOut: readonly Unreadable[];
}

/** Share of the training sources that validates when a definition names no validation data. */
const VALIDATION_SHARE = 0.1;

/**
 * All samples of a definition, training ones with the reconstructions that it asks for, validation ones with those
 * that can be had, all with the error maps that the model looks at. Without `data.validation` a tenth of the training
 * sources is held out by the seed, so that no photograph stands on both sides.
 *
 * @param folders `open`: opens what makes a part's artifacts where some are missing; left out: nothing is made
 * @throws as {@linkcode gathering}
 */
export async function gatherSamples(
  experiment: Experiment,
  folders: Folders & Partial<Pick<MadeHow, "open">>,
): Promise<Gathered> {
  const work = gathering(experiment, { open: null, ...folders });
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
  }
}

/**
 * The same, told step by step: what parts make of images is made where it is missing. Samples that cannot be read, of
 * which nothing can be made, are left out and told.
 *
 * @param making `open`: opens what makes a part's artifacts; null: nothing is made
 * @throws {Deno.errors.NotFound} naming everything that is missing at once: data sets, then reconstructions, then error
 * maps
 * @throws {RangeError} when samples lack the captions that the model reads
 * @throws {Error} when more samples cannot be read than `data.maxSkipped` allows; otherwise as `makeArtifacts`
 */
export async function* gathering(
  experiment: Experiment,
  { data, artifacts, ...making }: Folders & Pick<MadeHow, "open" | "signal" | "how">,
): AsyncGenerator<LackingEvent, Gathered> {
  const { train, test, validation } = experiment.data;
  const notices = new Set<string>();
  const tell = (what: string): void => void notices.add(what);
  const read = await together([
    readAll(train, "train", { data, tell }),
    readAll(test, "test", { data, tell }),
    validation === null ? Promise.resolve([]) : readAll(validation, "validation", { data, tell }),
  ]);
  const leftOut: Unreadable[] = [];
  const how: MadeHow = { artifacts, tell, leftOut, ...making };
  const made = yield* withMade(experiment, { train: read[0], test: read[1], validation: read[2] }, how);
  const pairs = await divided(experiment, made, { data, artifacts });
  checkCaptions(experiment.model, {
    train: pairs.train.map(({ sample }) => sample),
    validation: pairs.validation.map(({ sample }) => sample),
    test: pairs.test,
  }, { name: experiment.name, verb: "run", tell });
  return { ...yield* withMaps(experiment, pairs, how), notices: [...notices], leftOut };
}

/** Samples paired with what was made of them; a share of train held out where there is no validation data. */
async function divided(
  { seed, reconstruct, data, batch }: Experiment,
  { train: trainable, validation, test }: AllRead,
  folders: Folders,
): Promise<Divided> {
  const twins = twinsOf(reconstruct);
  const heldOut = data.validation === null;
  const held = heldOut ? holdOut(trainable, seed) : new Set<string>();
  const train: Pair[] = [];
  for (const { layout, samples } of trainable) {
    const kept = samples.filter(({ source }) => !held.has(source));
    const reconstructions = twins === null ? null : await findReconstructions(twins, kept, {
      artifacts: folders.artifacts,
      shipped: (of) => shippedReconstructions(layout, of, { data: folders.data, split: "train" }),
    });
    // a fake that is the reconstruction of a photograph is trained on as that, and not once more by itself
    const rebuilt = new Set(reconstructions?.map((each) => each?.file));
    for (const [i, sample] of kept.entries()) {
      if (rebuilt.has(sample.file) || batch.fakes === 0 && sample.label === "fake") continue;
      train.push({ sample, reconstruction: seen(layout, sample, reconstructions?.[i] ?? null) });
    }
  }
  const judged = heldOut
    ? trainable.map(({ layout, samples }): Read => ({
      layout,
      samples: samples.filter(({ source }) => held.has(source)),
    }))
    : validation;
  const split = heldOut ? "train" : "validation";
  const measured = reconstruct?.kind === "residual"
    ? samplesIn(judged).map((sample): Pair => ({ sample, reconstruction: null }))
    : (await Promise.all(judged.map((read) => measurable(twins, read, { folders, split })))).flat();
  return { train, validation: measured, test: samplesIn(test) };
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
    const found = await ifThere(findReconstructions({ ...spec, of: label }, wanted, {
      artifacts: folders.artifacts,
      shipped: (of) => shippedReconstructions(layout, of, { data: folders.data, split }),
    }));
    for (const [i, sample] of wanted.entries()) made.set(sample, seen(layout, sample, found?.[i] ?? null));
  }
  return samples.map((sample) => ({ sample, reconstruction: made.get(sample) ?? null }));
}

/** A reconstruction shows what its sample shows, and has its caption. */
function seen(layout: Layout, { caption }: Sample, reconstruction: Sample | null): Sample | null {
  return reconstruction === null ? null : { ...seenReconstruction(layout, reconstruction), caption };
}

async function readAll(
  layouts: readonly Layout[],
  split: Split,
  { data, tell }: Pick<Folders, "data"> & Pick<MadeHow, "tell">,
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
