// N images · H, W height and width · C channels · K kernel size · R rows
/** The house's kernels on TensorFlow: operations of our own (fused/), which each do in one pass what many would. */
import * as tf from "@tensorflow/tfjs-core";
import { convPlan } from "../conv_plan.ts";
import { runKernel } from "../differentiable.ts";
import { replaceKernels } from "../replace_kernels.ts";
import { isBfloat16, typeAttribute, typeOf } from "./bfloat16.ts";
import type { Attribute, Backend, Kernel } from "./kernel.ts";

type Inputs = Readonly<Record<string, tf.Tensor>>;
type HouseKernel = (inputs: Inputs, attributes: tf.NamedAttrMap, run: Run) => tf.TensorInfo | tf.TensorInfo[];

/** Runs an operation of TensorFlow; gives its results. */
type Run = (
  name: string,
  inputs: readonly tf.TensorInfo[],
  options?: { readonly attributes?: Attributes; readonly outputs?: number },
) => tf.TensorInfo[];

/** Numbers are floats, where they are not marked as whole. */
type Attributes = Readonly<Record<string, number | readonly number[] | string | boolean | Whole | TypeName>>;

interface Whole {
  readonly whole: number;
}

/** Of what an operation is given or makes. */
interface TypeName {
  /** The type of a tensor, or bfloat16 where true, else float32. */
  readonly type: tf.TensorInfo | boolean;
}

/** Registers the kernels that lib/engine asks for by name, and those that stand before stock ones. */
export function registerFused(): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(inputs as Inputs, attrs ?? {}, runner(backend as unknown as Backend)),
    });
  }
  replaceKernels("tensorflow", replacements);
}

function runner(backend: Backend): Run {
  return (name, inputs, { attributes = {}, outputs = 1 } = {}) => {
    const listed = Object.entries(attributes).map(([name, value]) => attribute(backend, name, value));
    return backend.executeMultipleOutputs(name, listed, inputs, outputs);
  };
}

function attribute(backend: Backend, name: string, value: Attributes[string]): Attribute {
  const { binding } = backend;
  if (typeof value === "string") return { name, type: binding.TF_ATTR_STRING, value };
  if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
  if (typeof value === "object" && "type" in value) {
    return typeof value.type === "boolean"
      ? typeAttribute(backend, name, value.type)
      : typeOf(backend, value.type, name);
  }
  if (typeof value === "object" && "whole" in value) return { name, type: binding.TF_ATTR_INT, value: value.whole };
  return { name, type: binding.TF_ATTR_FLOAT, value };
}

