import * as tf from "@tensorflow/tfjs-core";
import { assertEquals } from "../../assert.ts";
import { take, testBackend, testTensors } from "../../tensors.ts";

if (testBackend === "tensorflow") {
  testTensors("whole numbers are rounded to themselves, others to the nearest even one", () => {
    const [whole, half] = [tf.tensor1d([-12345678, 0, 7], "int32"), tf.tensor1d([-1.5, 0.5, 2.5, 3.4])];
    assertEquals(take(tf.round(whole)), [-12345678, 0, 7]);
    assertEquals(take(tf.round(half)).map((value) => value + 0), [-2, 0, 2, 3]);
    for (const tensor of [whole, half]) tensor.dispose();
  });
}
