/**
 * The networks of the small generators: blocks of ConvNeXt's kind (depthwise convolution, layer norm, two linear
 * layers with a GELU between), since their cost lies in matrix products. All are fully convolutional: trained on
 * small crops, used on whole patches.
 */
// B samples · H, W height and width · C, D channels · L latent channels · E embedding width
import {
  add,
  concat,
  convolveTranspose,
  leakyRelu,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  transpose,
  upsampleNearest,
} from "../engine/ops.ts";
import { applyConv, applyDepthwise, type ConvParams, initConv, initDepthwise } from "../nn/conv.ts";
import { type Draw, truncatedNormal, zeros } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams } from "../nn/linear.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import { random } from "../random.ts";

/**
 * How a decoder doubles the size: copies and then mixes; a transposed convolution of 3 × 3, whose taps overlap
 * unevenly and leave a grid, or of 4 × 4; or a convolution that makes four channels for each, laid out as 2 × 2
 * pixels (pixel shuffle, Shi et al. 2016).
 */
export type Doubling = "nearest" | "transposed" | "transposed-4" | "shuffle";

/** Weights of a residual block. */
export type BlockParams = {
  readonly mix: ConvParams;
  readonly norm: NormParams;
  readonly widen: LinearParams;
  readonly narrow: LinearParams;
  /** From the embedding of the noise level, in networks that are told one. */
  readonly time?: LinearParams;
};

/** Weights of a doubling of the size. */
export type DoublingParams = { readonly mix: ConvParams; readonly channels: LinearParams } | {
  /** [3, 3, D, C] or [4, 4, D, C] */
  readonly weight: Tensor;
  /** [D] */
  readonly bias: Tensor;
} | { readonly spread: ConvParams };

/** Weights of a decoder from latents to pixels. */
export type DecoderParams = {
  readonly input: ConvParams;
  readonly stages: readonly { readonly blocks: readonly BlockParams[]; readonly double: readonly DoublingParams[] }[];
  readonly norm: NormParams;
  readonly output: ConvParams;
};

/** Weights of a U-Net that tells the noise in a noisy picture or latent. */
export type DenoiserParams = {
  readonly time: LinearParams;
  readonly input: ConvParams;
  readonly down: readonly { readonly block: BlockParams; readonly halve: readonly ConvParams[] }[];
  readonly middle: BlockParams;
  readonly up: readonly { readonly double: DoublingParams; readonly block: BlockParams }[];
  readonly norm: NormParams;
  readonly output: ConvParams;
};

/** Weights of a critic that scores every neighbourhood of a picture (Isola et al. 2017). */
export type CriticParams = {
  readonly input: ConvParams;
  readonly halve: readonly { readonly conv: ConvParams; readonly norm: NormParams }[];
  readonly output: ConvParams;
};

/** A stream of weights for each name of a network, scaled to the inputs of one output as PyTorch's defaults are. */
export type Weights = (name: string, inputs: number) => Draw;

const embedding = 64;

/** Weights drawn from a seed. */
export function seededWeights(seed: number, network: string): Weights {
  return (name, inputs) => truncatedNormal(random(seed, network, name), { deviation: 1 / Math.sqrt(3 * inputs) });
}

function initBlock(name: string, channels: number, weights: Weights, timed: boolean): BlockParams {
  const block = {
    mix: initDepthwise({ size: 5, channels }, weights(`${name}.mix`, 25)),
    norm: initNorm(channels),
    widen: initLinear({ inputs: channels, outputs: 2 * channels }, weights(`${name}.widen`, channels)),
    // zero: every block begins as the identity
    narrow: initLinear({ inputs: 2 * channels, outputs: channels }, zeros),
  };
  if (!timed) return block;
  const time = initLinear({ inputs: embedding, outputs: channels }, weights(`${name}.time`, embedding));
  return { ...block, time };
}

function block(p: BlockParams, x_BHWC: Tensor4D, time_BE: Tensor2D | null): Tensor4D {
  let y_BHWC = applyNorm(p.norm, applyDepthwise(p.mix, x_BHWC));
  if (p.time !== undefined && time_BE !== null) {
    const shift_BC = applyLinear(p.time, time_BE);
    y_BHWC = add(y_BHWC, reshape(shift_BC, [shift_BC.shape[0], 1, 1, x_BHWC.shape[3]]));
  }
  return add(x_BHWC, applyLinear(p.narrow, applyLinear(p.widen, y_BHWC, "gelu")));
}

