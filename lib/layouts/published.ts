/** What is known of published data sets before they are there: where they are had, how much of them there is. */
import type { Label, Split } from "../types.ts";
import { drct2MGenerators } from "./drct_2m.ts";
import { genImageGenerators } from "./genimage.ts";
import type { Layout } from "./mod.ts";

/** A data set as it is published. */
export interface PublishedSet {
  /** What to do to get it, a line each; "DIR" is the folder of data sets. */
  readonly get: readonly string[];
  /** About, of what the layout asks for, where `source` says what it is guessed from; null: there is nothing to guess from. */
  readonly gigabytes: number | null;
  /** Where the numbers come from. */
  readonly source: string;
  /** Images of a split by class, what the layout asks for; null: not published. */
  images(split: Split): Readonly<Record<Label, number>> | null;
}

/**
 * Mean bytes of an image of GenImage: 8,359,198,723 for 35,000 images of all its generators and its photographs, as the
 * card of TheKernel01/Tiny-GenImage on Hugging Face has it.
 */
const GENIMAGE_BYTES = 8_359_198_723 / 35_000;

/**
 * Mean bytes of a photograph as PNG by its side, as a guess at fakes of which only the number is published: the pocket
 * world's photographs, cut to a square and made so large (86 at 256 pixels, the 83 that have as many at 512).
 */
const PNG_BYTES = { 256: 142_426, 512: 499_690 } as const;

/** GB of MSCOCO's archives: train2017.zip has 19.3 GB, val2017.zip 0.8 GB (cocodataset.org). */
const COCO = { train: 19.3, validation: 0, test: 0.8 };

/**
 * Published facts of a data set, by its layout; null where nothing is published, as of folders of one's own.
 *
 * @param splits those whose size is asked for
 */
export function publishedSet(
  layout: Layout,
  splits: readonly Split[] = ["train", "validation", "test"],
): PublishedSet | null {
  switch (layout.kind) {
    case "genImage":
      return genImage(layout.generators === "all" ? genImageGenerators : layout.generators, splits);
    case "drct2M":
      return drct2M(layout.generators === "all" ? drct2MGenerators : layout.generators, splits);
    case "elsaD3":
      return {
        get: [
          "huggingface-cli download elsaEU/ELSA_D3 --repo-type dataset --local-dir DIR/ELSA_D3",
          "deno task data fetch DIR",
        ],
        gigabytes: Math.round(pngGigabytes(4 * 2_300_000, 512)),
        source:
          `2.3 million records with four fakes each (arXiv 2407.20337), ${guessed(512)}; without the photographs, ` +
          "of which only addresses are published, and these die",
        images: (split) => split === "train" ? { real: 2_300_000, fake: 4 * 2_300_000 } : null,
      };
    case "aligned":
      return aligned(layout.folder);
    default:
      return null;
  }
}

/**
 * Of each class of ImageNet a generator has 162 images to train on and 6 to test, Stable Diffusion 1.5 has 166 and 8, and
 * photographs are as many (arXiv 2306.08571, section 3).
 */
function genImage(generators: readonly string[], splits: readonly Split[]): PublishedSet {
  const perClass = (split: Split, generator: string): number =>
    split === "train" ? generator === "sd15" ? 166 : 162 : generator === "sd15" ? 8 : 6;
  const count = (split: Split): number =>
    split === "validation" ? 0 : generators.reduce((sum, generator) => sum + 1000 * perClass(split, generator), 0);
  const images = splits.reduce((sum, split) => sum + 2 * count(split), 0);
  return {
    get: [
      "Google Drive: https://drive.google.com/drive/folders/1jGt10bwTbhEZuGXLyvrCuxOI0cBqQ1FS, or Baidu: " +
      "https://pan.baidu.com/s/1i0OFqYN5i6oFAxeK6bIwRQ (code ztf1)",
      `unzip ${generators.join(", ")} below DIR/GenImage`,
    ],
    gigabytes: Math.round(images * GENIMAGE_BYTES / 1e9),
    source: `${images.toLocaleString("en-US")} images (arXiv 2306.08571) of 239 kB, the mean of Tiny-GenImage's`,
    images: (split) => split === "validation" ? null : { real: count(split), fake: count(split) },
  };
}

/** What so many PNG files take. */
function pngGigabytes(images: number, side: keyof typeof PNG_BYTES): number {
  return images * PNG_BYTES[side] / 1e9;
}

/** That a size is a guess, and at what. */
function guessed(side: keyof typeof PNG_BYTES): string {
  return `guessed as PNG of ${side} × ${side} pixels, ${(PNG_BYTES[side] / 1e6).toFixed(2)} MB each`;
}

/** As many images of a generator as MSCOCO has captions for: one a photograph of train2017 and val2017. */
function drct2M(generators: readonly string[], splits: readonly Split[]): PublishedSet {
  const photographs = { train: 118_287, validation: 0, test: 5_000 };
  const fakes = generators.length * splits.reduce((sum, split) => sum + photographs[split], 0);
  const coco = splits.reduce((sum, split) => sum + COCO[split], 0);
  return {
    get: [
      "MSCOCO: http://images.cocodataset.org/zips/train2017.zip and val2017.zip, below DIR/MSCOCO",
      `DRCT-2M: https://modelscope.cn/datasets/BokingChen/DRCT-2M/files, below DIR/DRCT-2M: ${generators.join(", ")}`,
    ],
    gigabytes: Math.round(coco + pngGigabytes(fakes, 512)),
    source: `MSCOCO ${coco.toFixed(1)} GB (cocodataset.org), and ${fakes.toLocaleString("en-US")} ` +
      `fakes (ICML 2024, one a caption), ${guessed(512)}`,
    images: (split) => {
      if (split === "validation") return null;
      return { real: photographs[split], fake: generators.length * photographs[split] };
    },
  };
}

function aligned(folder: string): PublishedSet {
  if (folder !== "latent_diffusion_trainingset") {
    return {
      get: [`the set of AlignedForensics (https://github.com/AniSundar18/AlignedForensics), below DIR/${folder}`],
      gigabytes: null,
      source: "its size is not published",
      images: () => null,
    };
  }
  return {
    get: [
      "https://www.grip.unina.it/download/prog/DMimageDetection/latent_diffusion_trainingset.zip has the fakes and the " +
      "lists of photographs, which are MSCOCO's (http://images.cocodataset.org/zips/train2017.zip) and LSUN's " +
      `(https://www.yf.io/p/lsun): DIR/${folder}/train and val, each with a folder a set of 0_real and 1_fake`,
      "deno task reconstruct --data DIR/PHOTOGRAPHS --method vae --pipeline PIPELINES/ldm --as aligned --to DIR",
    ],
    gigabytes: Math.round(COCO.train + pngGigabytes(2 * 200_000, 256)),
    source: `MSCOCO's train2017 ${COCO.train} GB (cocodataset.org), 200,000 fakes (README of ` +
      `grip-unina/DMimageDetection) and as many round trips, ${guessed(256)}; without LSUN's photographs`,
    // how many of them validate is not said there
    images: (split) => split === "train" ? { real: 200_000, fake: 200_000 } : null,
  };
}
