import { checkChoice } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import { nameOf, parentOf } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkGenerators, checkLimit, type Limit } from "./options.ts";
import { dataOf, emptyPlaces, type Place, refuseEmpty, samplesOf } from "./places.ts";
import { twinsByName } from "./twins.ts";

/** The generators of DRCT-2M, each the name of its folder, in the order in which DRCT's code numbers them from 1. */
export const drct2MGenerators = [
  "ldm-text2im-large-256",
  "stable-diffusion-v1-4",
  "stable-diffusion-v1-5",
  "stable-diffusion-2-1",
  "stable-diffusion-xl-base-1.0",
  "stable-diffusion-xl-refiner-1.0",
  "sd-turbo",
  "sdxl-turbo",
  "lcm-lora-sdv1-5",
  "lcm-lora-sdxl",
  "sd-controlnet-canny",
  "sd21-controlnet-canny",
  "controlnet-canny-sdxl-1.0",
  "stable-diffusion-inpainting",
  "stable-diffusion-2-inpainting",
  "stable-diffusion-xl-1.0-inpainting-0.1",
] as const;

/** A generator of DRCT-2M. */
export type Drct2MGenerator = typeof drct2MGenerators[number];

/**
 * Folders of reconstructions by what made them, with the generator of DRCT-2M that is the same for photographs: its
 * inpainting generators have repainted those of MSCOCO, with nothing masked.
 */
const reconstructionFolders = {
  full_inpainting: "stable-diffusion-inpainting",
  full_inpainting2: "stable-diffusion-2-inpainting",
  full_inpainting_xl: "stable-diffusion-xl-1.0-inpainting-0.1",
} as const satisfies Record<NonNullable<Drct2M["reconstructions"]>, Drct2MGenerator>;

/**
 * DRCT-2M (Chen et al., ICML 2024): photographs of MSCOCO, and images of sixteen generators for their captions. Read
 * from `<data>/MSCOCO/{train2017,val2017}` and `<data>/DRCT-2M/<generator>/{train2017,val2017}`; `val2017` is the test
 * split, and there is no other: a validation split is a share of train, as in DRCT's code.
 *
 * All generators are scored against the same photographs. Images that bear the number of a photograph have it as their
 * source, so that a fake never validates beside the photograph whose caption it was made for.
 */
export interface Drct2M extends Part<"drct2M"> {
  /** Which generators' folders; photographs are read in any case. */
  readonly generators: readonly Drct2MGenerator[] | "all";
  /** Null: all images. */
  readonly limit: Limit | null;
  /**
   * Which reconstructions lie beside it, by SD 1, SD 2 or SDXL inpainting: of photographs in
   * `<data>/DR/MSCOCO/<this>/train2017` or, where that is missing, with DRCT-2M's inpainting generator; of fakes in
   * `<data>/DR/DRCT-2M/<generator>/<this>/train2017`. Null: none.
   */
  readonly reconstructions: "full_inpainting" | "full_inpainting2" | "full_inpainting_xl" | null;
}

/** Makes a {@linkcode Drct2M} part. */
export const drct2M: Maker<Drct2M, "generators"> = part("drct2M", { limit: null, reconstructions: null }, {
  required: ["generators"],
  check: ({ generators, limit, reconstructions }) => {
    checkGenerators("drct2M.generators", generators, drct2MGenerators);
    checkLimit("drct2M.limit", limit);
    if (reconstructions !== null) {
      checkChoice("drct2M.reconstructions", reconstructions, Object.keys(reconstructionFolders));
    }
  },
});

/**
 * The samples of DRCT-2M: photographs, then the fakes of each generator, by name.
 *
 * @throws {Deno.errors.NotFound} for all missing and empty folders at once, before the first sample
 */
export async function* drct2MSamples(spec: Drct2M, { data: given, split }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("drct2M", { data: given, expected: "MSCOCO and DRCT-2M" });
  const places = drct2MPlaces(spec).filter((place) => place.split === split);
  refuseEmpty(await emptyPlaces(places, data), {
    kind: "drct2M",
    data,
    of: places.length,
    remedy: "Unpack the images of MSCOCO 2017 and these generators of DRCT-2M, or leave the generators out",
  });
  yield* samplesOf(places, { kind: "drct2M", data, limit: spec.limit });
}

/**
 * Which reconstructions lie in DRCT's folders, with any extension.
 *
 * @returns by sample; null where there is none
 * @throws {TypeError} when the part names no folder of reconstructions
 */
export async function drct2MReconstructions(
  { reconstructions }: Drct2M,
  samples: readonly Sample[],
): Promise<(Sample | null)[]> {
  if (reconstructions === null) {
    throw new TypeError(
      'Cannot find the reconstructions of drct2M: its option "reconstructions" is null. Set it to one of ' +
        `${Object.keys(reconstructionFolders).join(", ")}, or use inpainting()`,
    );
  }
  const made = { generator: reconstructions };
  const found = await twinsByName(samples, ({ id, file }) => {
    const [data, inside, half] = [file.slice(0, -id.length - 1), parentOf(parentOf(id)), nameOf(parentOf(id))];
    return { ...made, folder: `${data}/DR/${inside}/${reconstructions}/${half}` };
  });
  const same = await twinsByName(samples, ({ id, file, label }) => {
    const [data, half] = [file.slice(0, -id.length - 1), nameOf(parentOf(id))];
    if (label === "fake") return null;
    return { ...made, folder: `${data}/DRCT-2M/${reconstructionFolders[reconstructions]}/${half}` };
  });
  return found.map((sample, i) => sample ?? same[i]);
}

/** The number of a photograph of MSCOCO, as its files and the fakes for its captions bear it. */
const NUMBER = /^\d{12}/;

/** The folders that a part reads, of both splits. */
export function drct2MPlaces({ generators }: Drct2M): Place[] {
  const chosen = generators === "all" ? drct2MGenerators : generators;
  return (["train", "test"] as const).flatMap((split): Place[] => {
    const half = split === "train" ? "train2017" : "val2017";
    const source = (folder: string) => (stem: string) =>
      NUMBER.test(stem) ? `MSCOCO/${NUMBER.exec(stem)![0]}` : `${folder}/${stem}`;
    const photographs = `MSCOCO/${half}`;
    return [
      { folder: photographs, label: "real", generator: null, set: null, split, source: source(photographs) },
      ...chosen.map((generator): Place => {
        const folder = `DRCT-2M/${generator}/${half}`;
        return { folder, label: "fake", generator, set: generator, split, source: source(folder) };
      }),
    ];
  });
}
