/** Layouts: parts that say how a data set lies on disk, and the functions that read it. */
import type { Sample, Split } from "../types.ts";
import { type Aligned, alignedReconstructions, alignedSamples } from "./aligned.ts";
import { drct2MGenerators, drct2MReconstructions, drct2MSamples } from "./drct_2m.ts";
import { elsaD3Samples } from "./elsa_d3.ts";
import { foldersReconstructions, foldersSamples } from "./folders.ts";
import { forenSynthsSamples } from "./foren_synths.ts";
import { genImageGenerators, genImageReconstructions, genImageSamples } from "./genimage.ts";
import { lareListSamples } from "./lare_list.ts";
import { matchedSamples } from "./matched.ts";
import { pocketIdentity, pocketReconstructions, pocketSamples } from "./pocket.ts";
import { advice } from "./recognise.ts";
import { reencodedSample, reencodedSamples, storedSample } from "./reencoded.ts";
import { universalFakeDetectGenerators, universalFakeDetectSamples } from "./universal_fake_detect.ts";

export { type Aligned, aligned } from "./aligned.ts";
export { type Drct2M, drct2M, type Drct2MGenerator, drct2MGenerators } from "./drct_2m.ts";
export { type ElsaD3, elsaD3 } from "./elsa_d3.ts";
export { type Folders, folders } from "./folders.ts";
export { type ForenSynths, forenSynths } from "./foren_synths.ts";
export { type GenImage, genImage, type GenImageGenerator } from "./genimage.ts";
export { type LareList, lareList } from "./lare_list.ts";
export { type Matched, matched } from "./matched.ts";
export { type Pocket, pocket, type PocketGenerator, pocketGenerators } from "./pocket.ts";
export { type Reencoded, reencoded, storedSample } from "./reencoded.ts";
export {
  type UniversalFakeDetect,
  universalFakeDetect,
  type UniversalFakeDetectGenerator,
} from "./universal_fake_detect.ts";

/** What a layout is told beside its part. */
export interface Roots {
  /** Folder that holds the data sets, each under its own name; null: none was given. */
  readonly data: string | null;
  /** The split that is asked for. */
  readonly split: Split;
  /** Learns what a reader should know of the data and what stops nothing, as that a class folder is empty. */
  readonly tell?: (what: string) => void;
}

/** The samples of a data set, by kind of layout. */
export const layouts = {
  genImage: genImageSamples,
  drct2M: drct2MSamples,
  aligned: alignedSamples,
  elsaD3: elsaD3Samples,
  lareList: lareListSamples,
  forenSynths: forenSynthsSamples,
  universalFakeDetect: universalFakeDetectSamples,
  folders: foldersSamples,
  matched: matchedSamples,
  pocket: pocketSamples,
  reencoded: reencodedSamples,
};

/** The reconstructions that a data set ships, by kind of layout; one that never ships any is not here. */
export const shipped = {
  genImage: genImageReconstructions,
  drct2M: drct2MReconstructions,
  aligned: alignedReconstructions,
  folders: foldersReconstructions,
  pocket: pocketReconstructions,
};

/** The hash of all of a data set, by kind of layout; a data set that names no such hash is not here. */
export const identities = {
  pocket: pocketIdentity,
};

/** The generators of data sets that can be had one generator at a time, by kind of layout. */
export const generatorNames: Readonly<Record<string, readonly string[]>> = {
  genImage: genImageGenerators,
  drct2M: drct2MGenerators,
  universalFakeDetect: universalFakeDetectGenerators,
};

/** Layouts that are whatever split is asked for: their folders and lists are named where they serve. */
export const splitless: readonly string[] = ["folders", "lareList"];

/**
 * The type of the table.
 * @internal
 */
type Layouts = typeof layouts;

/** How a data set lies on disk. */
export type Layout = Parameters<Layouts[keyof Layouts]>[0];

/** That a data set has no samples in a split. */
export class EmptySplit extends RangeError {
  override readonly name = "EmptySplit";
}

/**
 * The samples of one split of a data set, in the order of its layout.
 *
 * @throws {Deno.errors.NotFound} for missing folders, all of them named, with the nearest layout that fits
 * @throws {EmptySplit} when the data set has no samples in the split
 */
export async function* readSamples(layout: Layout, roots: Roots): AsyncGenerator<Sample> {
  const read = layouts[layout.kind] as (spec: Layout, roots: Roots) => AsyncIterable<Sample>;
  let count = 0;
  try {
    for await (const sample of read(layout, roots)) {
      if (sample.split !== roots.split) continue;
      count++;
      yield sample;
    }
  } catch (error) {
    const told = "of" in layout; // by the layout inside
    if (!(error instanceof Deno.errors.NotFound) || roots.data === null || count > 0 || told) throw error;
    throw new Deno.errors.NotFound(`${error.message}${await advice(layout.kind, roots.data)}`, { cause: error });
  }
  if (count > 0) return;
  throw new EmptySplit(
    `Cannot read the ${roots.split} split of ${layout.kind}: it has no samples there` +
      (roots.split === "validation" ? '. Leave "data.validation" null to hold out a share of train' : ""),
  );
}

/** The data set that a layout is of, through every layout around it. */
export function innermost(layout: Layout): Exclude<Layout, { readonly of: Layout }> {
  return "of" in layout ? innermost(layout.of) : layout;
}

/** A reconstruction as it is seen beside the samples of a layout: stored anew where they are. */
export function seenReconstruction(layout: Layout, reconstruction: Sample): Sample {
  if (!("of" in layout)) return reconstruction;
  const inner = seenReconstruction(layout.of, reconstruction);
  return layout.kind === "reencoded" ? reencodedSample(layout, inner) : inner;
}

/** Whether a data set, in the form that its part names, ships reconstructions. */
export function ships(outer: Layout): boolean {
  const layout = innermost(outer);
  if (layout.kind === "aligned") return (layout as Aligned).paired;
  return layout.kind in shipped && !("reconstructions" in layout && layout.reconstructions === null);
}

/** Whether a data set, in the form that its part names, has an error map for every image, of what is seen of it. */
export function mapped(layout: Layout): boolean {
  // maps were made of the images as they lie on the disk, which nobody sees where they are stored anew
  if ("of" in layout) return layout.kind !== "reencoded" && mapped(layout.of);
  return layout.kind === "lareList" && layout.maps !== null;
}

/**
 * The reconstructions that a data set ships for some of its samples, null where it ships none.
 *
 * @throws {TypeError} when the data set ships no reconstructions at all
 */
export async function shippedReconstructions(
  outer: Layout,
  samples: readonly Sample[],
  roots: Roots,
): Promise<(Sample | null)[]> {
  const layout = innermost(outer);
  const find = (shipped as Record<string, unknown>)[layout.kind] as
    | ((spec: Layout, samples: readonly Sample[], roots: Roots) => Promise<(Sample | null)[]>)
    | undefined;
  if (find !== undefined) return await find(layout, samples.map(storedSample), roots);
  throw new TypeError(
    `Cannot find the reconstructions of ${layout.kind}: it ships none. Use inpainting() to make them`,
  );
}

/** Hashes of the data sets that name one, by kind. */
export async function identitiesOf(of: readonly Layout[]): Promise<Record<string, string>> {
  const kinds = [...new Set(of.map((layout) => innermost(layout).kind))].filter((kind) => kind in identities).sort();
  return Object.fromEntries(
    await Promise.all(kinds.map(async (kind) => [kind, await identities[kind as keyof typeof identities]()])),
  );
}
