import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { canCompile } from "../../lib/engine/compiled.ts";
import { memory, type Tensor, tensor, type Tensor1D, type Tensor4D } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { initModel } from "../../lib/models/model.ts";
import { optimizers } from "../../lib/optimizers/mod.ts";
import { random } from "../../lib/random.ts";
import { readLoss, stepper, trainStep, type Weights } from "../../lib/train/step.ts";
import type { Batch } from "../../lib/types.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { tinyDual } from "../tiny_world.ts";

await useBackend(builtAddon() === null ? "wasm" : "tensorflow", { threads: 2 });
Deno.test.afterAll(closeBackend);

const experiment = tinyDual();

async function fresh(): Promise<Weights> {
  const params = await initModel(experiment.model, (name) => random(1, "init", name));
  return { params, state: optimizers[experiment.optimizer.kind].init(experiment.optimizer, params) };
}

/** As many rows of each of the four groups. */
function batchOf(rows: number, name: string): Batch {
  const values = random(2, name).normals(4 * rows * 16 * 16 * 3);
  const images = tensor(values, [4 * rows, 16, 16, 3]) as Tensor4D;
  const labels = tensor(Array.from({ length: 4 * rows }, (_, i) => i < rows ? 0 : 1)) as Tensor1D;
  return {
    ids: [],
    images,
    labels,
    groups: { real: rows, fake: rows, realRec: rows, fakeRec: rows },
    [Symbol.dispose]: () => [images, labels].forEach((each: Tensor) => each.dispose()),
  };
}

Deno.test("a stepper takes the steps that trainStep() takes, whatever the size of the batch", async () => {
  if (!canCompile()) {
    // deno-lint-ignore no-console -- a test that has little to look at says so
    console.log("The tensorflow backend is not built here, so steps are not replayed: deno task engine:tensorflow");
  }
  const before = memory().numTensors;
  let [plain, stepped] = [await fresh(), await fresh()];
  {
    using steps = stepper(experiment);
    for (let step = 1; step <= 6; step++) {
      using batch = batchOf(step === 3 || step === 6 ? 2 : 3, `batch ${step}`);
      const given = { batch, rate: 1e-3 / step, step };
      const one = trainStep(experiment, plain, given);
      const other = steps.take(stepped, given);
      const [expected, got] = [await readLoss(one.value), await readLoss(other.value)];
      assertEquals(Object.keys(got), Object.keys(expected));
      // a recorded step may be fused and rounded in another way; losses are about 1, rounded to 1e-7
      assertClose(Object.values(got), Object.values(expected), 1e-6, `loss of step ${step}`);
      [plain, stepped] = [one, other].map(({ params, state }) => ({ params, state }));
    }
  }
  const values = ({ params }: Weights) => entries(params).flatMap(([, leaf]) => [...leaf.dataSync()]);
  assertClose(values(stepped), values(plain), 1e-6, "parameters");
  for (const { params, state } of [plain, stepped]) for (const tree of [params, state]) disposeTree(tree);
  assertEquals(memory().numTensors, before);
});
