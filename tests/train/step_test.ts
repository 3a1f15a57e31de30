import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { canCompile } from "../../lib/engine/compiled.ts";
import { memory, type Tensor, tensor, type Tensor1D, type Tensor4D } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree, entries, type Tree } from "../../lib/engine/tree.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { convnext } from "../../lib/models/mod.ts";
import { initModel } from "../../lib/models/model.ts";
import { adamW, sam } from "../../lib/optimizers/mod.ts";
import { random } from "../../lib/random.ts";
import { readLoss, stepper } from "../../lib/train/step.ts";
import { firstWeights, judgedNetwork, type Weights } from "../../lib/train/weights.ts";
import type { Batch, LossValue } from "../../lib/types.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { tinyDual } from "../tiny_world.ts";

await useBackend(builtAddon() === null ? "wasm" : "tensorflow", { threads: 2 });
Deno.test.afterAll(closeBackend);

const experiment = tinyDual();

async function fresh(of = experiment): Promise<Weights> {
  return firstWeights(of, await initModel(of.model, (name) => random(1, "init", name)));
}

/** As many rows of each of the four groups. */
function batchOf(rows: number, name: string): Batch {
  const values = random(2, name).normals(4 * rows * 16 * 16 * 3);
  const images = tensor(values, [4 * rows, 16, 16, 3]) as Tensor4D;
  const labels = tensor(Array.from({ length: 4 * rows }, (_, i) => i < rows ? 0 : 1)) as Tensor1D;
  return {
    ids: [],
    errorMaps: null,
    tokens: null,
    images,
    labels,
    groups: { real: rows, fake: rows, realRec: rows, fakeRec: rows },
    [Symbol.dispose]: () => [images, labels].forEach((each: Tensor) => each.dispose()),
  };
}

/** Losses of some steps, and the weights after them; a step of as many batches as the definition accumulates. */
async function train(
  of: Experiment,
  { batches, records = canCompile() }: { batches: readonly (readonly Batch[])[]; records?: boolean },
): Promise<{ losses: number[]; weights: Weights }> {
  using steps = stepper(of, { records });
  let weights = await fresh(of);
  const losses: number[] = [];
  for (const [i, each] of batches.entries()) {
    const { value, ...next } = steps.take(weights, {
      batches: each,
      rate: 1e-3 / (i + 1),
      step: i + 1,
      place: i + 1,
    }) as Weights & { value: LossValue };
    losses.push(...Object.values(await readLoss(value)));
    weights = next;
  }
  return { losses, weights };
}

const valuesOf = (tree: Tree): Record<string, number[]> =>
  Object.fromEntries(entries(tree).map(([path, leaf]) => [path, [...leaf.dataSync()]]));

/** Fails unless each tensor, and nothing else, is near the other's. */
function assertNear(got: Tree, expected: Tree, tolerance: number): void {
  const [a, b] = [valuesOf(got), valuesOf(expected)];
  assertEquals(Object.keys(a), Object.keys(b));
  for (const [path, values] of Object.entries(a)) assertClose(values, b[path], tolerance, path);
}

function test(name: string, body: () => Promise<Tree>): void {
  Deno.test(name, async () => {
    const before = memory().numTensors;
    disposeTree(await body());
    assertEquals(memory().numTensors, before);
  });
}

test("a recorded step is the step itself, whatever the size of the batch and whatever it does", async () => {
  if (!canCompile()) {
    // deno-lint-ignore no-console -- a test that has little to look at says so
    console.log("The tensorflow backend is not built here, so steps are not replayed: deno task engine:tensorflow");
  }
  const everything = derive(experiment, {
    model: {
      backbone: convnext({ depths: [1, 1], dims: [4, 6], dropPath: 0.5 }),
      head: { dropout: 0.4 },
    },
    trainable: { lastStages: 2, ema: 0.9, headNonNegative: true },
    optimizer: sam({ base: adamW({ rate: 1e-3 }) }),
    clip: 0.5,
  });
  const held: Tree[] = [];
  for (const each of [experiment, everything, derive(everything, { batch: { accumulate: 2 } })]) {
    const count = each.batch.accumulate ?? 1;
    const sizes = [3, 3, 2, 3, 3, 2];
    const batches = sizes.map((rows, i) => Array.from({ length: count }, (_, j) => batchOf(rows, `${i} ${j}`)));
    const [plain, stepped] = [await train(each, { batches, records: false }), await train(each, { batches })];
    // a recorded step may be fused and rounded in another way; losses are about 1, rounded to 1e-7
    assertClose(stepped.losses, plain.losses, 1e-6, "losses");
    assertNear(stepped.weights, plain.weights, 2e-6);
    for (const batch of batches.flat()) batch[Symbol.dispose]();
    held.push(plain.weights, stepped.weights);
  }
  return held;
});

test("only the last stages learn when only they are to", async () => {
  const before = await fresh();
  using batch = batchOf(2, "batch");
  for (const [lastStages, start] of [[0, "head"], [1, "backbone.stages.1"]] as const) {
    const { weights } = await train(derive(experiment, { trainable: { lastStages } }), { batches: [[batch]] });
    const [was, is] = [valuesOf(before.params), valuesOf(weights.params)];
    const moved = Object.keys(was).filter((path) => was[path].join() !== is[path].join());
    assert(moved.some((path) => path.startsWith(start)), "nothing moved");
    for (const path of moved) assert(/^head\.|^backbone\.(stages\.1|head\.norm)\./.test(path), path);
    if (lastStages === 0) assert(moved.every((path) => path.startsWith("head.")), moved.join());
    disposeTree(weights);
  }
  return before;
});

test("what is judged is the running mean of the weights", async () => {
  const batches = [[batchOf(2, "a")], [batchOf(2, "b")]];
  const of = derive(experiment, { trainable: { ema: 0.75 } });
  const [start, one, two] = [
    await fresh(of),
    await train(experiment, { batches: batches.slice(0, 1) }),
    await train(experiment, { batches }),
  ];
  const { weights } = await train(of, { batches });
  assertNear(weights.params, two.weights.params, 1e-7); // averaging moves nothing
  const judged = valuesOf(judgedNetwork(weights).params);
  const [p0, p1, p2] = [start, one.weights, two.weights].map(({ params }) => valuesOf(params));
  for (const [path, values] of Object.entries(judged)) {
    const mean = p0[path].map((x, i) => 0.75 * (0.75 * x + 0.25 * p1[path][i]) + 0.25 * p2[path][i]);
    assertClose(values, mean, 1e-6, path);
  }
  for (const batch of batches.flat()) batch[Symbol.dispose]();
  return [start, one.weights, two.weights, weights];
});

test("the last layer stays at 0 or above when it has to", async () => {
  using batch = batchOf(2, "batch");
  const { weights } = await train(derive(experiment, { trainable: { headNonNegative: true } }), { batches: [[batch]] });
  const values = valuesOf(weights.params);
  assert(values["head.fc.weight"].every((x) => x >= 0) && values["head.fc.weight"].some((x) => x === 0));
  assert(Object.values(values).flat().some((x) => x < 0));
  return weights;
});

test("accumulated batches step by the mean of their gradients", async () => {
  using batch = batchOf(2, "batch");
  const twice = await train(derive(experiment, { batch: { accumulate: 2 } }), { batches: [[batch, batch]] });
  const once = await train(experiment, { batches: [[batch]] });
  assertClose(twice.losses, once.losses, 1e-6);
  assertNear(twice.weights.params, once.weights.params, 1e-6);
  return [twice.weights, once.weights];
});
