import * as tf from "@tensorflow/tfjs-core";

/**
 * Takes all of the heap but `left` bytes and small blocks, without touching it; gives back how to free it. Freeing it
 * is the last thing to be done with it.
 */
export function fillHeap(left: number): () => void {
  const { write, disposeData } = tf.backend() as unknown as {
    write(values: null, shape: number[], dtype: "float32"): object;
    disposeData(dataId: object): void;
  };
  const spared = write.call(tf.backend(), null, [left / 4], "float32");
  const taken: object[] = [];
  for (let size = 2 ** 28; size >= 2 ** 12; size /= 2) {
    try {
      for (;;) taken.push(write.call(tf.backend(), null, [size], "float32"));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  disposeData.call(tf.backend(), spared);
  return () => taken.forEach((dataId) => disposeData.call(tf.backend(), dataId));
}
