import { checkChoice } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { random } from "../random.ts";
import type { Label, Sample } from "../types.ts";
import { imageNames, stem } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkGenerators, checkLimit, type Limit } from "./options.ts";

/** Folder of each generator as GenImage publishes it; the second half names what its archive unpacks to. */
const folders = {
  sd14: "stable_diffusion_v_1_4/imagenet_ai_0419_sdv4",
  sd15: "stable_diffusion_v_1_5/imagenet_ai_0424_sdv5",
  midjourney: "Midjourney/imagenet_midjourney",
  adm: "ADM/imagenet_ai_0508_adm",
  wukong: "wukong/imagenet_ai_0424_wukong",
  glide: "glide/imagenet_glide",
  vqdm: "VQDM/imagenet_ai_0419_vqdm",
  biggan: "BigGAN/imagenet_ai_0419_biggan",
} as const;

/** Where DRCT's release puts reconstructions: by SD 1, SD 2 and SDXL inpainting. */
const reconstructionFolders = ["inpainting", "inpainting2", "inpainting_xl"] as const;

/** A generator of GenImage. */
export type GenImageGenerator = keyof typeof folders;

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
  readonly reconstructions: typeof reconstructionFolders[number] | null;
}

/** Makes a {@linkcode GenImage} part. */
export const genImage = part<GenImage, "generators">("genImage", { limit: null, reconstructions: null }, {
  required: ["generators"],
  check: ({ generators, limit, reconstructions }) => {
    checkGenerators("genImage.generators", generators, genImageGenerators);
    checkLimit("genImage.limit", limit);
    if (reconstructions !== null) checkChoice("genImage.reconstructions", reconstructions, reconstructionFolders);
  },
});

/** One folder of images. */
interface Place {
  readonly generator: GenImageGenerator;
  readonly label: Label;
  readonly split: "train" | "test";
  /** Path below the data folder. */
  readonly folder: string;
}

/**
 * The samples of GenImage, by generator, photographs before fakes, by name.
 *
 * @throws {Deno.errors.NotFound} for all missing and empty folders at once, before the first sample
 */
export async function* genImageSamples(spec: GenImage, { data, split }: Roots): AsyncGenerator<Sample> {
  if (data === null) {
    throw new Deno.errors.NotFound(
      "Cannot read genImage: no data folder was given, expected the folder that holds GenImage/stable_diffusion_v_1_4 " +
        "and so on. Download GenImage from its authors and name that folder: data of run(), --data DIR or DATA",
    );
  }
  const places = placesOf(spec).filter((place) => place.split === split);
  const found = await Promise.all(places.map((place) => imageNames(`${data}/${place.folder}`)));
  refuseMissing(places.filter((_, i) => found[i] === null || found[i].length === 0), data, places.length);
  for (const [i, place] of places.entries()) {
    for (const name of limited(spec, place, found[i]!)) yield sampleOf(place, name, data);
  }
}

/**
 * Which reconstructions lie beside the samples: DRCT's release names them as the image, with any extension.
 *
 * @returns by sample; null where there is none
 * @throws {TypeError} when the part names no folder of reconstructions
 */
export async function genImageReconstructions(
  spec: GenImage,
  samples: readonly Sample[],
): Promise<(Sample | null)[]> {
  if (spec.reconstructions === null) {
    throw new TypeError(
      "Cannot find the reconstructions of genImage: GenImage is published without. Set its option " +
        `"reconstructions" to one of ${reconstructionFolders.join(", ")} for DRCT's release, or use inpainting()`,
    );
  }
  const listed = new Map<string, Map<string, string>>();
  const made: (Sample | null)[] = [];
  for (const sample of samples) {
    const crop = sample.file.slice(0, sample.file.lastIndexOf("/"));
    const folder = `${crop.slice(0, crop.lastIndexOf("/"))}/${spec.reconstructions}`;
    if (!listed.has(folder)) {
      listed.set(folder, new Map((await imageNames(folder) ?? []).map((name) => [stem(name), name])));
    }
    const name = listed.get(folder)!.get(stem(sample.file.slice(crop.length + 1)));
    const reconstructed = { ...sample, label: "fake", generator: spec.reconstructions } as const;
    made.push(
      name === undefined
        ? null
        : { ...reconstructed, id: `${sample.id}@${spec.reconstructions}`, file: `${folder}/${name}` },
    );
  }
  return made;
}

function placesOf({ generators, reconstructions }: GenImage): Place[] {
  const chosen = generators === "all" ? genImageGenerators : generators;
  const inner = reconstructions === null ? "" : "/crop";
  return chosen.flatMap((generator) =>
    (["train", "test"] as const).flatMap((split) =>
      (["real", "fake"] as const).map((label) => {
        const half = `${split === "train" ? "train" : "val"}/${label === "real" ? "nature" : "ai"}`;
        return { generator, label, split, folder: `GenImage/${folders[generator]}/${half}${inner}` };
      })
    )
  );
}

function refuseMissing(missing: readonly Place[], data: string, expected: number): void {
  if (missing.length === 0) return;
  throw new Deno.errors.NotFound(
    `Cannot read genImage from "${data}": found no images in ${missing.length} of ${expected} folders. ` +
      "Unpack these archives of GenImage, or leave their generators out:\n" +
      missing.map(({ folder }) => `  ${folder}`).join("\n"),
  );
}

function limited({ limit }: GenImage, { generator, label, split }: Place, names: readonly string[]): readonly string[] {
  if (limit === null || names.length <= limit.perClass) return names;
  const order = random(limit.seed, "genImage", generator, split, label).permutation(names.length);
  return [...order.subarray(0, limit.perClass)].sort((a, b) => a - b).map((i) => names[i]);
}

function sampleOf({ generator, label, split, folder }: Place, name: string, data: string): Sample {
  const id = `${folder}/${name}`;
  return {
    id,
    file: `${data}/${folder}/${name}`,
    label,
    // the same photograph may stand beside several generators; a fake is its own source, prompts being mere classes
    source: label === "real" ? `ImageNet/${stem(name)}` : id,
    generator: label === "real" ? null : generator,
    set: generator,
    split,
    caption: null,
  };
}
