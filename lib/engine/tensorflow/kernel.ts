/** What TensorFlow.js's backend on the addon is to the kernels that stand before its own. */
import type * as tf from "@tensorflow/tfjs-core";
import type { KernelCall, Replacement } from "../replace_kernels.ts";

/** TensorFlow.js's backend on the addon, as far as its kernels use it. */
export interface Backend {
  /** A recorder may stand in its place: to be asked for at every call. */
  readonly binding: Readonly<
    Record<
      "TF_ATTR_BOOL" | "TF_ATTR_FLOAT" | "TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_ATTR_TYPE" | "TF_FLOAT" | "TF_INT32",
      number
    >
  >;
  /** By the tensors' own numbers of types; undefined for what is not known there. */
  readonly tensorMap: { get(id: tf.DataId): { readonly dtype: number } | undefined };
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.TensorInfo;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.TensorInfo[];
}

/** Attribute of an operation of TensorFlow; `type` is a TF_AttrType. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What a kernel is called with, and the kernel that it stands before. */
export type Call = KernelCall<Backend>;

/** A kernel that stands before TensorFlow.js's own. */
export type Kernel = Replacement<Backend>;
