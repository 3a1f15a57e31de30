/**
 * Pictures to latents and back. The way there is fixed: principal components of blocks of pixels, since an encoder
 * learned in minutes smears what the decoder then cannot mend. The way back is learned.
 */
// B samples · H, W height and width of the latents · L latent channels · N pixels of a block's side · G groups of components · K codewords
import { add, convolve, convolveTranspose, type Tensor, tensor, type Tensor4D, tidy } from "../engine/ops.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { toTensor } from "./crops.ts";
import { fitCodebooks, nearestCodewords } from "./codebooks.ts";
import { decode, type DecoderParams } from "./networks.ts";
import { principalComponents } from "./pca.ts";

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

/** Components of one codeword. */
const width = 3;

/** What is fitted before anything is learned. */
export type FixedParams = {
  readonly analysis: AnalysisParams;
  readonly synthesis: SynthesisParams;
  /** [G, K, 3], where latents are rounded to codewords */
  readonly codebooks?: Tensor;
};

/** Weights of an autoencoder. */
export type AutoencoderParams = FixedParams & { readonly decoder: DecoderParams };

/**
 * The linear maps for `latent` components, from the square blocks of some pictures. A component is divided by the
 * root of its deviation, halfway to giving all the same weight, and all by one number that makes their common
 * variance 1.
 *
 * @param block side of a block, in pixels
 */
export function fitAnalysis(
  pictures: readonly Image[],
  { latent, block }: { latent: number; block: number },
): FixedParams {
  const rows = blockRows(pictures, block);
  const means = [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = channel; i < rows.length; i += 3) sum += rows[i];
    return sum / (rows.length / 3);
  });
  for (let i = 0; i < rows.length; i++) rows[i] -= means[i % 3];
  const pixels = block * block * 3;
  const { axes, deviations } = principalComponents(rows, { width: pixels, count: latent });
  const variance = deviations.reduce((sum, deviation) => sum + deviation, 0) / latent;
  const forth = new Float32Array(pixels * latent);
  const back = new Float32Array(pixels * latent);
  const shift = new Float32Array(latent);
  for (let k = 0; k < latent; k++) {
    const scale = 1 / Math.sqrt(deviations[k] * variance);
    for (let i = 0; i < pixels; i++) {
      forth[i * latent + k] = axes[k * pixels + i] * scale;
      back[i * latent + k] = axes[k * pixels + i] / scale;
      shift[k] -= axes[k * pixels + i] * scale * means[i % 3];
    }
  }
  const shape: [number, number, number, number] = [block, block, 3, latent];
  return {
    analysis: { weight: tensor(forth, shape), bias: tensor(shift) },
    synthesis: { weight: tensor(back, shape), bias: tensor(Float32Array.from(means)) },
  };
}

/** The same with a codebook of `codes` words for each three components, fitted to the latents of the pictures. */
export function fitCodes(
  pictures: readonly Image[],
  { fixed, codes, random }: { fixed: FixedParams; codes: number; random: Random },
): FixedParams {
  const z_BHWL = tidy(() => toLatents(fixed.analysis, toTensor(pictures)));
  const latents = z_BHWL.dataSync<"float32">();
  z_BHWL.dispose();
  const groups = fixed.analysis.bias.shape[0] / width;
  const codebooks = tensor(fitCodebooks(latents, { groups, width, codes }, random), [groups, codes, width]);
  return { ...fixed, codebooks };
}

/** Latents with every three components replaced by the nearest codeword; without codebooks as they are. */
export function toCodewords({ codebooks }: Pick<FixedParams, "codebooks">, z_BHWL: Tensor4D): Tensor4D {
  if (codebooks === undefined) return z_BHWL;
  const [groups, codes] = codebooks.shape;
  const values = nearestCodewords(z_BHWL.dataSync(), codebooks.dataSync(), { groups, width, codes });
  return tensor(values, z_BHWL.shape) as Tensor4D;
}

/** Pixels −1…1 to latents: [B, N·H, N·W, 3] → [B, H, W, L]. */
export function toLatents({ weight, bias }: AnalysisParams, x_BHW3: Tensor4D): Tensor4D {
  // without a fused bias, as on cpu, the sum has an operand of its own
  return tidy(() => convolve(x_BHW3, weight as Tensor4D, bias, { stride: weight.shape[0] }) as Tensor4D);
}

/** Latents to blocks, linearly: what of the picture the latents hold. [B, H, W, L] → [B, N·H, N·W, 3] */
export function linearPicture({ weight, bias }: SynthesisParams, z_BHWL: Tensor4D): Tensor4D {
  return convolveTranspose(z_BHWL, weight as Tensor4D, bias, { stride: weight.shape[0], pad: "same" }) as Tensor4D;
}

/**
 * Latents to pixels, not clipped: [B, H, W, L] → [B, N·H, N·W, 3].
 *
 * @param skip whether the decoder adds to the linear picture or makes the whole
 */
export function toPixels(p: Omit<AutoencoderParams, "analysis">, z_BHWL: Tensor4D, skip: boolean): Tensor4D {
  const made_BHW3 = decode(p.decoder, z_BHWL);
  return skip ? add(made_BHW3, linearPicture(p.synthesis, z_BHWL)) as Tensor4D : made_BHW3;
}

/** Every whole block of the pictures as a row of values −1…1. */
function blockRows(pictures: readonly Image[], block: number): Float32Array {
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
