/**
 * What the recipes have in common on the pocket world: its data, and networks that learn on patches of 64 pixels in the
 * minutes that two CPU cores have.
 */
import { type Clip, clip, convnext, pocket } from "../mod.ts";

/** Trained on one generator, the one nearest to Stable Diffusion 1.4 in its part, and tested on all eight. */
export const pocketData = {
  train: [pocket({ generators: ["latent-nearest"] })],
  validation: [pocket({ generators: ["latent-nearest"] })],
  test: [pocket()],
};

/** A network of 0.1 million parameters, from scratch, in the place of pretrained ones of tens of millions. */
export const smallConvnext = convnext({
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
});

/** The CLIP of the pocket world, its image tower, in the place of published ones. */
export function smallClip(): Clip {
  return clip({ variant: "pocket", weights: "pocket/clip" });
}
