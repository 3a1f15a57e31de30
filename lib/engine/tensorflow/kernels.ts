// N images · H, W height and width · C channels · K kernel size
/**
 * Convolutions in bfloat16. Padding by numbers of pixels, which TensorFlow.js's kernels for TensorFlow refuse: they pass
 * on "same" and "valid" alone, though TensorFlow takes any padding, but for averages. And rounding, which is wrong for
 * whole numbers, and rows taken by number, whose numbers TensorFlow.js reads, which a recording cannot.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type ConvPlan, convPlan } from "../conv_plan.ts";
import { poolPadding, type PoolPlan, poolPlan, poolShares } from "../pooling.ts";
import { replaceKernels } from "../replace_kernels.ts";
import { isBfloat16, typed, typeOf } from "./bfloat16.ts";
import type { Attribute, Backend, Call, Kernel } from "./kernel.ts";

/** Puts the kernels in the place of TensorFlow.js's own. */
export function registerKernels(): void {
  replaceKernels("tensorflow", typed);
  replaceKernels("tensorflow", kernels);
}

const kernels: Readonly<Record<string, Kernel>> = {
  Conv2D: convolution("Conv2D", ({ x, filter }) => [x, filter]),
  Conv2DBackpropInput: convolution("Conv2DBackpropInput", ({ dy, filter, sizes }) => [sizes, filter, dy]),
  Conv2DBackpropFilter: convolution("Conv2DBackpropFilter", ({ x, dy, sizes }) => [x, sizes, dy]),
  DepthwiseConv2dNative: convolution("DepthwiseConv2dNative", ({ x, filter }) => [x, filter]),
  DepthwiseConv2dNativeBackpropInput: convolution(
    "DepthwiseConv2dNativeBackpropInput",
    ({ dy, filter, sizes }) => [sizes, filter, dy],
  ),
  DepthwiseConv2dNativeBackpropFilter: convolution(
    "DepthwiseConv2dNativeBackpropFilter",
    ({ x, dy, sizes }) => [x, sizes, dy],
  ),
  MaxPool: pool("MaxPool", ({ x }) => [x]),
  MaxPoolGrad: pool("MaxPoolGrad", ({ input, output, dy }) => [input, output, dy]),
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
  GatherV2: gather,
  Round: round,
};

/** A convolution or a gradient of one; `order` arranges its inputs, `sizes` being the shape of the gradient. */
function convolution(name: string, order: (inputs: Call["inputs"]) => tf.Tensor[]): Kernel {
  return ({ inputs, attributes, backend, stock }) => {
    const { inputShape = inputs.x?.shape, filterShape = inputs.filter?.shape, dataFormat } = attributes as never as {
      inputShape?: number[];
      filterShape?: number[];
      dataFormat?: string;
    };
    const plan = convPlan(inputShape!, filterShape!, { attributes, depthwise: name.startsWith("Depthwise") });
    const sample = inputs.x ?? inputs.dy;
    if (!isNumeric(plan) && !isBfloat16(backend, sample) || (dataFormat ?? "NHWC") !== "NHWC") return stock();
    const padded = isNumeric(plan) && !isSame(plan);
    if (/^Conv2DBackprop/.test(name) && padded) return framedGradient(name, inputs, attributes, plan);
    const { strideHeight, strideWidth, dilationHeight, dilationWidth } = plan;
    const { ints, common } = attributesOf(backend, plan, sample);
    const shape = name.endsWith("Input") ? inputShape! : filterShape!;
    const sizes = tf.tensor1d(shape, "int32");
    try {
      return backend.executeSingleOutput(name, [
        ...common,
        ints("strides", [1, strideHeight, strideWidth, 1]),
        ints("dilations", [1, dilationHeight, dilationWidth, 1]),
      ], order({ ...inputs, sizes }));
    } finally {
      sizes.dispose();
    }
  };
}

/**
 * A gradient of a convolution by way of the image with zeros around it. Given a padding in pixels, TensorFlow leaves
 * oneDNN's kernels for its own, which take twice as long (3 × 3 of 256 channels).
 */
function framedGradient(
  name: string,
  { x, dy, filter }: Call["inputs"],
  attributes: tf.NamedAttrMap,
  plan: ConvPlan,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, padInfo: { top, bottom, left, right } } = plan;
  const valid = { ...attributes, pad: "valid" };
  return tf.tidy(() => {
    if (x !== undefined) {
      return tf.engine().runKernel(name, { x: tf.pad(x, frame(plan)), dy }, valid) as tf.Tensor;
    }
    const inputShape = [batchSize, inHeight + top + bottom, inWidth + left + right, inChannels];
    const framed: tf.Tensor = tf.engine().runKernel(name, { dy, filter }, { ...valid, inputShape });
    return tf.slice(framed, [0, top, left, 0], [batchSize, inHeight, inWidth, inChannels]);
  });
}

