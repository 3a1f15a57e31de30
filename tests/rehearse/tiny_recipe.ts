/** Recipes of every kind of need at the size of networks that learn in seconds. */
import { crop } from "../../lib/augment/crop.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { genImage } from "../../lib/layouts/genimage.ts";
import { inpainting } from "../../lib/reconstruct/mod.ts";
import { tinyDual } from "../tiny_world.ts";

/** The dual recipe with reconstructions that a pipeline makes, on GenImage as it is published. */
export function tinyRecipe(): Experiment {
  return derive(tinyDual(), {
    name: "tiny recipe",
    data: {
      train: [genImage({ generators: ["sd14"] })],
      test: [genImage({ generators: ["sd14", "biggan"] })],
    },
    view: crop({ size: 16 }),
    reconstruct: inpainting({ model: "sd1", steps: 50 }),
    epochs: 17,
  });
}
