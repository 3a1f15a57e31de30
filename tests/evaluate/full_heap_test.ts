import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory, tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { looker } from "../../lib/evaluate/looker.ts";
import { convnext, linear } from "../../lib/models/mod.ts";
import { forwardModel, initModel } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { fillHeap } from "../full_heap.ts";

await useBackend("wasm", { threads: 2 });
Deno.test.afterAll(closeBackend);

const model = { backbone: convnext({ depths: [1, 1], dims: [16, 32] }), head: linear({ classes: 2 }) };

Deno.test("a looker with too little heap for all images sees the same, some at a time", async () => {
  const network = await initModel(model, (name) => random(1, name));
  const images = tensor(random(1, "images").normals(64 * 32 * 32 * 3), [64, 32, 32, 3]) as Tensor4D;
  using eye = looker(model);
  const expected = eye.look(network, images);
  const values = [[...expected.embedding.dataSync()], [...expected.logits.dataSync()]];
  const before = memory().numTensors;
  const free = fillHeap(2 ** 20);
  assertThrows(() => forwardModel(model, network, { images }), RangeError, "Cannot allocate");
  const seen = eye.look(network, images);
  assertEquals([[...seen.embedding.dataSync()], [...seen.logits.dataSync()]], values);
  disposeTree({ ...seen });
  assertEquals(memory().numTensors, before);
  const none = fillHeap(2 ** 10);
  assertThrows(() => eye.look(network, images), RangeError, "Cannot allocate");
  none();
  free();
  disposeTree({ network, images, ...expected });
});
