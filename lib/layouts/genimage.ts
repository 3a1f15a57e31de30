import { checkChoice } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import { nameOf } from "./files.ts";
import { imageNetClass } from "./imagenet_classes.ts";
import type { Roots } from "./mod.ts";
import { checkGenerators, checkLimit, type Limit } from "./options.ts";
import { dataOf, emptyPlaces, type Place, refuseEmpty, samplesOf } from "./places.ts";
import { besideFolder, twinsByName } from "./twins.ts";

/** A generator of GenImage. */
export type GenImageGenerator = "sd14" | "sd15" | "midjourney" | "adm" | "wukong" | "glide" | "vqdm" | "biggan";

/** Folder of each generator as GenImage publishes it; the second half names what its archive unpacks to. */
const folders: Readonly<Record<GenImageGenerator, string>> = {
  sd14: "stable_diffusion_v_1_4/imagenet_ai_0419_sdv4",
  sd15: "stable_diffusion_v_1_5/imagenet_ai_0424_sdv5",
  midjourney: "Midjourney/imagenet_midjourney",
  adm: "ADM/imagenet_ai_0508_adm",
  wukong: "wukong/imagenet_ai_0424_wukong",
  glide: "glide/imagenet_glide",
  vqdm: "VQDM/imagenet_ai_0419_vqdm",
  biggan: "BigGAN/imagenet_ai_0419_biggan",
};

/** Where DRCT's release puts reconstructions: by SD 1, SD 2 and SDXL inpainting. */
const reconstructionFolders = ["inpainting", "inpainting2", "inpainting_xl"] as const;

/** The generators of GenImage. */
export const genImageGenerators = Object.keys(folders) as readonly GenImageGenerator[];

/**
 * GenImage (Zhu et al., NeurIPS 2023): ImageNet photographs, and as many images by each of eight generators
 * for ImageNet's classes. Read from `<data>/GenImage/<generator>/<archive>/{train,val}/{nature,ai}`; `val` is
 * the test split, and there is no other: a validation split is a share of train.
 *
 * A generator is scored against the photographs of its own folder.
 */
export interface GenImage extends Part<"genImage"> {
  /** Which generators' folders, photographs included. */
  readonly generators: readonly GenImageGenerator[] | "all";
  /** Null: all images. */
  readonly limit: Limit | null;
  /**
   * Folder of the reconstructions in the form of DRCT's release, where `nature` and `ai` hold `crop` (the
   * images, cut to at most 1024 pixels a side) and this folder beside it; null: the images as GenImage publishes them.
   */
  readonly reconstructions: "inpainting" | "inpainting2" | "inpainting_xl" | null;
  /**
   * "class": every image has the class of ImageNet that its name tells as its caption, as LaRE² fills its prompts. Null:
   * none has a caption.
   */
  readonly captions: "class" | null;
}

/** Makes a {@linkcode GenImage} part. */
export const genImage: Maker<GenImage, "generators"> = part("genImage", {
  limit: null,
  reconstructions: null,
  captions: null,
}, {
  required: ["generators"],
  check: ({ generators, limit, reconstructions, captions }) => {
    if (captions !== null) checkChoice("genImage.captions", captions, ["class"]);
    checkGenerators("genImage.generators", generators, genImageGenerators);
    checkLimit("genImage.limit", limit);
    if (reconstructions !== null) checkChoice("genImage.reconstructions", reconstructions, reconstructionFolders);
  },
});

/**
 * The samples of GenImage, by generator, photographs before fakes, by name.
 *
 * @throws {Deno.errors.NotFound} for all missing and empty folders at once, before the first sample
 */
export async function* genImageSamples(spec: GenImage, { data: given, split }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("genImage", { data: given, expected: "GenImage/stable_diffusion_v_1_4 and so on" });
  const places = genImagePlaces(spec).filter((place) => place.split === split);
  const empty = await emptyPlaces(places, data);
  const remedy = spec.reconstructions === null && await holdCrops(empty, data)
    ? 'They hold a folder "crop", as in DRCT\'s release: set reconstructions in genImage to "inpainting". Otherwise unpack ' +
      "these archives"
    : "Unpack these archives of GenImage, or leave their generators out";
  refuseEmpty(empty, { kind: "genImage", data, of: places.length, remedy });
  const samples = samplesOf(places, { kind: "genImage", data, limit: spec.limit });
  if (spec.captions === null) return yield* samples;
  for await (const sample of samples) yield { ...sample, caption: await imageNetClass(nameOf(sample.id)) };
}

/** Whether images lie one folder further down, where DRCT's release has them. */
async function holdCrops(places: readonly Place[], data: string): Promise<boolean> {
  const below = places.map((place) => ({ ...place, folder: `${place.folder}/crop` }));
  return (await emptyPlaces(below, data)).length < below.length;
}

/**
 * Which reconstructions lie beside the samples: DRCT's release names them as the image, with any extension.
 *
 * @returns by sample; null where there is none
 * @throws {TypeError} when the part names no folder of reconstructions
 */
export async function genImageReconstructions(
  { reconstructions }: GenImage,
  samples: readonly Sample[],
): Promise<(Sample | null)[]> {
  if (reconstructions === null) {
    throw new TypeError(
      "Cannot find the reconstructions of genImage: GenImage is published without. Set its option " +
        `"reconstructions" to one of ${reconstructionFolders.join(", ")} for DRCT's release, or use inpainting()`,
    );
  }
  return await twinsByName(samples, (sample) => ({
    folder: besideFolder(sample, reconstructions),
    generator: reconstructions,
  }));
}

/** The folders that a part reads, of both splits. */
export function genImagePlaces({ generators, reconstructions }: GenImage): Place[] {
  const chosen = generators === "all" ? genImageGenerators : generators;
  const inner = reconstructions === null ? "" : "/crop";
  return chosen.flatMap((generator) =>
    (["train", "test"] as const).flatMap((split) =>
      (["real", "fake"] as const).map((label): Place => {
        const half = `${split === "train" ? "train" : "val"}/${label === "real" ? "nature" : "ai"}`;
        return {
          folder: `GenImage/${folders[generator]}/${half}${inner}`,
          label,
          generator: label === "real" ? null : generator,
          set: generator,
          split,
          // the same photograph may stand beside several generators; a fake is its own source, prompts being mere classes
          source: label === "real" ? (stem) => `ImageNet/${stem}` : undefined,
        };
      })
    )
  );
}
