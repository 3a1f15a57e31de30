import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import type { Roots } from "./mod.ts";
import { checkFolder, checkGenerators, checkLimit, type Limit } from "./options.ts";
import { dataOf, emptyPlaces, type Place, refuseEmpty, samplesOf } from "./places.ts";

/** A generator of UniversalFakeDetect's own test sets. */
export type UniversalFakeDetectGenerator =
  | "guided"
  | "ldm_200"
  | "ldm_200_cfg"
  | "ldm_100"
  | "glide_100_27"
  | "glide_50_27"
  | "glide_100_10"
  | "dalle";

/** The diffusion test sets of UniversalFakeDetect, with the folder of the photographs that each is scored against. */
const photographs: Readonly<Record<UniversalFakeDetectGenerator, "imagenet" | "laion">> = {
  guided: "imagenet",
  ldm_200: "laion",
  ldm_200_cfg: "laion",
  ldm_100: "laion",
  glide_100_27: "laion",
  glide_50_27: "laion",
  glide_100_10: "laion",
  dalle: "laion",
};

/** The generators of UniversalFakeDetect's own test sets. */
export const universalFakeDetectGenerators = Object.keys(photographs) as readonly UniversalFakeDetectGenerator[];

/**
 * The diffusion test sets of UniversalFakeDetect (Ojha et al., CVPR 2023), 1,000 photographs and 1,000 fakes each. Read
 * from `<data>/<folder>/<generator>/1_fake` and `<data>/<folder>/{imagenet,laion}/0_real`; they are a test split alone.
 * What the same paper trains on, and its other test sets, are {@linkcode ForenSynths}.
 *
 * `guided` is scored against its own photographs, from ImageNet; the others share those from LAION.
 */
export interface UniversalFakeDetect extends Part<"universalFakeDetect"> {
  /** Below the data folder. */
  readonly folder: string;
  /** Which of its test sets, with their photographs. */
  readonly generators: readonly UniversalFakeDetectGenerator[] | "all";
  /** Null: all images. */
  readonly limit: Limit | null;
}

/** Makes a {@linkcode UniversalFakeDetect} part. */
export const universalFakeDetect: Maker<UniversalFakeDetect> = part("universalFakeDetect", {
  folder: "diffusion_datasets",
  generators: "all",
  limit: null,
}, {
  check: ({ folder, generators, limit }) => {
    checkFolder("universalFakeDetect.folder", folder);
    checkGenerators("universalFakeDetect.generators", generators, universalFakeDetectGenerators);
    checkLimit("universalFakeDetect.limit", limit);
  },
});

/**
 * The samples: photographs that the chosen generators share, then each generator, after photographs of its own.
 *
 * @throws {Deno.errors.NotFound} for all missing and empty folders at once, before the first sample
 */
export async function* universalFakeDetectSamples(
  spec: UniversalFakeDetect,
  { data: given, split }: Roots,
): AsyncGenerator<Sample> {
  const data = dataOf("universalFakeDetect", { data: given, expected: `${spec.folder}/guided and so on` });
  if (split !== "test") return; // readSamples tells that there is no such split
  const places = universalFakeDetectPlaces(spec);
  refuseEmpty(await emptyPlaces(places, data), {
    kind: "universalFakeDetect",
    data,
    of: places.length,
    remedy: "Unpack the diffusion sets of UniversalFakeDetect, or leave their generators out",
  });
  yield* samplesOf(places, { kind: "universalFakeDetect", data, limit: spec.limit });
}

/** The folders that a part reads. */
export function universalFakeDetectPlaces({ folder, generators }: UniversalFakeDetect): Place[] {
  const chosen = generators === "all" ? universalFakeDetectGenerators : generators;
  const real = (from: string, set: string | null): Place => ({
    folder: `${folder}/${from}/0_real`,
    label: "real",
    generator: null,
    set,
    split: "test",
  });
  return [
    ...chosen.some((generator) => photographs[generator] === "laion") ? [real("laion", null)] : [],
    ...chosen.flatMap((generator): Place[] => [
      ...photographs[generator] === "imagenet" ? [real("imagenet", generator)] : [],
      { folder: `${folder}/${generator}/1_fake`, label: "fake", generator, set: generator, split: "test" },
    ]),
  ];
}
