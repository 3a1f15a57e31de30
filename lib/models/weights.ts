/** Pretrained weights: what each set is called, where it comes from, and how images must be normalised for it. */
import { createHash } from "node:crypto";
import { meant } from "../definition/nearest.ts";
import { loadInto } from "../engine/layout.ts";
import { clone, scalar } from "../engine/ops.ts";
import { readSafetensors, type Stored, type StoredTensors } from "../engine/safetensors.ts";
import { entries, fill, type Tree } from "../engine/tree.ts";
import type { ClipVariant } from "./clip.ts";
import type { Convnext } from "./convnext.ts";
import { fromTimm } from "./convnext_names.ts";
import type { Network } from "./network.ts";
import type { Resnet } from "./resnet.ts";

/** How pixels (0…1) become a network's input: (pixel − mean) / std, by channel in the order R, G, B. */
export interface View {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One published set of weights. */
export interface Weights extends View {
  /** What it belongs to: a size of ConvNeXt, a depth of ResNet or a variant of CLIP. */
  readonly size: NonNullable<Convnext["size"]> | Resnet["depth"] | ClipVariant;
  /** Path inside the folder of weights. */
  readonly file: string;
  /** Where the file is published. */
  readonly address: string;
  readonly licence: string;
  /** Beginnings of names in the file that the backbone leaves out: its classifier. */
  readonly leaves: readonly string[];
}

/** Mean and standard deviation of ImageNet's training images, as torchvision and timm print them. */
export const imagenetView: View = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Mean and standard deviation of CLIP's training images, as OpenAI's code prints them. */
export const openaiView: View = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** For networks trained from scratch: −1…1. */
export const plainView: View = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

function timm(name: string, told: Pick<Weights, "size" | "licence" | "leaves">): [string, Weights] {
  return [name, {
    ...imagenetView,
    ...told,
    file: `${name}.safetensors`,
    address: `https://huggingface.co/${name}/resolve/main/model.safetensors`,
  }];
}

function timmConvnext(size: NonNullable<Convnext["size"]>, tag: string): [string, Weights] {
  const licence = tag.startsWith("fb_")
    ? "Apache-2.0 as published by timm; MIT in the original repository, facebookresearch/ConvNeXt"
    : "Apache-2.0";
  return timm(`timm/convnext_${size}.${tag}`, { size, licence, leaves: ["head.fc."] });
}

/** Torchvision's first weights of a ResNet, which AlignedForensics starts from. */
function timmResnet(depth: Resnet["depth"]): [string, Weights] {
  return timm(`timm/resnet${depth}.tv_in1k`, { size: depth, licence: "BSD-3-Clause", leaves: ["fc."] });
}

/** Every set of weights by name. The names are timm's, after the account that publishes them. */
export const weightsTable: Readonly<Record<string, Weights>> = Object.fromEntries([
  timmConvnext("atto", "d2_in1k"),
  timmConvnext("femto", "d1_in1k"),
  timmConvnext("pico", "d1_in1k"),
  ...["d1h_in1k", "in12k", "in12k_ft_in1k"].map((tag) => timmConvnext("nano", tag)),
  ...(["tiny", "small", "base", "large"] as const).flatMap((size) => [
    timmConvnext(size, "fb_in1k"),
    timmConvnext(size, "fb_in22k"),
    timmConvnext(size, "fb_in22k_ft_in1k"),
  ]),
  timmConvnext("xlarge", "fb_in22k"),
  timmConvnext("xlarge", "fb_in22k_ft_in1k"),
  timmResnet(18),
  timmResnet(50),
]);

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
 * Where the file of a set lies.
 *
 * @param folder of weights, null when the user named none
 * @throws {Deno.errors.NotFound} saying which file is expected, where it comes from and under which licence
 */
export async function weightsFile(name: string, folder: string | null): Promise<string> {
  const { file, address, licence } = weightsOf(name);
  const get = `fetch ${address} (${licence}) and save it there`;
  if (folder === null) {
    throw new Deno.errors.NotFound(
      `Cannot load weights "${name}": no folder of weights is named (weights of run(), --weights DIR or WEIGHTS), ` +
        `expected one that holds "${file}"; ${get}`,
    );
  }
  const path = `${folder}/${file}`;
  try {
    if ((await Deno.stat(path)).isFile) return path;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  throw new Deno.errors.NotFound(`Cannot load weights "${name}": no file "${path}"; ${get}`);
}

/**
 * A network like `template` with the weights of a published set.
 *
 * @param template stays the caller's
 * @returns tensors that the caller owns
 * @throws {Deno.errors.NotFound} as {@linkcode weightsFile}
 * @throws {TypeError} when the file does not fit the template, as {@linkcode loadInto}
 */
export async function loadWeights(name: string, folder: string | null, template: Network): Promise<Network> {
  const path = await weightsFile(name, folder);
  const { leaves } = weightsOf(name);
  let stored: Map<string, Stored>;
  try {
    stored = readSafetensors(await Deno.readFile(path));
  } catch (cause) {
    throw new Error(`Cannot load weights "${name}": "${path}" is not readable; fetch it again`, { cause });
  }
  for (const key of stored.keys()) {
    if (leaves.some((start) => key.startsWith(start))) stored.delete(key);
  }
  return loadNetwork(template, fromTimm(stored));
}

/**
 * A network like `template` from tensors under its names: parameters and buffers side by side, as PyTorch has them.
 * What counts batches may be missing, as in files from before PyTorch 0.4.1; it starts at the template's.
 *
 * @param template stays the caller's
 * @returns tensors that the caller owns
 * @throws {TypeError} as {@linkcode loadInto}
 */
export function loadNetwork<P extends Tree, B extends Tree>(
  template: Network<P, B>,
  stored: StoredTensors,
): Network<P, B> {
  const all = [...entries(template.params), ...entries(template.buffers)];
  const isCount = (name: string) => name.endsWith(".num_batches_tracked");
  const leaves = Object.fromEntries(all.filter(([name]) => !isCount(name)));
  const loaded = new Map(Object.entries(loadInto(leaves, new Map([...stored].filter(([name]) => !isCount(name))))));
  for (const [name, tensor] of all.filter(([name]) => isCount(name))) {
    const count = stored.get(name)?.data[0];
    loaded.set(name, count === undefined ? clone(tensor) : scalar(Number(count)));
  }
  return { params: fill(template.params, loaded), buffers: fill(template.buffers, loaded) };
}

/**
 * SHA-256 of a file of weights, for the record of a run; read in pieces, since files have hundreds of megabytes.
 *
 * @throws as {@linkcode weightsFile}
 */
export async function hashWeights(name: string, folder: string | null): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(await weightsFile(name, folder));
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}