function initDoubling(
  name: string,
  { kind, inputs, outputs }: { kind: Doubling; inputs: number; outputs: number },
  weights: Weights,
): DoublingParams {
  if (kind === "nearest") {
    return {
      mix: initDepthwise({ size: 5, channels: inputs }, weights(`${name}.mix`, 25)),
      channels: initLinear({ inputs, outputs }, weights(`${name}.channels`, inputs)),
    };
  }
  if (kind === "shuffle") {
    return { spread: initConv({ size: 3, inputs, outputs: 4 * outputs }, weights(`${name}.spread`, 9 * inputs)) };
  }
  const size = kind === "transposed" ? 3 : 4;
  // an output pixel sees a quarter of the taps on average
  return { weight: weights(name, inputs * size * size / 4)([size, size, outputs, inputs]), bias: zeros([outputs]) };
}

/** Twice the height and width: [B, H, W, C] → [B, 2H, 2W, D]. */
export function applyDoubling(p: DoublingParams, x_BHWC: Tensor4D): Tensor4D {
  if ("weight" in p) return convolveTranspose(x_BHWC, p.weight, p.bias, { stride: 2, pad: "same" }) as Tensor4D;
  if ("spread" in p) return shuffle(applyConv(p.spread, x_BHWC, { pad: 1 }));
  const wide_BHWC = applyDepthwise(p.mix, upsampleNearest(x_BHWC, 2) as Tensor4D);
  return applyLinear(p.channels, wide_BHWC) as Tensor4D;
}

/** Four channels become 2 × 2 pixels of one: [B, H, W, 4·D] → [B, 2H, 2W, D]. */
function shuffle(x_BHWC: Tensor4D): Tensor4D {
  const [count, height, width, channels] = x_BHWC.shape;
  const apart = reshape(x_BHWC, [count, height, width, 2, 2, channels / 4]);
  return reshape(transpose(apart, [0, 1, 3, 2, 4, 5]), [count, 2 * height, 2 * width, channels / 4]);
}

/** Fresh weights of a decoder: `widths` channels at each size, the smallest first, two blocks at each. */
export function initDecoder(
  { latent, widths, doubling }: { latent: number; widths: readonly number[]; doubling: Doubling },
  weights: Weights,
): DecoderParams {
  const last = widths[widths.length - 1];
  return {
    input: initConv({ size: 3, inputs: latent, outputs: widths[0] }, weights("input", 9 * latent)),
    stages: widths.map((width, i) => ({
      blocks: [0, 1].map((j) => initBlock(`stages.${i}.blocks.${j}`, width, weights, false)),
      double: widths.slice(i + 1, i + 2).map((outputs) =>
        initDoubling(`stages.${i}.double`, { kind: doubling, inputs: width, outputs }, weights)
      ),
    })),
    norm: initNorm(last),
    output: initConv({ size: 3, inputs: last, outputs: 3 }, zeros),
  };
}

/** Latents to pixels, not clipped: [B, H, W, L] → [B, 2ⁿH, 2ⁿW, 3] with n + 1 stages. */
export function decode(p: DecoderParams, z_BHWL: Tensor4D): Tensor4D {
  let x_BHWC = applyConv(p.input, z_BHWL, { pad: 1 });
  for (const stage of p.stages) {
    for (const each of stage.blocks) x_BHWC = block(each, x_BHWC, null);
    for (const each of stage.double) x_BHWC = applyDoubling(each, x_BHWC);
  }
  return applyConv(p.output, applyNorm(p.norm, x_BHWC) as Tensor4D, { pad: 1 });
}

/**
 * Fresh weights of a denoiser: `widths` channels at each size, the largest first.
 *
 * @param beside channels that it sees beside the noisy ones
 */
