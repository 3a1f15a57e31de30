import { assertClose, assertEquals } from "../assert.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { runFile } from "./child.ts";
import { evaluate, operations } from "./operations.ts";

if (testBackend !== "cpu") {
  testTensors("every kernel agrees with the cpu backend to 2e-5 of the largest value", async () => {
    const bytes = await runFile(new URL("./operations.ts", import.meta.url), ["cpu"]);
    const expected = new Float32Array(bytes.slice().buffer);
    let at = 0;
    for (const operation of operations()) {
      const { y, dy, gradients } = evaluate(operation);
      for (const [i, tensor] of [y, ...gradients].entries()) {
        const want = expected.subarray(at, at + tensor.size);
        at += tensor.size;
        const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const what = i === 0 ? "value" : `gradient of input ${i - 1}`;
        assertClose(tensor.dataSync(), want, 2e-5 * Math.max(largest, 1e-3), `${operation.name}, ${what}`);
      }
      for (const tensor of [y, dy, ...gradients]) tensor.dispose();
    }
    assertEquals(at, expected.length);
  });
}
