/**
 * Dual-loss learning: does a reconstruction term beside the contrastive one make a better detector, and how much of it?
 *
 * The recipe is the dual-loss write-up's. Where it is silent it says to build on DRCT (Chen et al., ICML 2024), and
 * DRCT's reference code fills the gap; each number names its source. Two things the write-up leaves open are variants
 * here: which way its reconstruction term is read (`orientation`), and whether the 1024 numbers in front of the
 * classifier are the backbone's own or a further layer's (`dualEmbedding`). A third is how much of DRCT's augmentation
 * belongs to it (`dualAugmented`).
 */
import {
  adamW,
  binaryCrossEntropy,
  blur,
  compress,
  contrastive,
  convnext,
  cosine,
  crop,
  derive,
  existing,
  type Experiment,
  experiment,
  flip,
  genImage,
  grid,
  inpainting,
  linear,
  reconstructionTriplet,
} from "../mod.ts";
import { drct as preparation } from "./augmentations.ts";
import { pocketData, smallConvnext } from "./small.ts";
import { distinct, named } from "./variants.ts";

/**
 * What the write-up reports of its recipe: mean accuracy over the generators of GenImage, in per cent, and the epochs of
 * training that each needed. It gives no intervals, no number of seeds and no further metric.
 */
export const published = {
  source: "the write-up of the dual-loss project (no paper, no public code)",
  data: "GenImage",
  accuracy: { "contrastive-only": 77.18, "dual": 81.01 },
  epochs: { "contrastive-only": "over 15", "dual": "fewer than 5" },
} as const;

/** Free parameters of the recipe. */
export interface Free {
  /** Weight of the reconstruction term. Write-up: 0.05. */
  readonly λ?: number;
  /** Margin of the reconstruction term, squared distance of unit vectors. The write-up gives no number. */
  readonly γ?: number;
  /** m of the contrastive term, a cosine. The write-up gives no number; at 0 only sharper angles repel. */
  readonly margin?: number;
  /** Which way the printed reconstruction formula is read; "stated" does what the write-up's text says. */
  readonly orientation?: "stated" | "printed";
  readonly seed?: number;
}

/** The published recipe: contrastive and reconstruction term beside binary cross-entropy. */
export function dual({ λ = 0.05, γ = 0.5, margin = 0, orientation = "stated", seed = 1 }: Free = {}): Experiment {
  return experiment({
    name: "dual",
    seed,
    data: {
      train: [genImage({ generators: ["sd14"] })], // GenImage's protocol, which the write-up's 81.01 % belongs to
      test: [genImage({ generators: "all" })],
    },
    view: crop({ size: 224 }), // DRCT
    reconstruct: inpainting({ model: "sd1" }), // write-up: SD inpainting, of real and fake
    augment: [
      // DRCT's code, whose blur has kernels of 3 to 7 pixels; `dualAugmented` has its seven further steps as well
      compress({ quality: [30, 100], p: 0.5 }),
      flip({ p: 0.5 }),
      blur({ sigma: [0.8, 1.4], p: 0.1 }),
    ],
    model: {
      backbone: convnext({ size: "base", weights: "timm/convnext_base.fb_in22k" }), // write-up; weights: DRCT
      head: linear({ classes: 1 }), // write-up: the 1024 numbers before the last layer are the embedding
    },
    loss: {
      classification: binaryCrossEntropy(), // write-up
      contrastive: contrastive({ margin }),
      reconstruction: reconstructionTriplet({ weight: λ, margin: γ, orientation }),
    },
    optimizer: adamW({ rate: 1e-4, decay: 4e-5 }), // DRCT
    schedule: cosine({ period: 5 }), // DRCT: T_max 5, which rises again after five epochs
    batch: { size: 64, synced: true }, // DRCT for ConvNeXt, one draw for an image and its reconstruction
    epochs: 17, // DRCT; write-up: over 15 without the reconstruction term, fewer than 5 with it
  });
}

/** The recipe with DRCT's layer of 1024 between backbone and classifier. */
export function dualEmbedding(free: Free = {}): Experiment {
  return derive(dual(free), { name: "dual-embedding", model: { head: { embedding: 1024 } } });
}

/** The recipe with all that DRCT's code does to an image; runs and reconstructions of the recipe are older than those parts. */
export function dualAugmented(free: Free = {}): Experiment {
  return derive(dual(free), { name: "dual-augmented", ...preparation() });
}

/** Without the reconstruction term. */
export function contrastiveOnly({ margin, seed }: Pick<Free, "margin" | "seed"> = {}): Experiment {
  return derive(dual({ margin, seed }), { name: "contrastive-only", loss: { reconstruction: undefined } });
}

/** Without metric terms: reconstructions are only more fakes. */
export function withReconstructions({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(contrastiveOnly({ seed }), { name: "with-reconstructions", loss: { contrastive: undefined } });
}

/** Real and fake images alone: the same ones in every step, without the rows of their reconstructions. */
export function plain({ seed }: Pick<Free, "seed"> = {}): Experiment {
  return derive(withReconstructions({ seed }), {
    name: "plain",
    reconstruct: null,
    batch: { size: 32, synced: false },
  });
}

/**
 * The same question on the pocket world, for two CPU cores: a network of 0.1 million parameters from scratch instead of a
 * pretrained one of 88 million, on patches of 64 pixels. What is asked, the loss terms and their weights, stays.
 */
export function onPocket(published: Experiment): Experiment {
  return derive(published, {
    data: pocketData,
    view: { size: 64 },
    reconstruct: published.reconstruct === null ? null : existing(),
    augment: [flip({ p: 0.5 }), compress({ quality: [80, 95], p: 0.2 }), blur({ sigma: [0.2, 0.6], p: 0.1 })],
    model: {
      backbone: smallConvnext,
      head: { embedding: 128, activation: "gelu" },
    },
    loss: { classification: { balanced: true } }, // one photograph to three fakes moves the threshold otherwise
    optimizer: { rate: 2e-3, decay: 0.02 },
    schedule: { period: 9.5, warmup: 0.5, every: "step" },
    epochs: 10,
    select: { metric: "last" }, // validation knows only the generator trained on, which is solved early
  });
}

/** The sweep that the write-up leaves open: both readings of the reconstruction term, its weight and its margin. */
export const sweep: readonly Experiment[] = grid(dual, {
  orientation: ["stated", "printed"],
  λ: [0.01, 0.05, 0.2],
  γ: [0.1, 0.5, 1],
});

/**
 * The ablation: what reconstructions give as more fakes, what the contrastive term adds, and what the reconstruction term,
 * in both readings, by its weight and margin. Accuracy by epoch stands in each record, and `epochsToReach` tells after how
 * many one was good enough.
 */
export const ablations: readonly Experiment[] = distinct([
  plain(),
  withReconstructions(),
  contrastiveOnly(),
  dual(),
  ...named(dual, { orientation: ["stated", "printed"], λ: [0.01, 0.05, 0.2], γ: [0.1, 0.5, 1] }),
]);

/** The same on the pocket world. */
export const pocketAblations: readonly Experiment[] = ablations.map(onPocket);

export default [plain(), withReconstructions(), contrastiveOnly(), dual(), ...sweep];
