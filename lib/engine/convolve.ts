// N images · H height · W width · C channels in · O channels out · K kernel size
import * as tf from "@tensorflow/tfjs-core";
import { activate, activationGradient } from "./activation.ts";
import { differentiable, hasKernel, type Inputs, runKernel } from "./differentiable.ts";
import { narrowed, narrowProduct } from "./narrowed.ts";
import { isBrief } from "./precision.ts";

/** Padding: pixels of zeros on every side, or TensorFlow's "same" and "valid". */
export type Padding = number | "same" | "valid";

/** How the window of a convolution moves. */
export interface ConvolveOptions {
  /** Pixels, both ways; 1 unless given. */
  readonly stride?: number;
  /** 0 unless given. */
  readonly pad?: Padding;
  /** Null unless given. */
  readonly activation?: "relu" | null;
}

/** How a transposed convolution spreads its input. */
export interface ConvolveTransposeOptions extends ConvolveOptions {
  /** Height and width of the result; unless given (H − 1) · stride − 2 · pad + K, for "same" H · stride. */
  readonly size?: readonly [number, number];
}

/**
 * Convolution (cross-correlation, as everywhere in the field), in the precision at hand.
 *
 * @param x [N, H, W, C]
 * @param filter [K, K, C, O]
 * @param bias [O] or null
 */
export function convolve(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | null,
  { stride = 1, pad = 0, activation = null }: ConvolveOptions = {},
): tf.Tensor {
  // TensorFlow.js's kernels for TensorFlow want all four
  const attributes = { strides: stride, pad, dilations: 1, dataFormat: "NHWC" };
  if (isBrief()) {
    const [inputShape, filterShape] = [x.shape, filter.shape];
    return narrowed({ x, weight: filter, bias, activation }, {
      forward: (x, filter) => runKernel("Conv2D", { x, filter }, attributes)[0],
      toX: (dy, filter) => runKernel("Conv2DBackpropInput", { dy, filter }, { ...attributes, inputShape })[0],
      toWeight: (dy, x) =>
        isPatchwise(inputShape, filterShape, stride, pad)
          ? patchesGradient(x, dy, filterShape)
          : runKernel("Conv2DBackpropFilter", { x, dy }, { ...attributes, filterShape })[0],
    });
  }
  if (!hasKernel("HouseConvolve")) {
    const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
    return activate(bias === null ? y : tf.add(y, bias), activation);
  }
  const inputs: Inputs = bias === null ? { x, filter } : { x, filter, bias };
  return differentiable({
    inputs,
    forward: (save) => {
      const [y] = runKernel("HouseConvolve", inputs, { ...attributes, activation: activation ?? "none" });
      save([x, filter, ...(activation === null ? [] : [y])]);
      return y;
    },
    backward: (dy, [x, filter, kept = null]) => {
      const { dz, bias: ofBias } = activationGradient(dy, kept, { activation, hasBias: bias !== null });
      return {
        x: () => runKernel("Conv2DBackpropInput", { dy: dz, filter }, { ...attributes, inputShape: x.shape })[0],
        filter: () => runKernel("Conv2DBackpropFilter", { x, dy: dz }, { ...attributes, filterShape: filter.shape })[0],
        bias: ofBias,
      };
    },
  });
}

/** Whether windows lie side by side, none left over. */
function isPatchwise([, h, w]: number[], [kh, kw]: number[], stride: number, pad: Padding): boolean {
  return kh === stride && kw === stride && (pad === 0 || pad === "valid") && h % stride === 0 && w % stride === 0;
}

/**
 * The gradient of such a filter as one product, in bfloat16: the 2 × 2 of ConvNeXt's downsampling take 40 ms of oneDNN
 * as convolutions, and 16 so.
 */
