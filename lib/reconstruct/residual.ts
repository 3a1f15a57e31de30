import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { type Ddim, ddim, ddimMethod } from "./ddim.ts";
import { type Img2img, img2img, img2imgMethod } from "./img2img.ts";
import { type Inpainting, inpainting, inpaintingMethod } from "./inpainting.ts";
import type { Method } from "./method.ts";
import { cutImage } from "./prepare.ts";
import { type Vae, vae, vaeMethod } from "./vae.ts";

/**
 * What of an image its reconstruction has lost, which is seen in its place: the difference of each channel of each pixel,
 * without its sign.
 *
 * Source: DIRE (Wang et al., ICCV 2023), of `ddim()`. Its code takes the difference before it rounds to 8 bits, and then
 * rounds down; taken of the 8 bits it is off that by a level at most.
 */
export interface Residual extends Part<"residual"> {
  /** How images are reconstructed. Which samples that part is `of` does not count: a residual is made of any. */
  readonly of: Ddim | Vae | Img2img | Inpainting;
}

/** Makes a {@linkcode Residual} part. */
export const residual: Maker<Residual, "of"> = part("residual", {}, {
  required: ["of"],
  parts: { of: [ddim, vae, img2img, inpainting] },
});

const inner = { ddim: ddimMethod, vae: vaeMethod, img2img: img2imgMethod, inpainting: inpaintingMethod };

/** How a {@linkcode Residual} part is carried out. */
export const residualMethod: Method<Residual> = {
  components: ({ of }) => methodOf(of).components(of),
  sort: ({ of }) => methodOf(of).sort(of),
  fitting: ({ of }) => methodOf(of).fitting(of),
  multiple: ({ of }, info) => methodOf(of).multiple(of, info),
  async reconstruct({ of }, images, pipeline) {
    const made = await methodOf(of).reconstruct(of, images, pipeline);
    const fitting = methodOf(of).fitting(of);
    return images.map(({ image }, i) => difference(cutImage(image, fitting), made[i]));
  },
};

function methodOf<P extends Residual["of"]>({ kind }: P): Method<P> {
  return inner[kind] as unknown as Method<P>;
}

/** The difference of two images of one size, in levels without sign. */
export function difference({ data, width, height }: Image, other: Image): Image {
  return { data: data.map((level, i) => Math.abs(level - other.data[i])), width, height };
}
