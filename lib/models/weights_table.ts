/** Published weights, and those that are shipped: what each set is called, what it is for, where it is and under which licence. */
import { meant } from "../definition/nearest.ts";
import { show } from "../definition/part.ts";
import type { Naming } from "./namings.ts";
import { pocketBackbone } from "./pocket_backbone.ts";
import { pocketClip } from "./pocket_clip.ts";

/** How pixels (0…1) become a network's input: (pixel − mean) / std, by channel in the order R, G, B. */
export interface View {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One set of weights. */
export interface Weights extends View {
  /** The options of a backbone that it belongs to, its kind among them: `{ kind: "convnext", size: "tiny" }`. */
  readonly fits: { readonly kind: string } & Readonly<Record<string, string | number>>;
  /** Side of the images that it was trained on last, pixels. */
  readonly side: number;
  /**
   * Where it is on the hub: a repository, and names of the file in it, of which the first that there is counts; null: it
   * is shipped with the library.
   */
  readonly hub: { readonly repo: string; readonly paths: readonly string[] } | null;
  /** About. */
  readonly megabytes: number;
  readonly licence: string;
  /** Whose names and shapes the file has. */
  readonly naming: Naming;
  /** Beginnings of names in the file that the backbone leaves out: its classifier. */
  readonly leaves: readonly string[];
}

/** Weights that are published elsewhere than on the hub, whole detectors: fetched by hand, then `weights convert`. */
export interface Elsewhere {
  readonly name: string;
  readonly what: string;
  readonly address: string;
  readonly licence: string;
}

/** Mean and standard deviation of ImageNet's training images, as torchvision and timm print them. */
export const imagenetView: View = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Mean and standard deviation of CLIP's training images, as its code prints them. */
export const openaiView: View = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** For networks trained from scratch: −1…1. */
export const plainView: View = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

const meta = "Apache-2.0 in timm, MIT in facebookresearch/ConvNeXt";
const openai = "MIT in openai/CLIP";

type Row = [name: string, megabytes: number];

/** Sizes are those of the tensors, counted from timm's networks with the published number of classes. */
const convnexts: Readonly<Record<string, readonly Row[]>> = {
  atto: [["d2_in1k", 15]],
  femto: [["d1_in1k", 21]],
  pico: [["d1_in1k", 36]],
  nano: [["d1h_in1k", 62], ["in12k", 90], ["in12k_ft_in1k", 62]],
  tiny: [["fb_in1k", 114], ["fb_in22k", 178], ["fb_in22k_ft_in1k", 114]],
  small: [["fb_in1k", 201], ["fb_in22k", 265], ["fb_in22k_ft_in1k", 201]],
  base: [["fb_in1k", 354], ["fb_in22k", 440], ["fb_in22k_ft_in1k", 354]],
  large: [["fb_in1k", 791], ["fb_in22k", 919], ["fb_in22k_ft_in1k", 791]],
  xlarge: [["fb_in22k", 1572], ["fb_in22k_ft_in1k", 1401]],
};

function timmConvnexts(): [string, Weights][] {
  return Object.entries(convnexts).flatMap(([size, rows]) =>
    rows.map(([tag, megabytes]): [string, Weights] => {
      const repo = `timm/convnext_${size}.${tag}`;
      return [repo, {
        ...imagenetView,
        fits: { kind: "convnext", size },
        side: 224,
        hub: { repo, paths: ["model.safetensors"] },
        megabytes,
        licence: tag.startsWith("fb_") ? meta : "Apache-2.0",
        naming: "timm",
        leaves: ["head.fc."],
      }];
    })
  );
}

function resnet(depth: number, [tag, megabytes]: Row): [string, Weights] {
  const repo = `timm/resnet${depth}.${tag}`;
  return [repo, {
    ...imagenetView,
    fits: { kind: "resnet", depth },
    side: tag === "tv2_in1k" ? 176 : 224,
    hub: { repo, paths: ["model.safetensors"] },
    megabytes,
    licence: tag.startsWith("tv") ? "BSD-3-Clause" : "Apache-2.0",
    naming: "torchvision",
    leaves: ["fc."],
  }];
}

/** A set of OpenAI's in the names of its own code, as timm's account publishes it for open_clip. */
function openClip(variant: string, [name, megabytes]: Row, side = 224): [string, Weights] {
  const paths = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"];
  return [`timm/${name}.openai`, {
    ...openaiView,
    fits: { kind: "clip", variant },
    side,
    hub: { repo: `timm/${name}.openai`, paths },
    megabytes,
    licence: openai,
    naming: "openai",
    leaves: [],
  }];
}

/** The same weights in the names of transformers. */
function transformersClip(variant: string, [name, megabytes]: Row, side = 224): [string, Weights] {
  const [, set] = openClip(variant, [name, megabytes], side);
  const hub = { repo: `openai/${name}`, paths: ["model.safetensors", "pytorch_model.bin"] };
  return [hub.repo, { ...set, hub, naming: "transformers" }];
}

/** Every set of weights by name: the account that publishes it and what it calls it. */
export const weightsTable: Readonly<Record<string, Weights>> = Object.fromEntries([
  ...timmConvnexts(),
  openClip("ViT-B/32", ["vit_base_patch32_clip_224", 605]),
  openClip("ViT-B/16", ["vit_base_patch16_clip_224", 599]),
  openClip("ViT-L/14", ["vit_large_patch14_clip_224", 1711]),
  openClip("ViT-L/14@336", ["vit_large_patch14_clip_336", 1712], 336),
  openClip("RN50", ["resnet50_clip", 408]),
  transformersClip("ViT-B/32", ["clip-vit-base-patch32", 605]),
  transformersClip("ViT-B/16", ["clip-vit-base-patch16", 599]),
  transformersClip("ViT-L/14", ["clip-vit-large-patch14", 1711]),
  transformersClip("ViT-L/14@336", ["clip-vit-large-patch14-336", 1712], 336),
  resnet(18, ["tv_in1k", 47]),
  resnet(18, ["a1_in1k", 47]),
  resnet(50, ["tv_in1k", 102]),
  resnet(50, ["tv2_in1k", 102]),
  resnet(50, ["a1_in1k", 102]),
  [pocketBackbone.name, {
    ...plainView,
    fits: { kind: "convnext", highPass: 10 },
    side: 64,
    hub: null,
    megabytes: 1,
    licence: pocketBackbone.licence,
    naming: "detector",
    leaves: ["head."],
  }],
  [pocketClip.name, {
    ...openaiView,
    fits: { kind: "clip", variant: "pocket" },
    side: 64,
    hub: null,
    megabytes: 2,
    licence: pocketClip.licence,
    naming: "transformers",
    leaves: [],
  }],
]);

/** The vocabulary of CLIP's texts, the same for every published tower: a repository of the hub and its files, 1.4 MB. */
export const clipVocabulary = { repo: "openai/clip-vit-base-patch32", paths: ["vocab.json", "merges.txt"] } as const;

/** Detectors whose weights are published, but not on the hub. */
export const elsewhere: readonly Elsewhere[] = [
  {
    name: "DRCT",
    what: "ConvNeXt-base and CLIP ViT-L/14 with their heads, .pth",
    address: "https://modelscope.cn/datasets/BokingChen/DRCT-2M/files (pretrained.zip)",
    licence: "not stated",
  },
  {
    name: "AlignedForensics",
    what: "ResNet-50 without downsampling, .pth",
    address: "https://github.com/AniSundar18/AlignedForensics (links in its README)",
    licence: "not stated",
  },
  {
    name: "LaRE",
    what: "code alone; its training writes .pth",
    address: "https://github.com/luo3300612/LaRE",
    licence: "Apache-2.0",
  },
];

/**
 * The entry of a name.
 *
 * @throws {RangeError} when there is none, with the nearest name
 */
export function weightsOf(name: string): Weights {
  if (Object.hasOwn(weightsTable, name)) return weightsTable[name];
  throw new RangeError(`Cannot find weights "${name}": ${meant(name, Object.keys(weightsTable), "known sets")}`);
}

/**
 * Why weights do not belong to a backbone, for the sentence that refuses it; null when they do.
 *
 * @param spec the backbone's options, with its kind
 * @throws as {@linkcode weightsOf}
 */
export function misfit(spec: { readonly kind: string }, name: string): string | null {
  const { fits } = weightsOf(name);
  const given = spec as unknown as Record<string, unknown>;
  for (const [option, expected] of Object.entries(fits)) {
    if (given[option] === expected) continue;
    return `weights "${name}" for ${option} ${show(given[option])}, expected ${option} ${show(expected)}`;
  }
  return null;
}