function patchesGradient(x: tf.Tensor, dy: tf.Tensor, filterShape: number[]): tf.Tensor {
  const [n, h, w, c] = x.shape;
  const [k, , , o] = filterShape;
  const shaped = (x: tf.Tensor, shape: number[]): tf.Tensor => runKernel("Reshape", { x }, { shape })[0];
  return tf.tidy(() => {
    const split = shaped(x, [n, h / k, k, w / k, k * c]);
    const [patches] = runKernel("Transpose", { x: split }, { perm: [0, 1, 3, 2, 4] });
    const product = narrowProduct(shaped(patches, [n * h * w / k ** 2, k * k * c]), shaped(dy, [-1, o]), true, false);
    return shaped(product, filterShape);
  });
}

/**
 * Transposed convolution: the gradient of {@linkcode convolve} with respect to its input.
 *
 * @param x [N, H, W, C]
 * @param filter [K, K, O, C], the axes of the convolution whose gradient it is
 * @param bias [O] or null
 */
export function convolveTranspose(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | null,
  { stride = 1, pad = 0, size }: ConvolveTransposeOptions = {},
): tf.Tensor {
  const [n, h, w] = x.shape;
  const [kh, kw, o] = filter.shape;
  const [height, width] = size ?? [transposedSize(h, kh, stride, pad), transposedSize(w, kw, stride, pad)];
  const inputShape: [number, number, number, number] = [n, height, width, o];
  if (!hasKernel("HouseConvolveTranspose")) {
    const y = tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, inputShape, stride, pad);
    return bias === null ? y : tf.add(y, bias);
  }
  const inputs: Inputs = bias === null ? { x, filter } : { x, filter, bias };
  const attributes = { strides: stride, pad };
  return differentiable({
    inputs,
    forward: (save) => {
      save([x, filter]);
      return runKernel("HouseConvolveTranspose", inputs, { ...attributes, inputShape })[0];
    },
    backward: (dy, [x, filter]) => ({
      x: () => runKernel("HouseConvolve", { x: dy, filter }, attributes)[0],
      filter: () =>
        runKernel("Conv2DBackpropFilter", { x: dy, dy: x }, { ...attributes, filterShape: filter.shape })[0],
      bias: () => tf.sum(dy, [0, 1, 2]),
    }),
  });
}

function transposedSize(size: number, kernel: number, stride: number, pad: Padding): number {
  if (pad === "same") return size * stride;
  return (size - 1) * stride + kernel - 2 * (pad === "valid" ? 0 : pad);
}

/**
 * Depthwise convolution: one filter a channel.
 *
 * @param x [N, H, W, C]
 * @param filter [K, K, 1, C]
 * @param bias [C] or null
 */
export function depthwise(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | null,
  { stride = 1, pad = "same" }: Pick<ConvolveOptions, "stride" | "pad"> = {},
): tf.Tensor {
  const [kh, kw, , c] = filter.shape;
  const perChannel = tf.reshape(filter, [kh, kw, c, 1]);
  if (!hasKernel("HouseDepthwise")) {
    const y = tf.depthwiseConv2d(x as tf.Tensor4D, perChannel as tf.Tensor4D, stride, pad);
    return bias === null ? y : tf.add(y, bias);
  }
  const inputs: Inputs = bias === null ? { x, filter: perChannel } : { x, filter: perChannel, bias };
  const attributes = { strides: stride, pad, dilations: 1 };
  return differentiable({
    inputs,
    forward: (save) => {
      save([x, perChannel]);
      return runKernel("HouseDepthwise", inputs, attributes)[0];
    },
    backward: (dy, [x, filter]) => {
      const sizes = { ...attributes, inputShape: x.shape, filterShape: filter.shape };
      return {
        x: () => runKernel("DepthwiseConv2dNativeBackpropInput", { dy, filter }, sizes)[0],
        filter: () => runKernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, sizes)[0],
        bias: activationGradient(dy, null, { activation: null, hasBias: bias !== null }).bias,
      };
    },
  });
}