const kernels: Readonly<Record<string, HouseKernel>> = {
  HouseLayerNorm: ({ x, weight, bias }, { epsilon, narrow = false }, run) => {
    const attributes = { epsilon: epsilon as number, made: { type: narrow as boolean } };
    return run("HouseLayerNorm", [x, weight, bias], { attributes, outputs: 2 });
  },
  HouseLayerNormGrad: ({ x, weight, dy, statistics }, _, run) =>
    run("HouseLayerNormGrad", [x, weight, dy, statistics], { attributes: { given: { type: dy } }, outputs: 3 }),
  HouseBatchNorm: ({ x, weight, bias, residual }, { epsilon, activation }, run) => {
    const options = { attributes: { epsilon, activation } as Attributes, outputs: 3 };
    if (residual === undefined) return run("HouseBatchNorm", [x, weight, bias], options);
    return run("HouseBatchNormJoined", [x, weight, bias, residual], options);
  },
  HouseBatchNormGrad: ({ x, weight, dy, mean, variance, y }, { epsilon }, run) => {
    const options = { attributes: { epsilon: epsilon as number }, outputs: 3 };
    if (y === undefined) return run("HouseBatchNormGrad", [x, weight, dy, mean, variance], options);
    return run("HouseBatchNormReluGrad", [x, weight, dy, mean, variance, y], options);
  },
  HouseLinear: ({ x, weight, bias }, { activation }, run) =>
    freeing((hold) => {
      const [product] = runKernel("BatchMatMul", { a: x, b: weight }, { transposeA: false, transposeB: true });
      return finish(hold(product), bias, activation as string, run);
    }),
  HouseConvolve: ({ x, filter, bias }, { activation = "none", ...window }, run) => {
    const [sums] = runKernel("Conv2D", { x, filter }, window);
    if (bias === undefined && activation === "none") return sums;
    return freeing((hold) => finish(hold(sums), bias, activation as string, run)[0]);
  },
  HouseFinish: ({ z, bias }, { activation, narrow }, run) =>
    finish(z, bias, activation as string, run, narrow as boolean),
  HouseNarrowSums: ({ x }, _, run) => run("HouseNarrowSums", [x], { outputs: 2 }),
  HouseActivationGrad: ({ dy, kept }, { activation, narrow = false }, run) => {
    if (kept === undefined) return run("HouseColumnSums", [dy]);
    const types = { given: { type: dy }, saved: { type: kept }, made: { type: narrow as boolean } };
    const attributes = { activation: activation === "relu" ? "relu" : "gelu", ...types };
    return run("HouseActivationGrad", [dy, kept], { attributes, outputs: 2 });
  },
  HouseReluGrad: ({ x, dy }, { slope }, run) => {
    // TensorFlow's own are one pass each
    if (slope === 0) return run("ReluGrad", [dy, x]);
    return run("LeakyReluGrad", [dy, x], { attributes: { alpha: slope as number } });
  },
  HouseGelu: ({ x }, { form }, run) => run("HouseGelu", [x], { attributes: { form: form as string } }),
  HouseGeluGrad: ({ x, dy }, { form }, run) => run("HouseGeluGrad", [x, dy], { attributes: { form: form as string } }),
  HouseAddScaled: ({ x, y, scale }, _, run) => run("HouseAddScaled", [x, y, scale]),
  HouseAddScaledGrad: ({ y, scale, dy }, _, run) => run("HouseAddScaledGrad", [y, scale, dy], { outputs: 2 }),
  HouseAddBranch: ({ x, z, bias, scale }, _, run) => run("HouseAddBranch", [x, z, bias, scale]),
  HouseAddBranchGrad: ({ dy, z, bias, scale }, _, run) =>
    run("HouseAddBranchGrad", [dy, z, bias, scale], { outputs: 3 }),
  HouseSoftmaxGrad: ({ y, dy }, _, run) => run("HouseSoftmaxGrad", [y, dy]),
  HouseLogSoftmaxGrad: ({ y, dy }, _, run) => run("HouseLogSoftmaxGrad", [y, dy]),
  HouseDepthwise: ({ x, filter, bias }, attributes, run) => {
    if (isPlain(x.shape, filter.shape, attributes)) {
      return bias === undefined ? run("HouseDepthwise", [x, filter]) : run("HouseDepthwiseBias", [x, filter, bias]);
    }
    return freeing((hold) =>
      finish(hold(runKernel("DepthwiseConv2dNative", { x, filter }, attributes)[0]), bias, "none", run)[0]
    );
  },
  HouseAdam: (inputs, { decays, rate, step, ...constants }, run) => {
    const count = (decays as number[]).length;
    const { beta1, beta2, epsilon } = constants as Record<string, number>;
    const attributes = {
      ...{ beta1, gain1: 1 - beta1, log1: Math.log(beta1) },
      ...{ beta2, gain2: 1 - beta2, log2: Math.log(beta2) },
      ...{ epsilon, decays: decays as number[], N: { whole: count } },
    };
    const all = (name: string): tf.Tensor[] => Array.from({ length: count }, (_, i) => inputs[`${name}${i}`]);
    return freeing((hold) => {
      const number = (name: string, value: unknown): tf.Tensor => inputs[name] ?? hold(tf.scalar(value as number));
      const tensors = ["param", "gradient", "first", "second"].flatMap(all);
      const given = [...tensors, number("rate", rate), number("step", step)];
      const made = run("HouseAdam", given, { attributes, outputs: 3 * count });
      return Array.from({ length: count }, (_, i) => [made[i], made[count + i], made[2 * count + i]]).flat();
    });
  },
};

