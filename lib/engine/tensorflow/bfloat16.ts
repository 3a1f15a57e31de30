/**
 * Tensors in bfloat16 for TensorFlow.js, which has no word for them: JavaScript calls them float32, the backend's own
 * list of tensors knows better, and kernels that meet them ask that. Whatever else is given one is refused by
 * TensorFlow, and so is a look at its values; they are widened first.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Attribute, Backend, Call, Kernel } from "./kernel.ts";

/** TF_BFLOAT16 of tensorflow/c/tf_datatype.h, which TensorFlow.js's addon does not name. */
const BFLOAT16 = 14;

/** What an operation made, by its id in the addon. */
interface Made {
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** The part of TensorFlow.js's backend that takes up what operations make. */
export interface Taker {
  readonly tensorMap: { set(id: tf.DataId, stored: unknown): void };
  createOutputTensor(made: Made): tf.Tensor;
}

/** The same backend, which now takes up tensors in bfloat16 too. */
export function takingBfloat16<B extends Taker>(backend: B): B {
  const stock = backend.createOutputTensor;
  backend.createOutputTensor = function (made) {
    if (made.dtype !== BFLOAT16) return stock.call(this, made);
    const dataId = {};
    this.tensorMap.set(dataId, { ...made, values: null, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: made.shape, dtype: "float32" });
  };
  return backend;
}

/** Whether a tensor that JavaScript calls float32 is bfloat16. */
export function isBfloat16({ tensorMap }: Backend, { dataId }: tf.TensorInfo): boolean {
  return tensorMap.get(dataId)?.dtype === BFLOAT16;
}

/** The type of a tensor as an attribute of an operation: float32 or bfloat16. */
export function typeOf(backend: Backend, tensor: tf.TensorInfo, name = "T"): Attribute {
  return typeAttribute(backend, name, isBfloat16(backend, tensor));
}

/** A type as an attribute: bfloat16, or else float32. */
export function typeAttribute({ binding }: Backend, name: string, bfloat16: boolean): Attribute {
  return { name, type: binding.TF_ATTR_TYPE, value: bfloat16 ? BFLOAT16 : binding.TF_FLOAT };
}

/** Registers the kernels that round to bfloat16 and back, to the nearest. */
export function registerRounding(): void {
  for (const [kernelName, narrows] of [["HouseNarrow", true], ["HouseWiden", false]] as const) {
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, backend }) => {
        const tensorflow = backend as unknown as Backend;
        const attributes = [
          typeAttribute(tensorflow, "SrcT", !narrows),
          typeAttribute(tensorflow, "DstT", narrows),
          { name: "Truncate", type: tensorflow.binding.TF_ATTR_BOOL, value: false },
        ];
        return tensorflow.executeSingleOutput("Cast", attributes, [inputs.x as tf.TensorInfo]);
      },
    });
  }
}

/** TensorFlow.js's kernels that layers call in bfloat16, and that would name the type by what JavaScript calls it. */
export const typed: Readonly<Record<string, Kernel>> = {
  BatchMatMul: ({ inputs: { a, b }, attributes: { transposeA, transposeB }, backend, stock }) => {
    if (!isBfloat16(backend, a)) return stock();
    const bool = (name: string, value: unknown): Attribute => ({ name, type: backend.binding.TF_ATTR_BOOL, value });
    const attributes = [typeOf(backend, a), bool("adj_x", transposeA), bool("adj_y", transposeB)];
    return backend.executeSingleOutput("BatchMatMulV2", attributes, [a, b]);
  },
  PadV2: (call) => {
    const { inputs: { x }, attributes: { paddings, constantValue }, backend, stock } = call;
    if (!isBfloat16(backend, x) || constantValue !== 0) return stock();
    return withWhole(call, "Pad", { names: ["Tpaddings"], values: [paddings as number[][]] });
  },
  Reshape: (call) => {
    const { inputs: { x }, attributes: { shape }, backend, stock } = call;
    if (!isBfloat16(backend, x)) return stock();
    return withWhole(call, "Reshape", { names: ["Tshape"], values: [shape as number[]] });
  },
  Transpose: (call) => {
    const { inputs: { x }, attributes: { perm }, backend, stock } = call;
    if (!isBfloat16(backend, x)) return stock();
    return withWhole(call, "Transpose", { names: ["Tperm"], values: [perm as number[]] });
  },
  Slice: (call) => {
    const { inputs: { x }, attributes: { begin, size }, backend, stock } = call;
    if (!isBfloat16(backend, x)) return stock();
    return withWhole(call, "Slice", { names: ["Index"], values: [begin as number[], size as number[]] });
  },
};

/** An operation on x that takes whole numbers as tensors, whose type it calls by these names. */
function withWhole(
  { inputs: { x }, backend }: Call,
  operation: string,
  { names, values }: { readonly names: readonly string[]; readonly values: readonly (number[] | number[][])[] },
): tf.TensorInfo {
  const { TF_ATTR_TYPE: type, TF_INT32: value } = backend.binding;
  const tensors = values.map((each) => tf.tensor(each, undefined, "int32"));
  try {
    const types = names.map((name): Attribute => ({ name, type, value }));
    return backend.executeSingleOutput(operation, [typeOf(backend, x), ...types], [x, ...tensors]);
  } finally {
    tf.dispose(tensors);
  }
}