export function initDenoiser(
  { channels, beside = 0, widths }: { channels: number; beside?: number; widths: readonly number[] },
  weights: Weights,
): DenoiserParams {
  const inputs = channels + beside;
  const pairs = widths.slice(1).map((inner, i) => ({ inner, outer: widths[i], i }));
  return {
    time: initLinear({ inputs: embedding, outputs: embedding }, weights("time", embedding)),
    input: initConv({ size: 3, inputs, outputs: widths[0] }, weights("input", 9 * inputs)),
    down: widths.map((width, i) => ({
      block: initBlock(`down.${i}.block`, width, weights, true),
      halve: widths.slice(i + 1, i + 2).map((outputs) =>
        initConv({ size: 2, inputs: width, outputs }, weights(`down.${i}.halve`, 4 * width))
      ),
    })),
    middle: initBlock("middle", widths[widths.length - 1], weights, true),
    up: pairs.reverse().map(({ inner, outer, i }) => ({
      double: initDoubling(`up.${i}.double`, { kind: "nearest", inputs: inner, outputs: outer }, weights),
      block: initBlock(`up.${i}.block`, outer, weights, true),
    })),
    norm: initNorm(widths[0]),
    output: initConv({ size: 3, inputs: widths[0], outputs: channels }, zeros),
  };
}

/**
 * The noise in `x`, as the network guesses it: [B, H, W, C] → [B, H, W, C]. H and W are divisible by 2 as often as
 * the network halves them.
 *
 * @param wave_BE what {@linkcode waves} makes of the noise levels
 * @param beside_BHWD what it sees beside `x`, null: nothing
 * @param told what becomes of its smallest map, where it is told more than a noise level
 */
export function denoise(
  p: DenoiserParams,
  x_BHWC: Tensor4D,
  { wave_BE, beside_BHWD, told = (same) => same }: {
    wave_BE: Tensor2D;
    beside_BHWD: Tensor4D | null;
    told?: (x_BHWC: Tensor4D) => Tensor4D;
  },
): Tensor4D {
  const time_BE = applyLinear(p.time, wave_BE, "gelu") as Tensor2D;
  const seen_BHWC = beside_BHWD === null ? x_BHWC : concat([x_BHWC, beside_BHWD], 3) as Tensor4D;
  let h_BHWD = applyConv(p.input, seen_BHWC, { pad: 1 });
  const skipped: Tensor4D[] = [];
  for (const { block: each, halve } of p.down) {
    h_BHWD = block(each, h_BHWD, time_BE);
    if (halve.length === 0) continue;
    skipped.push(h_BHWD);
    h_BHWD = applyConv(halve[0], h_BHWD, { stride: 2 });
  }
  h_BHWD = told(block(p.middle, h_BHWD, time_BE));
  for (const { double: each, block: after } of p.up) {
    h_BHWD = block(after, add(applyDoubling(each, h_BHWD), skipped.pop()!), time_BE);
  }
  return applyConv(p.output, applyNorm(p.norm, h_BHWD) as Tensor4D, { pad: 1 });
}

/** Noise levels as sines and cosines of falling frequency (Vaswani et al. 2017): 64 values for each. */
export function waves(levels: readonly number[]): Float32Array {
  const half = embedding / 2;
  return Float32Array.from({ length: levels.length * embedding }, (_, i) => {
    const column = i % embedding;
    const angle = levels[(i / embedding) | 0] * Math.exp(-Math.log(10000) * (column % half) / half);
    return column < half ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Width of what {@linkcode waves} makes of one noise level. */
export const waveWidth = embedding;

/** Fresh weights of a critic with `width` channels at full size, twice as many below. */
export function initCritic({ width }: { width: number }, weights: Weights): CriticParams {
  const wide = 2 * width;
  return {
    input: initConv({ size: 3, inputs: 3, outputs: width }, weights("input", 27)),
    halve: [width, wide].map((inputs, i) => ({
      conv: initConv({ size: 4, inputs, outputs: wide }, weights(`halve.${i}`, 16 * inputs)),
      norm: initNorm(wide),
    })),
    output: initConv({ size: 3, inputs: wide, outputs: 1 }, weights("output", 9 * wide)),
  };
}

/** How real each neighbourhood of a picture looks: [B, H, W, 3] → [B, H/4, W/4, 1]. */
export function criticize(p: CriticParams, x_BHW3: Tensor4D): Tensor4D {
  let h_BHWC: Tensor = leakyRelu(applyConv(p.input, x_BHW3, { pad: 1 }), 0.2);
  for (const { conv, norm } of p.halve) {
    h_BHWC = leakyRelu(applyNorm(norm, applyConv(conv, h_BHWC as Tensor4D, { stride: 2, pad: 1 })), 0.2);
  }
  return applyConv(p.output, h_BHWC as Tensor4D, { pad: 1 });
}
