import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory, tensor, type Tensor2D, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { looker } from "../../lib/evaluate/looker.ts";
import { clip, convnext, errorGuided, linear, resnet } from "../../lib/models/mod.ts";
import { forwardModel, initModel } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { fillHeap } from "../full_heap.ts";

await useBackend("wasm", { threads: 2 });
Deno.test.afterAll(closeBackend);

/** With a network that looks at error maps beside images. */
const refined = {
  backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1] }),
  refine: errorGuided({ channels: 256, side: 2 }),
  head: linear({ classes: 2 }),
};

Deno.test("a looker with too little heap for all images cuts their error maps with them", async () => {
  const network = await initModel(refined, (name) => random(1, name));
  const images = tensor(random(1, "images").normals(64 * 32 * 32 * 3), [64, 32, 32, 3]) as Tensor4D;
  const errorMaps = tensor(random(1, "maps").normals(64 * 4 * 4 * 4), [64, 4, 4, 4]) as Tensor4D;
  using eye = looker(refined);
  const expected = eye.look(network, images, { errorMaps });
  const values = [...expected.logits.dataSync()];
  const free = fillHeap(12 * 2 ** 20);
  assertThrows(() => forwardModel(refined, network, { images, errorMaps }), RangeError, "Cannot allocate");
  const seen = eye.look(network, images, { errorMaps });
  assertClose(seen.logits.dataSync(), values, 1e-5);
  free();
  disposeTree({ network, images, errorMaps, ...expected, seen });
});

Deno.test("a looker with too little heap for all images cuts their captions with them", async () => {
  const sizes = { width: 64, layers: 2, heads: 2, hidden: 256, image: 32, patch: 4, projection: 4 };
  const text = { width: 8, layers: 1, heads: 2, hidden: 8, vocabulary: 50 };
  const reading = { backbone: clip({ sizes, text, towers: ["image", "text"] }), head: linear({ classes: 2 }) };
  const network = await initModel(reading, (name) => random(1, name));
  const images = tensor(random(1, "images").normals(64 * 32 * 32 * 3), [64, 32, 32, 3]) as Tensor4D;
  const numbers = random(1, "tokens");
  const tokens = tensor(Int32Array.from({ length: 64 * 6 }, () => numbers.integer(50)), [64, 6], "int32") as Tensor2D;
  using eye = looker(reading);
  const expected = eye.look(network, images, { tokens });
  const values = [...expected.logits.dataSync()];
  const free = fillHeap(4 * 2 ** 20);
  assertThrows(() => forwardModel(reading, network, { images, tokens }), RangeError, "Cannot allocate");
  const seen = eye.look(network, images, { tokens });
  assertClose(seen.logits.dataSync(), values, 1e-5);
  free();
  disposeTree({ network, images, tokens, ...expected, seen });
});

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
