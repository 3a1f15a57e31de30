import { checkFlag } from "../definition/check.ts";
import { meant } from "../definition/nearest.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample, Split } from "../types.ts";
import { folderNames, imageNames, stem } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkFolder, checkLimit, checkNames, type Limit } from "./options.ts";
import { dataOf, drawn, emptyPlaces, type Place, samplesOf } from "./places.ts";
import { besideFolder, twinsByName } from "./twins.ts";

/**
 * A training set in the form of DMimageDetection (Corvi et al., ICASSP 2023), which AlignedForensics (Rajan et al., ICLR
 * 2025) takes over: `<data>/<folder>/{train,val}/<set>/{0_real,1_fake}`, or without the level of sets, as the shaders
 * have it. `val` may be called `valid`, as AlignedForensics's code has it, and is the validation split; `test` the test
 * split.
 *
 * The shaders train from their own folder and are validated on the unchanged set: `aligned({ folder: "shaders" })` in
 * `data.train`, `aligned()` in `data.validation`. An empty or missing class folder is told, and stops nothing as long
 * as the other one has images.
 */
export interface Aligned extends Part<"aligned"> {
  /** Below the data folder. */
  readonly folder: string;
  /** Names of the folders between the split and the classes; "all": those that are there. */
  readonly sets: readonly string[] | "all";
  /**
   * Whether a fake is the reconstruction of the photograph of the same name, with any extension: both then have the
   * same source, a limit draws pairs, and `existing({ of: "real" })` finds the fake as the photograph's reconstruction.
   * AlignedForensics's `--use_inversions`; false for DMimageDetection's own fakes, whose names mean nothing.
   */
  readonly paired: boolean;
  /** Null: all images. AlignedForensics's `--data_cap N` is `{ perClass: N, seed }`. */
  readonly limit: Limit | null;
}

/** Makes an {@linkcode Aligned} part. */
export const aligned: Maker<Aligned> = part("aligned", {
  folder: "latent_diffusion_trainingset",
  sets: "all",
  paired: true,
  limit: null,
}, {
  check: ({ folder, sets, paired, limit }) => {
    checkFolder("aligned.folder", folder);
    checkNames("aligned.sets", sets);
    checkFlag("aligned.paired", paired);
    checkLimit("aligned.limit", limit);
  },
});

/** Folders that hold a split, the first of them that is there. */
const SPLITS: Readonly<Record<Split, readonly string[]>> = {
  train: ["train"],
  validation: ["val", "valid"],
  test: ["test"],
};

/**
 * The samples of one split, set by set, photographs before fakes, by name.
 *
 * @param roots `tell` learns of class folders without images
 * @throws {Deno.errors.NotFound} when the split is not there, or has no image of one class
 * @throws {RangeError} for a set that the split does not have
 */
export async function* alignedSamples(spec: Aligned, { data: given, split, tell }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("aligned", { data: given, expected: `${spec.folder}/train and so on` });
  const places = await placesOf(spec, data, split);
  // a set without a test split is a whole one, and readSamples tells that it has none
  if (places.length === 0 && split === "test" && await folderNames(`${data}/${spec.folder}`) !== null) return;
  const empty = await emptyPlaces(places, data);
  const bare = (["real", "fake"] as const).find((label) =>
    places.every((place) => place.label !== label || empty.includes(place))
  );
  if (places.length === 0 || bare !== undefined) {
    const looked = SPLITS[split].map((half) => `"${data}/${spec.folder}/${half}"`).join(" or ");
    throw new Deno.errors.NotFound(
      places.length === 0
        ? `Cannot read the ${split} split of aligned from ${looked}: found no folders 0_real and 1_fake, neither there nor ` +
          "in folders below it. Put the data set there, or name its folder in aligned.folder"
        : `Cannot read the ${split} split of aligned: found no ${bare} images in ` +
          places.filter(({ label }) => label === bare).map(({ folder }) => `"${folder}"`).join(", ") +
          ". Put them there, or leave the data set out",
    );
  }
  for (const { folder } of empty) {
    tell?.(`"${data}/${folder}" of aligned holds no images; the other folders are read without it`);
  }
  if (!spec.paired || spec.limit === null) {
    yield* samplesOf(places, { kind: "aligned", data, limit: spec.limit });
    return;
  }
  for (const place of places) yield* pairedOf(place, places, { data, limit: spec.limit });
}

