import * as tf from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./wasm/heap.ts";

/** Writes the values of a tensor, row-major, which are undefined before; it may not keep them. */
type Fill = (values: Float32Array) => void;

/**
 * A float32 tensor whose values are written by `fill`, straight into its place or on the shortest way there, so that
 * large weights are not in memory twice.
 *
 * @returns a tensor that the caller owns
 */
export function filled(shape: readonly number[], fill: Fill): tf.Tensor {
  switch (tf.getBackend()) {
    case "wasm":
      return onHeap([...shape], fill);
    case "tensorflow":
      return inTensorflow([...shape], fill);
    default: {
      const values = new Float32Array(tf.util.sizeFromShape([...shape]));
      fill(values);
      return tf.tensor(values, [...shape], "float32");
    }
  }
}

function onHeap(shape: number[], fill: Fill): tf.Tensor {
  const backend = tf.backend() as WasmBackend;
  const place = backend.makeOutput(shape, "float32");
  try {
    fill(backend.typedArrayFromHeap(place) as Float32Array);
  } catch (error) {
    backend.disposeData(place.dataId);
    throw error;
  }
  return tf.engine().makeTensorFromTensorInfo(place);
}

/** Most values for which one array serves all tensors: 32 MB. */
const MOST_SHARED = 1 << 23;

let shared = new Float32Array(0);

/**
 * TensorFlow.js keeps the array that a tensor was made from until the tensor's first operation, which copies it: weights
 * of 345 MB took 690 when they had been used, since nothing told V8 to collect the arrays. Here the copy is made at
 * once, from an array that the next tensor uses again.
 */
function inTensorflow(shape: number[], fill: Fill): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  if (size <= MOST_SHARED && size >= shared.length) shared = new Float32Array(size + 1);
  // TensorFlow shares memory that begins at a multiple of 64 bytes instead of copying it; behind one number none does
  const values = size <= MOST_SHARED ? shared.subarray(1, 1 + size) : new Float32Array(size);
  fill(values);
  const tensor = tf.tensor(values, shape, "float32");
  const backend = tf.backend() as unknown as { getInputTensorIds(tensors: readonly tf.Tensor[]): number[] };
  backend.getInputTensorIds([tensor]);
  return tensor;
}
