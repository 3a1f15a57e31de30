/** What is known of published data sets before they are there: where they are had, how much of them there is. */
import type { Label, Split } from "../types.ts";
import { drct2MGenerators } from "./drct_2m.ts";
import { genImageGenerators } from "./genimage.ts";
import type { Layout } from "./mod.ts";

/** A data set as it is published. */
export interface PublishedSet {
  /** What to do to get it, a line each; "DIR" is the folder of data sets. */
  readonly get: readonly string[];
  /** About, of what the layout asks for; null: nobody says, and nothing that is published lets it be told. */
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

/** GB of MSCOCO's archives: train2017.zip has 19.3 GB, val2017.zip 0.8 GB (cocodataset.org). */
const COCO = { train: 19.3, test: 0.8 };

/** Published facts of a data set, by its layout; null where nothing is published, as of folders of one's own. */
export function publishedSet(layout: Layout): PublishedSet | null {
  switch (layout.kind) {
    case "genImage":
      return genImage(layout.generators === "all" ? genImageGenerators : layout.generators);
    case "drct2M":
      return drct2M(layout.generators === "all" ? drct2MGenerators : layout.generators);
    case "elsaD3":
      return {
        get: [
          "huggingface-cli download elsaEU/ELSA_D3 --repo-type dataset --local-dir DIR/ELSA_D3",
          "deno task data fetch DIR",
        ],
        gigabytes: null,
        source: "2.3 million records with four fakes each (arXiv 2407.20337); addresses of photographs die",
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
function genImage(generators: readonly string[]): PublishedSet {
  const perClass = (split: Split, generator: string): number =>
    split === "train" ? generator === "sd15" ? 166 : 162 : generator === "sd15" ? 8 : 6;
  const count = (split: Split): number =>
    generators.reduce((sum, generator) => sum + 1000 * perClass(split, generator), 0);
  const images = 2 * (count("train") + count("test"));
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

/** As many images of a generator as MSCOCO has captions for: one a photograph of train2017 and val2017. */
function drct2M(generators: readonly string[]): PublishedSet {
  return {
    get: [
      "MSCOCO: http://images.cocodataset.org/zips/train2017.zip and val2017.zip, below DIR/MSCOCO",
      `DRCT-2M: https://modelscope.cn/datasets/BokingChen/DRCT-2M/files, below DIR/DRCT-2M: ${generators.join(", ")}`,
    ],
    gigabytes: null,
    source: `MSCOCO ${(COCO.train + COCO.test).toFixed(1)} GB (cocodataset.org); of DRCT-2M's 2 million fakes nobody ` +
      "publishes the size",
    images: (split) => {
      if (split === "validation") return null;
      const photographs = split === "train" ? 118_287 : 5_000;
      return { real: photographs, fake: generators.length * photographs };
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
    gigabytes: null,
    source: "200,000 photographs and 200,000 fakes (README of grip-unina/DMimageDetection); MSCOCO's train2017 has " +
      `${COCO.train} GB (cocodataset.org), the sizes of the others are not published`,
    // how many of them validate is not said there
    images: (split) => split === "train" ? { real: 200_000, fake: 200_000 } : null,
  };
}
