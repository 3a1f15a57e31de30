/**
 * Detectors as their authors publish them: their networks, what their own test code sees of an image, and where it puts
 * the threshold. Their files lie elsewhere (`elsewhere` of the table of weights) and are fetched by hand.
 *
 * Source: the test code of beibuwandeluori/DRCT, AniSundar18/AlignedForensics and luo3300612/LaRE.
 */
import { crop, type View } from "../augment/mod.ts";
import { meant } from "../definition/nearest.ts";
import { openTensors } from "../engine/tensor_file.ts";
import { disposeTree } from "../engine/tree.ts";
import { fromOpenAI } from "../models/clip_names.ts";
import { fromTimm } from "../models/convnext_names.ts";
import { type Detector as Names, fromDetector } from "../models/detector_names.ts";
import { clip, convnext, errorGuided, linear, resnet } from "../models/mod.ts";
import { type Model, type ModelNetwork, modelTemplate } from "../models/model.ts";
import { namedFile } from "../models/weights_file.ts";
import { elsewhere, imagenetView, loadNetwork } from "../models/weights.ts";
import { findErrorMaps, latentError } from "../reconstruct/mod.ts";
import type { StoredTensors } from "../engine/stored.ts";
import type { Detector, DetectorPlaces } from "./detector.ts";

/** A published detector. */
interface Published {
  /** Whose, as the table of weights names it. */
  readonly of: string;
  readonly names: Names;
  /** From the names of its backbone's publisher to the house's. */
  readonly own?: (stored: StoredTensors) => StoredTensors;
  readonly model: Model;
  readonly view: View;
  /** What its authors report of it, and how its view departs from theirs: a sentence each. */
  readonly about: readonly string[];
}

/**
 * Largest side that AlignedForensics's network sees here, pixels: at full size the maps of its first layers, which are as
 * large as the image and have 256 channels, overfill the memory of most machines.
 */
const LARGEST = 512;

/** By name. All of them call an image fake above 0.5, and normalise as ImageNet, CLIP's towers too. */
export const publishedDetectors: Readonly<Record<string, Published>> = {
  "DRCT-ConvB": {
    of: "DRCT",
    names: "drct",
    own: fromTimm,
    model: { backbone: convnext({ size: "base" }), head: linear({ embedding: 1024, classes: 2 }) },
    view: crop({ size: 224 }),
    about: ["Its authors report accuracies of 90.8 % on DRCT-2M and 82.1 % on GenImage, means over generators, at 0.5"],
  },
  "DRCT-UnivFD": {
    of: "DRCT",
    names: "drct",
    own: (stored) => fromOpenAI(stored, "image"),
    model: { backbone: clip({ variant: "ViT-L/14" }), head: linear({ embedding: 1024, classes: 2 }) },
    view: crop({ size: 224 }),
    about: ["Its authors report accuracies of 90.5 % on DRCT-2M and 89.5 % on GenImage, means over generators, at 0.5"],
  },
  "AlignedForensics": {
    of: "AlignedForensics",
    names: "alignedForensics",
    model: { backbone: resnet({ downsample: false }), head: linear() },
    view: crop({ size: LARGEST, pad: "symmetric" }),
    about: [
      `Its own code sees the whole image; here it sees the middle ${LARGEST} × ${LARGEST}, the image mirrored where it is ` +
      "smaller",
      "Its authors choose a threshold on 5,000 validation images of one's own; here it is 0.5",
    ],
  },
  "LaRE": {
    of: "LaRE",
    names: "lare",
    own: (stored) => fromOpenAI(stored, "image"),
    model: {
      backbone: clip({ variant: "RN50" }),
      refine: errorGuided({ map: latentError({ model: "sd15" }) }),
      head: linear({ classes: 2 }),
    },
    view: crop({ size: 224, pad: "reflect" }),
    about: [
      "It looks at error maps, which are made of the same images before: deno task reconstruct --method latentError",
    ],
  },
};

/**
 * Opens a published detector from the folder of weights, where its file has the detector's name: `DRCT-ConvB.pth`.
 *
 * @throws {RangeError} for an unknown name
 * @throws {Deno.errors.NotFound} when its file is not there; says where its authors publish it
 * @throws {TypeError} when the file does not fit the network
 */
export async function openPublished(
  name: string,
  { weights, artifacts }: Pick<DetectorPlaces, "weights" | "artifacts">,
): Promise<Detector> {
  if (!Object.hasOwn(publishedDetectors, name)) {
    throw new RangeError(`Cannot open the detector "${name}": ${meant(name, Object.keys(publishedDetectors))}`);
  }
  const { of, model, view, about, ...whose } = publishedDetectors[name];
  const file = weights === null ? null : await namedFile(weights, name);
  if (file === null) throw missing(name, of, weights);
  const network = loaded(model, file, whose);
  const map = model.refine?.map ?? null;
  return {
    ...{ name, model, network, view, ...imagenetView, tested: null, captions: null },
    about: [`${name} as its authors publish it; how often it is wrong on your images nobody measured here`, ...about],
    judgement: { threshold: 0.5, frozen: null, calibration: null, rates: [] },
    prepared: map === null ? null : async (sample) => (await findErrorMaps(map, [sample], { artifacts }))[0],
    [Symbol.dispose]: () => disposeTree(network),
  };
}

function loaded(model: Model, path: string, { names, own }: Pick<Published, "names" | "own">): ModelNetwork {
  const template = modelTemplate(model);
  try {
    using file = openTensors(path);
    return loadNetwork(template, fromDetector(file.tensors, { detector: names, own }));
  } finally {
    disposeTree(template);
  }
}

function missing(name: string, of: string, weights: string | null): Error {
  const { address, licence } = elsewhere.find((each) => each.name === of)!;
  const looked = weights === null
    ? "no folder of weights is named (--weights DIR or WEIGHTS)"
    : `"${weights}" holds no file "${name}.safetensors", .bin, .pth or .pt`;
  return new Deno.errors.NotFound(
    `Cannot open the detector "${name}": ${looked}. Fetch it from ${address}, licence ${licence}, and put it there ` +
      "under that name",
  );
}
