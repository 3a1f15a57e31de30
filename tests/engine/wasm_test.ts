import { heapBytes } from "../../lib/engine/backend.ts";
import { matMul, ones, type Tensor2D } from "../../lib/engine/ops.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { runFile, runModule } from "./child.ts";
import { trainer } from "./training.ts";

if (testBackend === "wasm") {
  testTensors("the heap stays as it is over some hundred steps", () => {
    const { step, dispose } = trainer({ batch: 8, size: 16 });
    for (let i = 0; i < 20; i++) step();
    const before = heapBytes();
    for (let i = 0; i < 300; i++) step();
    assertEquals(heapBytes(), before);
    dispose();
  });

  testTensors("a tensor larger than the heap is refused with its size", () => {
    const [column, row, longer] = [ones([40000, 1]), ones([1, 26840]), ones([1, 30000])] as Tensor2D[];
    assertThrows(
      () => matMul(column, row),
      RangeError,
      "Cannot allocate 4095.5 MB for a tensor [40000, 26840] on the heap of the wasm backend: ",
    );
    assertThrows(() => matMul(column, longer), RangeError, "Cannot allocate 4577.6 MB for a tensor [40000, 30000]");
    for (const tensor of [column, row, longer]) tensor.dispose();
  });
}

Deno.test("near 4 GiB the allocator never hands out less than it was asked for", async () => {
  const lines = await runModule(`
    import * as tf from "@tensorflow/tfjs-core";
    import { closeBackend, useBackend } from "${new URL("../../lib/engine/backend.ts", import.meta.url).href}";
    await useBackend("wasm", { threads: 1 });
    const write = (size) => tf.backend().write(null, [size], "float32");
    // a block freed at the end of what is taken, then more than is left behind it
    tf.backend().disposeData(write(2 ** 19));
    for (let i = 0; i < 3; i++) write(2 ** 28);
    for (let i = 0; i < 2; i++) try { console.log(write(2 ** 28)); } catch ({ message }) { console.log(message); }
    write(2 ** 27);
    closeBackend();
  `);
  const refused = /^Cannot allocate 1024\.0 MB for a tensor \[268435456\].* 3072\.0 MB are in use/;
  const [first, second, ...rest] = new TextDecoder().decode(lines).trimEnd().split("\n");
  assert(refused.test(first) && refused.test(second) && rest.length === 0, `${first}\n${second}`);
});

Deno.test("training gives the same parameters to the last bit with 1, 2, 3 and 5 threads", async () => {
  const digests = [];
  for (const threads of ["1", "2", "3", "5"]) {
    const printed = await runFile(new URL("./training.ts", import.meta.url), [threads]);
    digests.push(new TextDecoder().decode(printed).trim());
  }
  assert(/^[0-9a-f]{64}$/.test(digests[0]), digests[0]);
  assertEquals(new Set(digests).size, 1, digests.join(" "));
});
