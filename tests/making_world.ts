/** A few pictures of sides that tiny pipelines take, and a recipe on them that ends in seconds. */
import { derive, type Experiment } from "../lib/experiment.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { folders } from "../lib/layouts/mod.ts";
import { random } from "../lib/random.ts";
import { tinyDual } from "./tiny_world.ts";

/** Writes twelve photographs and as many fakes of 16 × 16 pixels below `data`. */
export async function writeMakingWorld(data: string): Promise<void> {
  for (const folder of ["photographs", "fakes"]) {
    await Deno.mkdir(`${data}/${folder}`, { recursive: true });
    for (let i = 0; i < 12; i++) {
      const draw = random(1, "making", folder, i);
      const grid = folder === "fakes" ? 40 : 0;
      const pixels = Uint8Array.from(
        { length: 16 * 16 * 3 },
        (_, at) => 60 + draw.integer(100) + (Math.floor(at / 3) % 2) * grid,
      );
      const bytes = await encodeImage({ data: pixels, width: 16, height: 16 }, { format: "png" });
      await Deno.writeFile(`${data}/${folder}/${String(i).padStart(2, "0")}.png`, bytes);
    }
  }
}

const world = folders({ real: ["photographs"], fake: { toy: "fakes" } });

/** An epoch of the classification alone on them; tested on the same. */
export const plainRecipe: Experiment = derive(tinyDual({ epochs: 1 }), {
  name: "making",
  data: { train: [world], validation: [world], test: [world] },
  reconstruct: null,
  batch: { size: 8, synced: false },
  loss: { contrastive: undefined, reconstruction: undefined },
});
