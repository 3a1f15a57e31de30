/** Loss terms by kind. */
import { aucLoss } from "./auc.ts";
import { binaryCrossEntropyLoss } from "./binary_cross_entropy.ts";
import { contrastiveLoss } from "./contrastive.ts";
import { crossEntropyLoss } from "./cross_entropy.ts";
import { cvarLoss } from "./cvar.ts";
import { marginContrastiveLoss } from "./margin_contrastive.ts";
import { reconstructionTripletLoss } from "./reconstruction_triplet.ts";
import { supervisedContrastiveLoss } from "./supervised_contrastive.ts";

export { type Auc, auc } from "./auc.ts";
export { type BinaryCrossEntropy, binaryCrossEntropy } from "./binary_cross_entropy.ts";
export { type Contrastive, contrastive } from "./contrastive.ts";
export { type CrossEntropy, crossEntropy } from "./cross_entropy.ts";
export { type Cvar, cvar } from "./cvar.ts";
export { type MarginContrastive, marginContrastive } from "./margin_contrastive.ts";
export { type ReconstructionTriplet, reconstructionTriplet } from "./reconstruction_triplet.ts";
export { type SupervisedContrastive, supervisedContrastive } from "./supervised_contrastive.ts";

/** What a term asks of the rest of an experiment. */
export interface LossNeeds {
  /** Logits a row; null when it does not look at them. */
  readonly logits: 1 | 2 | null;
  /** Which classes must have reconstructions. */
  readonly reconstructions: "none" | "both";
}

/** kind → its value, a scalar not yet weighted, and what it needs. */
export const losses = {
  auc: { value: aucLoss, logits: 1, reconstructions: "none" },
  binaryCrossEntropy: { value: binaryCrossEntropyLoss, logits: 1, reconstructions: "none" },
  contrastive: { value: contrastiveLoss, logits: null, reconstructions: "none" },
  crossEntropy: { value: crossEntropyLoss, logits: 2, reconstructions: "none" },
  cvar: { value: cvarLoss, logits: 1, reconstructions: "none" },
  marginContrastive: { value: marginContrastiveLoss, logits: null, reconstructions: "none" },
  reconstructionTriplet: { value: reconstructionTripletLoss, logits: null, reconstructions: "both" },
  supervisedContrastive: { value: supervisedContrastiveLoss, logits: null, reconstructions: "none" },
} as const satisfies Record<string, LossNeeds & { value: unknown }>;

/**
 * The type of the table.
 * @internal
 */
type Losses = typeof losses;

/** Any loss part. */
export type Loss = Parameters<Losses[keyof Losses]["value"]>[0];
