import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { canCompile } from "../../lib/engine/compiled.ts";
import { memory, tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { looker } from "../../lib/evaluate/looker.ts";
import { convnext, errorGuided, linear, resnet } from "../../lib/models/mod.ts";
import { forwardModel, initModel, type Model } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";

await useBackend(builtAddon() === null ? "wasm" : "tensorflow", { threads: 2 });
Deno.test.afterAll(closeBackend);

const models: Model[] = [
  { backbone: convnext({ depths: [1], dims: [8] }), head: linear({ classes: 2, embedding: 3 }) },
  { backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1] }), head: linear({ places: true, dropout: 0.5 }) },
];

Deno.test("a looker sees what the model says, of any number of images, and leaves nothing", async () => {
  if (!canCompile()) {
    // deno-lint-ignore no-console -- a test that has little to look at says so
    console.log("The tensorflow backend is not built here, so passes are not replayed: deno task engine:tensorflow");
  }
  const before = memory().numTensors;
  for (const model of models) {
    const network = await initModel(model, (name) => random(1, name));
    using eye = looker(model);
    for (const [i, rows] of [2, 3, 2, 2].entries()) {
      const images = tensor(random(i, "images").normals(rows * 32 * 32 * 3), [rows, 32, 32, 3]) as Tensor4D;
      const [seen, said] = [eye.look(network, images), forwardModel(model, network, { images })];
      assertEquals(Object.keys(seen), ["embedding", "logits"]);
      for (const name of ["embedding", "logits"] as const) {
        assertClose(seen[name].dataSync(), said[name].dataSync(), 1e-6, name);
      }
      disposeTree({ images, seen, said });
    }
    disposeTree(network);
  }
  assertEquals(memory().numTensors, before);
});

Deno.test("a looker hands on error maps, of images beside which they stand", async () => {
  const before = memory().numTensors;
  const backbone = resnet({ depth: 18, blocks: [1, 1, 1, 1] });
  const model: Model = { backbone, refine: errorGuided({ channels: 256, side: 2 }), head: linear({ classes: 2 }) };
  const network = await initModel(model, (name) => random(1, name));
  {
    using eye = looker(model);
    using plain = looker(models[0]);
    assertEquals([eye.errorMaps, plain.errorMaps], [true, false]);
    for (const [i, rows] of [2, 3, 2].entries()) {
      const images = tensor(random(i, "images").normals(rows * 32 * 32 * 3), [rows, 32, 32, 3]) as Tensor4D;
      const errorMaps = tensor(random(i, "maps").normals(rows * 4 * 4 * 4), [rows, 4, 4, 4]) as Tensor4D;
      const [seen, said] = [
        eye.look(network, images, { errorMaps }),
        forwardModel(model, network, { images, errorMaps }),
      ];
      assertClose(seen.logits.dataSync(), said.logits.dataSync(), 1e-6);
      assertThrows(() => eye.look(network, images), TypeError, "no error maps are given");
      disposeTree({ images, errorMaps, seen, said });
    }
    disposeTree(network);
  }
  assertEquals(memory().numTensors, before);
});
