/**
 * Robust CLIP (Santosh et al. 2024): a perceptron on what CLIP makes of an image and of its caption, trained for the worst
 * rows of a batch and for the order of all. How much of its AUC do captions give away?
 *
 * The recipe is that of its code. Its batches hold one photograph to four fakes, as ELSA_D3 has them; here a batch has as
 * many of either. Its validation split is the test set here, and a share of the training records validates. It keeps the weights of every epoch and names none of them the best; here the last is judged.
 */
import {
  adamW,
  auc,
  clip,
  cosine,
  cvar,
  derive,
  elsaD3,
  type Experiment,
  experiment,
  mlp,
  sam,
  shortSide,
} from "../mod.ts";

/** Area under the ROC curve that its paper reports, per cent; it gives no interval and no number of seeds. */
export const published = { source: "arXiv 2404.12908", data: "ELSA_D3", auc: 99.999854 } as const;

/** Free parameters of the recipe. */
export interface Free {
  /** Share of the objective that CVaR has; the rest is the AUC's. Code: 0.5, tuned for each run. */
  readonly γ?: number;
  /** Share of the rows, the worst, that CVaR counts. Code: 0.8. */
  readonly α?: number;
  readonly seed?: number;
}

/** The published recipe. An image without a caption is refused. */
export function robustClip({ γ = 0.5, α = 0.8, seed = 1 }: Free = {}): Experiment {
  return experiment({
    name: "robust CLIP",
    seed,
    data: { train: [elsaD3()], test: [elsaD3()] },
    view: shortSide({ size: 224, place: "centre" }),
    model: {
      backbone: clip({ variant: "ViT-L/14", weights: "openai/clip-vit-large-patch14", towers: ["image", "text"] }),
      head: mlp(),
    },
    trainable: { lastStages: 0 },
    loss: { cvar: cvar({ weight: γ, alpha: α }), auc: auc({ weight: 1 - γ }) },
    optimizer: sam({ base: adamW({ rate: 1e-3, decay: 0.01 }) }),
    schedule: cosine({ period: 8, floor: 1e-5 }), // a quarter of the epochs
    batch: { size: 2048 },
    epochs: 32,
    select: { metric: "last" },
  });
}

/**
 * The same with the empty text where there is no caption: what it is right about is told with captions and with none, and
 * it can judge photographs of which nothing else is known.
 */
export function emptyWhereNone(free: Free = {}): Experiment {
  return derive(robustClip(free), {
    name: "robust CLIP, empty where none",
    model: { backbone: { captions: "empty" } },
  });
}

/** The same perceptron on what CLIP makes of the image alone, 768 numbers. */
export function imageAlone(free: Free = {}): Experiment {
  return derive(robustClip(free), { name: "robust CLIP, image alone", model: { backbone: { towers: null } } });
}
