/**
 * What the recipes have in common on the pocket world: its data, and networks that learn on patches of 64 pixels in the
 * minutes that two CPU cores have.
 */
import { convnext, pocket } from "../mod.ts";

/** Trained on one generator, the one nearest to Stable Diffusion 1.4 in its part, and tested on all eight. */
export const pocketData = {
  train: [pocket({ generators: ["latent-nearest"] })],
  validation: [pocket({ generators: ["latent-nearest"] })],
  test: [pocket()],
};

const sizes = {
  depths: [1, 1, 1],
  dims: [24, 48, 96],
  kernel: 5,
  stem: { size: 4, stride: 2 },
  expansion: 2,
  layerScale: 0.3,
  // without these three nothing is learned in so few steps: found with dual_loss.ts's plain variant on validation
  highPass: 10,
  transitions: "gelu",
  initial: "fanIn",
} as const;

/** A network of 0.1 million parameters, from scratch, in the place of pretrained ones of tens of millions. */
export const smallConvnext = convnext(sizes);

/**
 * The same as it stands in the shipped detector, in the place of large networks that do not learn and know generators all
 * the same. The world's small CLIP knows none: it learned what photographs show, and photographs and fakes show the same.
 * A perceptron on its features stays at AUC .50 on validation, on these it reaches .99. They learned from the training
 * split of the same generator; of the other seven they know what they know.
 */
export const smallFrozen = convnext({ ...sizes, weights: "pocket/detector" });
