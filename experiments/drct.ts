/**
 * DRCT (Chen et al., ICML 2024): do reconstructions, told from photographs by a contrastive term beside the
 * classification, teach a detector what all diffusion models have in common?
 *
 * The recipe is that of its code (beibuwandeluori/DRCT), whose training commands stand in its README; the text says the
 * same where it says anything. Three things of the code are variants: it starts on two cards, and then its batches are
 * twice as large as the command says (`twoCards`); its transforms are made to change an image and its reconstruction
 * alike, but the commands read them as images of their own (`unsynced`); and its reconstructions can be had from its
 * release instead of being made (`released`).
 *
 * Not followed: half precision (`--is_amp`), the dropping of unreadable images to black ones called real, and that a
 * tenth of the reconstructions validates as well, beside a tenth of the images.
 */
import {
  adamW,
  blur,
  clip,
  compress,
  convnext,
  cosine,
  crossEntropy,
  ddim,
  derive,
  drct2M,
  existing,
  type Experiment,
  experiment,
  flip,
  genImage,
  inpainting,
  linear,
  marginContrastive,
  vae,
} from "../mod.ts";
import { drct as preparation } from "./augmentations.ts";
import { pocketData, smallConvnext, smallFrozen } from "./small.ts";
import { distinct, named, type Published } from "./variants.ts";

/** What its paper and README report: means over the test sets of GenImage (eight) and DRCT-2M (sixteen). */
export const published: Published = {
  source: "Chen et al., ICML 2024, and the README of its code, which corrects ConvB's BigGAN to 59.81",
  figures: [
    { variant: "drct-genimage", data: "GenImage", metric: "accuracy", percent: 82.08 },
    { variant: "drct-clip-genimage", data: "GenImage", metric: "accuracy", percent: 89.49 },
    { variant: "drct", data: "DRCT-2M", metric: "accuracy", percent: 90.79 },
    { variant: "drct-sd2", data: "DRCT-2M", metric: "accuracy", percent: 96.55 },
    { variant: "drct-clip", data: "DRCT-2M", metric: "accuracy", percent: 90.49 },
    { variant: "drct-clip-sd2", data: "DRCT-2M", metric: "accuracy", percent: 91.35 },
  ],
};

/** Free parameters of the recipe. */
export interface Free {
  /** Share of the contrastive term; the classification has the rest. Code: 0.3. */
  readonly α?: number;
  /** Distance of unit vectors up to which images of one class are left alone. Code: 0. */
  readonly positive?: number;
  /** Distance from which on images of different classes are left alone. Code: 1. */
  readonly negative?: number;
  /** Whose inpainting reconstructs: DRCT's SDv1-DR, SDv2-DR or SDXL-DR. */
  readonly model?: "sd1" | "sd2" | "sdxl";
  readonly seed?: number;
}

/** The published recipe on ConvNeXt-base ("ConvB"), trained on Stable Diffusion 1.4 of DRCT-2M. */
export function drct(
  { α = 0.3, positive = 0, negative = 1, model = "sd1", seed = 1 }: Free = {},
): Experiment {
  return experiment({
    name: "drct",
    seed,
    data: {
      train: [drct2M({ generators: ["stable-diffusion-v1-4"] })], // --fake_indexes 2
      validation: null, // a tenth of train2017, `split_data`
      test: [drct2M({ generators: "all" }), genImage({ generators: "all" })], // its tables within and across data sets
    },
    ...preparation({ size: 224 }), // `create_train_transforms`, --input_size 224 --is_crop
    reconstruct: inpainting({ model }), // `diffusion_rec.py`: 50 steps, guidance 7.5, seed 2023, no words, nothing masked
    model: {
      backbone: convnext({ size: "base", weights: "timm/convnext_base.fb_in22k" }), // --model_name convnext_base_in22k
      head: linear({ classes: 2, embedding: 1024 }), // --embedding_size 1024, nothing between the two layers
    },
    loss: {
      classification: crossEntropy({ weight: 1 - α }), // real against all the rest
      contrastive: marginContrastive({ weight: α, positive, negative }), // --alpha 0.3 --pos_margin 0 --neg_margin 1
    },
    optimizer: adamW({ rate: 1e-4, decay: 4e-5 }), // --lr 0.0001; the decay stands in the code
    schedule: cosine({ period: 5 }), // `CosineAnnealingLR(optimizer, 5)`, which rises again after five epochs
    batch: { size: 64, synced: true }, // --batch_size 64
    epochs: 17, // --num_epochs 17
    select: { metric: "accuracy" }, // the epoch whose validation accuracy is the highest is kept
  });
}

