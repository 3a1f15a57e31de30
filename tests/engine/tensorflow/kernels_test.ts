import * as tf from "@tensorflow/tfjs-core";
import { compile } from "../../../lib/engine/compiled.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { take, testBackend, testTensors } from "../../tensors.ts";

type Taking = { readonly rows: tf.Tensor; readonly numbers: tf.Tensor1D };

if (testBackend === "tensorflow") {
  testTensors("rows are taken by numbers that are not read, so that a recording takes others the next time", () => {
    using step = compile(
      ({ inputs: { rows, numbers } }: { state: Record<string, never>; inputs: Taking; fixed: null }) => ({
        taken: tf.gather(rows, numbers),
      }),
      { changes: false },
    );
    const rows = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
    for (const [given, expected] of [[[2, 0], [5, 6, 1, 2]], [[1, 1], [3, 4, 3, 4]]]) {
      const numbers = tf.tensor1d(given, "int32");
      const { taken } = step.run({ state: {}, inputs: { rows, numbers }, fixed: null });
      assertEquals([take(taken), take(tf.gather(rows, numbers))], [expected, expected]);
      numbers.dispose();
    }
    const outside = tf.tensor1d([3], "int32");
    assertThrows(() => tf.gather(rows, outside), Error, "not in [0, 3)");
    tf.dispose([rows, outside]);
  });

  testTensors("whole numbers are rounded to themselves, others to the nearest even one", () => {
    const [whole, half] = [tf.tensor1d([-12345678, 0, 7], "int32"), tf.tensor1d([-1.5, 0.5, 2.5, 3.4])];
    assertEquals(take(tf.round(whole)), [-12345678, 0, 7]);
    assertEquals(take(tf.round(half)).map((value) => value + 0), [-2, 0, 2, 3]);
    for (const tensor of [whole, half]) tensor.dispose();
  });
}