const replacements: Readonly<Record<string, Kernel>> = {
  // of two matrices TensorFlow's product of batches takes longer
  BatchMatMul: ({ inputs: { a, b }, attributes: { transposeA, transposeB }, backend, stock }) => {
    if (a.rank !== 2 || b.rank !== 2) return stock();
    const attributes = { transpose_a: transposeA as boolean, transpose_b: transposeB as boolean };
    return runner(backend)("MatMul", [a, b], { attributes })[0];
  },
  DepthwiseConv2dNative: ({ inputs: { x, filter }, attributes, backend, stock }) =>
    isPlain(x.shape, filter.shape, attributes) ? runner(backend)("HouseDepthwise", [x, filter])[0] : stock(),
  DepthwiseConv2dNativeBackpropInput: ({ inputs: { dy, filter }, attributes, backend, stock }) =>
    isPlain(attributes.inputShape as number[], filter.shape, attributes)
      ? runner(backend)("HouseDepthwiseInputGrad", [dy, filter])[0]
      : stock(),
  DepthwiseConv2dNativeBackpropFilter: ({ inputs: { x, dy }, attributes, backend, stock }) => {
    const shape = attributes.filterShape as number[];
    if (!isPlain(x.shape, shape, attributes)) return stock();
    return runner(backend)("HouseDepthwiseFilterGrad", [x, dy], { attributes: { size: { whole: shape[0] } } })[0];
  },
};

/**
 * Bias and activation behind a product; gives the result and what the gradient wants of a GELU or a ReLU. Of a product
 * in bfloat16 that is bfloat16 for a GELU; the result is float32, or for a GELU bfloat16 where `narrow` says so.
 */
function finish(
  z: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  activation: string,
  run: Run,
  narrow = false,
): tf.TensorInfo[] {
  const form = ({ gelu: "erf", geluTanh: "tanh", geluSigmoid: "sigmoid" } as Record<string, string>)[activation];
  const isNarrow = isBfloat16(tf.backend() as unknown as Backend, z);
  if (bias === undefined && form === undefined && !isNarrow) {
    return run(activation === "relu" ? "Relu" : "Identity", [z]);
  }
  return freeing((hold) => {
    const shift = bias ?? hold(tf.zeros([z.shape[z.shape.length - 1]]));
    const given = { type: z };
    if (form === undefined) return run("HouseBias", [z, shift], { attributes: { activation, given } });
    return run("HouseBiasGelu", [z, shift], { attributes: { form, given, made: { type: narrow } }, outputs: 2 });
  });
}

/** Whether our own operation has this form: stride 1, no dilation, the image keeps its size, one square filter each. */
function isPlain(input: readonly number[], filter: readonly number[], attributes: tf.NamedAttrMap): boolean {
  const plan = convPlan(input, filter, { attributes, depthwise: true });
  const { filterHeight: k, filterWidth, padInfo: { top, left, bottom, right } } = plan;
  const pads = [top, left, bottom, right];
  return plan.dataFormat === "channelsLast" && [3, 5, 7, 9, 11].includes(k) && filterWidth === k &&
    plan.strideHeight === 1 && plan.strideWidth === 1 && plan.dilationHeight === 1 && plan.dilationWidth === 1 &&
    plan.outChannels === plan.inChannels && pads.every((pad) => pad === (k - 1) / 2);
}

/** Gives what the body gives, and frees what it held. */
function freeing<T>(body: (hold: (tensor: tf.Tensor) => tf.Tensor) => T): T {
  const held: tf.Tensor[] = [];
  try {
    return body((tensor) => {
      held.push(tensor);
      return tensor;
    });
  } finally {
    tf.dispose(held);
  }
}
