import * as tf from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./wasm/heap.ts";

/**
 * A float32 tensor whose values are written by `fill`: on wasm into the tensor's own place on the heap, elsewhere into
 * an array that becomes the tensor's. Large weights are so never in memory twice.
 *
 * @param fill is given undefined values, row-major, and may not keep them
 * @returns a tensor that the caller owns
 */
export function filled(shape: readonly number[], fill: (values: Float32Array) => void): tf.Tensor {
  if (tf.getBackend() !== "wasm") {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    fill(values);
    return tf.tensor(values, [...shape], "float32");
  }
  const backend = tf.backend() as WasmBackend;
  const place = backend.makeOutput([...shape], "float32");
  try {
    fill(backend.typedArrayFromHeap(place) as Float32Array);
  } catch (error) {
    backend.disposeData(place.dataId);
    throw error;
  }
  return tf.engine().makeTensorFromTensorInfo(place);
}