/** The published recipe on the image tower of CLIP ViT-L/14, which does not learn ("UnivFD"). */
export function drctClip(free: Free = {}): Experiment {
  return derive(drct(free), {
    name: "drct-clip",
    model: {
      // the code's own mean and deviation, ImageNet's, whatever CLIP was trained with
      backbone: clip({ variant: "ViT-L/14", weights: "openai/clip-vit-large-patch14", pixels: "imagenet" }),
    },
    trainable: { lastStages: 0 }, // --freeze_extractor
    batch: { size: 256 }, // --batch_size 256
  });
}

/** Either recipe trained on Stable Diffusion 1.4 of GenImage, and tested there. */
export function onGenImage(made: Experiment): Experiment {
  return derive(made, {
    name: `${made.name}-genimage`,
    data: { train: [genImage({ generators: ["sd14"] })], test: [genImage({ generators: "all" })] },
  });
}

/** With the reconstructions that DRCT has released, where they were fetched: nothing has to be made. */
export function released({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(drct({ seed }), {
    name: "drct-released",
    data: { train: [drct2M({ generators: ["stable-diffusion-v1-4"], reconstructions: "full_inpainting" })] },
    reconstruct: existing(),
  });
}

/** As the commands run it: `--device_id 2,3`, and the code multiplies the size of a batch by the number of cards. */
export function twoCards(made: Experiment): Experiment {
  return derive(made, { name: `${made.name}-two-cards`, batch: { size: 2 * made.batch.size } });
}

/** As the commands read the data: an image and its reconstruction are changed and cut each by a draw of its own. */
export function unsynced({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(drct({ seed }), { name: "drct-unsynced", batch: { synced: false } });
}

/** Photographs are reconstructed and fakes are not: batches of the same images as the recipe's. */
export function withoutFakeReconstructions({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(drct({ seed }), {
    name: "drct-real-reconstructions",
    reconstruct: { of: "real" },
    batch: { size: 48 },
  });
}

/** Reconstructions are only more fakes: without the contrastive term. */
export function withReconstructions({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(drct({ seed }), {
    name: "drct-reconstructions",
    loss: { classification: { weight: 1 }, contrastive: undefined },
  });
}

/** The same network on photographs and fakes alone, the same ones in every step. */
export function plain({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(withReconstructions({ seed }), {
    name: "drct-plain",
    reconstruct: null,
    batch: { size: 32, synced: false },
  });
}

/**
 * The same question on the pocket world: the small network of the dual loss, with its numbers, for ConvNeXt-base, and the
 * shipped detector's, which does not learn, for ViT-L/14. Loss terms and their weights stay. It has no second and third
 * inpainting model, and other ways in their place: the world's own reconstructions are "sd1", its small diffusion model
 * there and back by DDIM "sd2", its autoencoder alone "sdxl".
 */
export function onPocket(published: Experiment): Experiment {
  const here = derive(published, {
    data: pocketData,
    view: { size: 64 },
    reconstruct: onPocketBy(published.reconstruct),
    augment: [flip({ p: 0.5 }), compress({ quality: [80, 95], p: 0.2 }), blur({ sigma: [0.2, 0.6], p: 0.1 })],
    model: { backbone: smallConvnext, head: { embedding: 128, activation: "gelu" } },
    loss: { classification: { balanced: true } }, // as the dual loss has it: one photograph to three fakes
    optimizer: { rate: 2e-3, decay: 0.02 },
    schedule: { period: 9.5, warmup: 0.5, every: "step" },
    epochs: 10,
    select: { metric: "last" }, // validation knows only the generator trained on, which is solved early
  });
  if (published.model.backbone.kind !== "clip") return here;
  // nothing is drawn, so that what the network makes of a patch is made once
  return derive(here, {
    view: { place: "centre" },
    augment: [],
    model: { backbone: smallFrozen },
  });
}

function onPocketBy(reconstruct: Experiment["reconstruct"]): Experiment["reconstruct"] {
  if (reconstruct?.kind !== "inpainting") return reconstruct;
  const { model, of } = reconstruct;
  if (model === "sd1") return existing({ of });
  return model === "sd2" ? ddim({ model: "pocket", of }) : vae({ model: "pocket", of });
}

/**
 * The ablation: reconstructions or none, as more fakes or told apart by the contrastive term, of photographs alone; how
 * much of that term, its margins, what reconstructs, and the tower in the place of the ConvNeXt.
 */
export const ablations: readonly Experiment[] = distinct([
  plain(),
  withReconstructions(),
  withoutFakeReconstructions(),
  drct(),
  drctClip(),
  ...named(drct, { α: [0.1, 0.3, 0.5, 0.7, 0.9] }),
  ...named(drct, { positive: [0, 0.2, 0.4] }),
  ...named(drct, { negative: [0.5, 1, 1.5] }),
  ...named(drct, { model: ["sd1", "sd2", "sdxl"] }),
]);

/** The same on the pocket world. */
export const pocketAblations: readonly Experiment[] = ablations.map(onPocket);

export default ablations;
