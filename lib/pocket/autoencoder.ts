/**
 * Pictures to latents and back. The way there is fixed: principal components of blocks of pixels, since an encoder
 * learned in minutes smears what the decoder then cannot mend. The way back is learned.
 */
// B samples · H, W height and width of the latents · L latent channels · N pixels of a block's side (4)
import { add, convolve, convolveTranspose, type Tensor, tensor, type Tensor4D } from "../engine/ops.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { decode, type DecoderParams } from "./networks.ts";
import { principalComponents } from "./pca.ts";

/** Side of the block of pixels that becomes one latent. */
export const block = 4;

/** The fixed half: a linear map of blocks, and its transpose. */
export type AnalysisParams = {
  /** [N, N, 3, L] */
  readonly weight: Tensor;
  /** [L] */
  readonly bias: Tensor;
};

/** The linear way back from latents to blocks. */
export type SynthesisParams = {
  /** [N, N, 3, L] */
  readonly weight: Tensor;
  /** [3] */
  readonly bias: Tensor;
};

/** Weights of an autoencoder. */
export type AutoencoderParams = {
  readonly analysis: AnalysisParams;
  readonly synthesis: SynthesisParams;
  readonly decoder: DecoderParams;
};

/**
 * The linear maps for `latent` components, from the blocks of some pictures. A component is divided by the root of
 * its deviation, halfway to giving all the same weight, and all by one number that makes their common variance 1.
 */
export function fitAnalysis(pictures: readonly Image[], latent: number): Omit<AutoencoderParams, "decoder"> {
  const rows = blockRows(pictures);
  const means = [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = channel; i < rows.length; i += 3) sum += rows[i];
    return sum / (rows.length / 3);
  });
  for (let i = 0; i < rows.length; i++) rows[i] -= means[i % 3];
  const width = block * block * 3;
  const { axes, deviations } = principalComponents(rows, { width, count: latent });
  const variance = deviations.reduce((sum, deviation) => sum + deviation, 0) / latent;
  const forth = new Float32Array(width * latent);
  const back = new Float32Array(width * latent);
  const shift = new Float32Array(latent);
  for (let k = 0; k < latent; k++) {
    const scale = 1 / Math.sqrt(deviations[k] * variance);
    for (let i = 0; i < width; i++) {
      forth[i * latent + k] = axes[k * width + i] * scale;
      back[i * latent + k] = axes[k * width + i] / scale;
      shift[k] -= axes[k * width + i] * scale * means[i % 3];
    }
  }
  const shape: [number, number, number, number] = [block, block, 3, latent];
  return {
    analysis: { weight: tensor(forth, shape), bias: tensor(shift) },
    synthesis: { weight: tensor(back, shape), bias: tensor(Float32Array.from(means)) },
  };
}

/** Pixels −1…1 to latents: [B, 4H, 4W, 3] → [B, H, W, L]. */
export function toLatents({ weight, bias }: AnalysisParams, x_BHW3: Tensor4D): Tensor4D {
  return convolve(x_BHW3, weight as Tensor4D, bias, { stride: block }) as Tensor4D;
}

/** Latents to blocks, linearly: what of the picture the latents hold. [B, H, W, L] → [B, 4H, 4W, 3] */
export function linearPicture({ weight, bias }: SynthesisParams, z_BHWL: Tensor4D): Tensor4D {
  return convolveTranspose(z_BHWL, weight as Tensor4D, bias, { stride: block, pad: "same" }) as Tensor4D;
}

/**
 * Latents to pixels, not clipped: [B, H, W, L] → [B, 4H, 4W, 3].
 *
 * @param skip whether the decoder adds to the linear picture or makes the whole
 */
export function toPixels(p: Omit<AutoencoderParams, "analysis">, z_BHWL: Tensor4D, skip: boolean): Tensor4D {
  const made_BHW3 = decode(p.decoder, z_BHWL);
  return skip ? add(made_BHW3, linearPicture(p.synthesis, z_BHWL)) as Tensor4D : made_BHW3;
}

/** Every whole block of the pictures as a row of 48 values −1…1. */
function blockRows(pictures: readonly Image[]): Float32Array {
  const rows: number[][] = [];
  for (const picture of pictures) {
    for (let y = 0; y + block <= picture.height; y += block) {
      for (let x = 0; x + block <= picture.width; x += block) {
        const { data } = cropImage(picture, { x, y, width: block, height: block });
        rows.push(Array.from(data, (value) => value / 127.5 - 1));
      }
    }
  }
  return Float32Array.from(rows.flat());
}