/**
 * The fakes that bear the names of photographs, as their reconstructions.
 *
 * @throws {Deno.errors.NotFound} when those of fakes are asked for, which have none
 * @throws {TypeError} when the part says that names mean nothing
 */
export async function alignedReconstructions(
  { paired, folder }: Aligned,
  samples: readonly Sample[],
): Promise<(Sample | null)[]> {
  if (!paired) {
    throw new TypeError(
      'Cannot find the reconstructions of aligned: its option "paired" is false. Set it to true where fakes are ' +
        "reconstructions under the names of their photographs",
    );
  }
  const fake = samples.find(({ label }) => label === "fake");
  if (fake !== undefined) {
    throw new Deno.errors.NotFound(
      `Cannot find the reconstruction of "${fake.file}": the fakes of aligned are reconstructions themselves. ` +
        'Take existing({ of: "real" }), or inpainting() to make those of fakes',
    );
  }
  return await twinsByName(
    samples,
    (sample) => ({ folder: besideFolder(sample, "1_fake"), generator: sample.set ?? folder }),
  );
}

async function placesOf({ folder, sets, paired }: Aligned, data: string, split: Split): Promise<Place[]> {
  for (const half of SPLITS[split]) {
    const path = `${folder}/${half}`;
    const there = await folderNames(`${data}/${path}`);
    if (there === null) continue;
    const direct = there.includes("0_real") || there.includes("1_fake");
    const chosen = direct ? [null] : sets === "all" ? await withClasses(`${data}/${path}`, there) : sets;
    const unknown = chosen.find((set) => set !== null && !there.includes(set));
    if (unknown !== undefined) {
      throw new RangeError(`Cannot read the set "${unknown}" of aligned: ${meant(unknown!, there, "sets there")}`);
    }
    return chosen.flatMap((set) =>
      (["real", "fake"] as const).map((label): Place => {
        const inside = set === null ? path : `${path}/${set}`;
        return {
          folder: `${inside}/${label === "real" ? "0_real" : "1_fake"}`,
          label,
          generator: label === "real" ? null : set ?? folder,
          set: set ?? folder,
          split,
          source: paired ? (stem) => `${inside}/${stem}` : undefined,
        };
      })
    );
  }
  return [];
}

async function withClasses(path: string, names: readonly string[]): Promise<string[]> {
  const inside = await Promise.all(names.map((name) => folderNames(`${path}/${name}`)));
  return names.filter((_, i) => inside[i]!.some((name) => name === "0_real" || name === "1_fake"));
}

/** A class of a set, as many of it as a limit says: those names that it draws from the names of both classes together. */
async function* pairedOf(
  place: Place,
  places: readonly Place[],
  { data, limit }: { data: string; limit: Limit },
): AsyncGenerator<Sample> {
  const both = places.filter(({ set }) => set === place.set);
  const names = await Promise.all(
    both.map(async ({ folder }) => new Set((await imageNames(`${data}/${folder}`) ?? []).map(stem))),
  );
  const common = [...names[0]].filter((name) => names.every((set) => set.has(name)));
  const kept = new Set(
    drawn(common.length, { ...limit, names: ["aligned", place.set!, place.split] }).map((i) =>
      `${both[0].source!(common[i])}`
    ),
  );
  for await (const sample of samplesOf([place], { kind: "aligned", data, limit: null })) {
    if (kept.has(sample.source)) yield sample;
  }
}