/** A pooling that takes the largest, or its gradient. */
function pool(name: string, order: (inputs: Call["inputs"]) => tf.Tensor[]): Kernel {
  return ({ inputs, attributes, backend, stock }) => {
    const plan = poolPlan((inputs.x ?? inputs.input).shape, attributes);
    if (!isNumeric(plan)) return stock();
    const { ints, common } = attributesOf(backend, plan, inputs.x ?? inputs.input);
    return backend.executeSingleOutput(name, [
      ...common,
      ints("ksize", [1, plan.filterHeight, plan.filterWidth, 1]),
      ints("strides", [1, plan.strideHeight, plan.strideWidth, 1]),
    ], order(inputs));
  };
}

/** TensorFlow averages without padding, or "same"; so zeros around the image, and the share of what lies inside. */
function averagePool({ inputs: { x }, attributes, stock }: Call): tf.TensorInfo {
  const plan = poolPlan(x.shape, attributes);
  if (!isNumeric(plan)) return stock();
  return tf.tidy(() => {
    const framed = tf.pad(x, frame(plan)) as tf.Tensor4D;
    const { filterHeight, filterWidth, strideHeight, strideWidth } = plan;
    const averages = tf.avgPool(framed, [filterHeight, filterWidth], [strideHeight, strideWidth], "valid");
    return tf.mul(averages, poolShares(plan));
  });
}

/**
 * As on the other backends, an average's gradient goes in equal parts to the whole window, also to what lies outside
 * of the image; `gradients.ts` puts that right for all of them. TensorFlow by itself shares it out inside.
 */
function averagePoolGradient({ inputs: { dy, input }, attributes, stock }: Call): tf.TensorInfo {
  const plan = poolPlan(input.shape, attributes);
  if (poolPadding(plan) === 0) return stock();
  return tf.tidy(() => {
    const { top, bottom, left, right } = plan.padInfo;
    const [n, h, w, c] = input.shape;
    const framed = { shape: [n, h + top + bottom, w + left + right, c], dtype: input.dtype, dataId: input.dataId };
    const spread: tf.Tensor = tf.engine().runKernel(
      "AvgPoolGrad",
      { dy, input: framed as tf.Tensor },
      { ...attributes, pad: "valid" },
    );
    return tf.slice(spread, [0, top, left, 0], [n, h, w, c]);
  });
}

/** TensorFlow 2.21 makes zeros of whole numbers. */
function round({ inputs: { x }, stock }: Call): tf.TensorInfo {
  if (x.dtype !== "int32") return stock();
  const same: tf.Tensor = tf.engine().runKernel("Identity", { x });
  return same;
}

/** TensorFlow itself looks whether the numbers are in range on processors; graphics cards give zeros for those outside. */
function gather({ inputs: { x, indices }, attributes: { axis, batchDims }, backend, stock }: Call): tf.TensorInfo {
  const { binding } = backend;
  const types: Readonly<Record<string, number>> = { float32: binding.TF_FLOAT, int32: binding.TF_INT32 };
  if (types[x.dtype] === undefined || indices.dtype !== "int32") return stock();
  const type = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const place = tf.scalar(axis as number, "int32");
  try {
    return backend.executeSingleOutput("GatherV2", [
      { name: "batch_dims", type: binding.TF_ATTR_INT, value: batchDims },
      type("Tparams", types[x.dtype]),
      type("Tindices", binding.TF_INT32),
      type("Taxis", binding.TF_INT32),
    ], [x, indices, place]);
  } finally {
    place.dispose();
  }
}

function frame({ padInfo: { top, bottom, left, right } }: PoolPlan): [number, number][] {
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
}

/** Whether the padding is none of those that TensorFlow.js passes on. */
function isNumeric({ padInfo: { type } }: ConvPlan | PoolPlan): boolean {
  return type !== "SAME" && type !== "VALID";
}

/** Whether the pixels are those that TensorFlow's "same" adds. */
function isSame(plan: ConvPlan | PoolPlan): boolean {
  const { inHeight, outHeight, strideHeight, effectiveFilterHeight } = plan;
  const { inWidth, outWidth, strideWidth, effectiveFilterWidth, padInfo: { top, bottom, left, right } } = plan;
  const fits = (n: number, out: number, stride: number, size: number, before: number, after: number): boolean => {
    const all = Math.max(0, (out - 1) * stride + size - n);
    return out === Math.ceil(n / stride) && before === Math.floor(all / 2) && before + after === all;
  };
  return fits(inHeight, outHeight, strideHeight, effectiveFilterHeight, top, bottom) &&
    fits(inWidth, outWidth, strideWidth, effectiveFilterWidth, left, right);
}

function attributesOf(backend: Backend, plan: ConvPlan | PoolPlan, tensor: tf.Tensor): {
  readonly ints: (name: string, value: readonly number[]) => Attribute;
  readonly common: readonly Attribute[];
} {
  const { binding } = backend;
  const { type, top, bottom, left, right } = plan.padInfo;
  const ints = (name: string, value: readonly number[]): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const padding = isSame(plan) ? "SAME" : type === "VALID" ? "VALID" : "EXPLICIT";
  return {
    ints,
    common: [
      typeOf(backend, tensor),
      { name: "padding", type: binding.TF_ATTR_STRING, value: padding },
      ints("explicit_paddings", padding === "EXPLICIT" ? [0, 0, top, bottom, left, right, 0, 0] : []),
      { name: "data_format", type: binding.TF_ATTR_STRING, value: "NHWC" },
    ],
  };
}
