/** A GenImage of a few small pictures in the form of DRCT's release, and a recipe that learns it in seconds. */
import { adamW } from "../lib/optimizers/adamw.ts";
import { flip } from "../lib/augment/flip.ts";
import { crop } from "../lib/augment/crop.ts";
import { type Experiment, experiment } from "../lib/experiment.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { genImage } from "../lib/layouts/genimage.ts";
import { binaryCrossEntropy, contrastive, reconstructionTriplet } from "../lib/losses/mod.ts";
import { convnext, linear } from "../lib/models/mod.ts";
import { random } from "../lib/random.ts";
import { existing } from "../lib/reconstruct/mod.ts";
import { cosine } from "../lib/schedules/mod.ts";

const side = 20;
const halves = [["nature", 0], ["ai", 1]] as const;

/** Writes the pictures below `data`: per split and class as many as `count`, fakes with a grid of two pixels. */
export async function writeTinyWorld(data: string, { count = 12 } = {}): Promise<void> {
  for (const folder of ["stable_diffusion_v_1_4/imagenet_ai_0419_sdv4", "BigGAN/imagenet_ai_0419_biggan"]) {
    for (const split of ["train", "val"]) {
      for (const [half, fake] of halves) {
        for (const [kind, rebuilt] of [["crop", 0], ["inpainting", 1]] as const) {
          const target = `${data}/GenImage/${folder}/${split}/${half}/${kind}`;
          await Deno.mkdir(target, { recursive: true });
          for (let i = 0; i < count; i++) {
            const bytes = await picture(`${folder}/${split}/${half}/${i}`, Math.max(fake, rebuilt) * 24);
            await Deno.writeFile(`${target}/${String(i).padStart(3, "0")}.png`, bytes);
          }
        }
      }
    }
  }
}

/** Soft colours, with a grid of the given strength laid over them. */
async function picture(name: string, grid: number): Promise<Uint8Array> {
  const draw = random(1, "tiny", name);
  const colour = Array.from({ length: 12 }, () => 40 + draw.integer(150));
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    const [u, v] = [x / side, y / side];
    const corner = (k: number) => colour[3 * k + channel];
    const soft = (corner(0) * (1 - u) + corner(1) * u) * (1 - v) + (corner(2) * (1 - u) + corner(3) * u) * v;
    return soft + draw.uniform() * 12 + ((x + y) % 2 === 0 ? grid : 0);
  });
  return await encodeImage({ data, width: side, height: side }, { format: "png" });
}

/** The dual recipe at the size of these pictures: two epochs of three steps. */
export function tinyDual({ seed = 1, epochs = 2 } = {}): Experiment {
  return experiment({
    name: "tiny dual",
    seed,
    data: {
      train: [genImage({ generators: ["sd14"], reconstructions: "inpainting" })],
      test: [genImage({ generators: ["sd14", "biggan"], reconstructions: "inpainting" })],
    },
    view: crop({ size: 16 }),
    reconstruct: existing(),
    augment: [flip({ p: 0.5 })],
    model: {
      backbone: convnext({
        depths: [1, 1],
        dims: [8, 16],
        kernel: 3,
        stem: { size: 2, stride: 2 },
        expansion: 2,
        layerScale: 0.5,
        highPass: 5,
      }),
      head: linear({ classes: 1, embedding: 8 }),
    },
    loss: {
      classification: binaryCrossEntropy({ balanced: true }),
      contrastive: contrastive(),
      reconstruction: reconstructionTriplet({ weight: 0.05 }),
    },
    optimizer: adamW({ rate: 1e-2 }),
    schedule: cosine({ period: epochs, every: "step" }),
    batch: { size: 12, synced: true },
    epochs,
    select: { metric: "last" },
  });
}
