import { encodeImage, type Encoding } from "../../lib/image/encode.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";

/** How the files of a made-up GenImage are stored. */
export interface Planting {
  /** Images of each class in each split. */
  readonly count: number;
  /** The n-th photograph, and the n-th fake, which shows the same. */
  readonly real: (n: number) => Encoding;
  readonly fake: (n: number) => Encoding;
  /** Width and height of the n-th image of a class. */
  readonly size?: (n: number, label: "real" | "fake") => readonly [width: number, height: number];
  /** Which picture the n-th image of a split shows; those of equal number show the same. */
  readonly shows?: (n: number, split: "train" | "val", label: "real" | "fake") => number;
}

const folders = {
  train: { real: "train/nature", fake: "train/ai" },
  val: { real: "val/nature", fake: "val/ai" },
} as const;

/** Writes a GenImage with one generator, sd14, into a folder: photographs and fakes of the same pixels unless told. */
export async function plant(data: string, { count, real, fake, size, shows }: Planting): Promise<void> {
  for (const split of ["train", "val"] as const) {
    for (const label of ["real", "fake"] as const) {
      const folder = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/${folders[split][label]}`;
      await Deno.mkdir(folder, { recursive: true });
      for (let n = 0; n < count; n++) {
        const [width, height] = size?.(n, label) ?? [48, 48];
        const number = shows?.(n, split, label) ?? n + (split === "val" ? count : 0);
        const encoding = (label === "real" ? real : fake)(n);
        const name = `${label}-${n}.${encoding.format === "jpeg" ? "jpg" : encoding.format}`;
        await Deno.writeFile(`${folder}/${name}`, await encodeImage(scene(number, { width, height }), encoding));
      }
    }
  }
}

/** A picture of soft blobs, large and small, on a slope, with grain: of its own for every number, at any size the same. */
export function scene(number: number, { width, height }: { readonly width: number; readonly height: number }): Image {
  const draw = random(7, "scene", number);
  const blobs = Array.from({ length: 24 }, () => ({
    x: draw.uniform(),
    y: draw.uniform(),
    radius: 0.03 + 0.12 * draw.uniform(),
    colour: [0, 1, 2].map(() => 140 * (draw.uniform() - 0.5)),
  }));
  const slope = [0, 1, 2].map(() => 60 * (draw.uniform() - 0.5));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    const weights = blobs.map((blob) => Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.radius ** 2)));
    const grain = 6 * draw.normal();
    for (let c = 0; c < 3; c++) {
      const value = blobs.reduce((sum, { colour }, k) => sum + weights[k] * colour[c], 118 + slope[c] * (x + y - 1));
      data[3 * i + c] = Math.max(0, Math.min(255, Math.round(value + grain)));
    }
  }
  return { data, width, height };
}
