import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory, type Tensor, tensor, type Tensor1D, type Tensor4D } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { crossEntropy } from "../../lib/losses/mod.ts";
import { convnext, linear } from "../../lib/models/mod.ts";
import { initModel } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { events, run } from "../../lib/run.ts";
import { readLoss, stepper } from "../../lib/train/step.ts";
import { firstWeights, type Weights } from "../../lib/train/weights.ts";
import type { Batch, LossValue } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { assertSame } from "../same_run.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

/** Of 200 steps, means of so many are compared: a single loss hangs on its batch. */
const WINDOW = 25;

const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

if (builtAddon() === null) {
  Deno.test("training in bfloat16 on tensorflow", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow");
  });
} else {
  const folder = await Deno.makeTempDir();
  await writeTinyWorld(folder);
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(async () => {
    closeBackend();
    await Deno.remove(folder, { recursive: true });
  });
  const where = (runs: string) => ({ runs: `${folder}/${runs}`, data: folder, backend: "tensorflow" as const });
  const brief = derive(tinyDual(), { precision: "bfloat16" });

  Deno.test("losses of 200 steps in bfloat16 lie within 2 % of those in float32", async () => {
    const before = memory().numTensors;
    const [expected, got] = [await losses("float32"), await losses("bfloat16")];
    assertEquals(memory().numTensors, before);
    assert(expected.at(-1)! < 0.8 * expected[0], `it does not learn: ${expected.join(", ")}`);
    const apart = got.map((loss, i) => Math.abs(loss - expected[i]) / expected[i]);
    // deno-lint-ignore no-console -- a full count tells what it found
    if (full) console.log(`means of ${WINDOW} steps: ${expected.join(", ")}; apart by ${apart.join(", ")}`);
    assert(apart.every((share) => share <= 0.02), `apart by ${apart.join(", ")}: ${expected.join(", ")}`);
    assert(apart.some((share) => share > 0), "bfloat16 gives the very losses of float32");
  });

  Deno.test("a run in bfloat16 that was stopped ends as if it never was, and its record says what it computed in", async () => {
    const whole = await run(brief, where("whole"));
    assertEquals([whole.status, whole.experiment.precision], ["done", "bfloat16"]);
    const stopper = new AbortController();
    await assertRejects(async () => {
      for await (const event of events(brief, { ...where("stopped"), signal: stopper.signal })) {
        if (event.kind === "step" && event.row.step === 2) stopper.abort();
      }
    }, DOMException);
    assertSame(await run(brief, where("stopped")), whole);
    const float32 = await run(tinyDual(), where("whole"));
    assert(float32.id !== whole.id && float32.steps[1].loss.total !== whole.steps[1].loss.total);
  });
}

/** Means over windows of 200 losses of a network that learns to see a faint grid in noise. */
async function losses(precision: NonNullable<Experiment["precision"]>): Promise<number[]> {
  const model = full
    ? { backbone: convnext({ size: "tiny", layerScale: 0.1, initial: "fanIn" }), head: linear({ classes: 2 }) }
    : {
      backbone: convnext({ depths: [1, 2], dims: [16, 32], layerScale: null, initial: "fanIn" }),
      head: linear({ classes: 2 }),
    };
  const of = derive(tinyDual(), {
    precision,
    model,
    reconstruct: null,
    loss: {
      classification: crossEntropy(),
      contrastive: undefined,
      reconstruction: undefined,
    },
    batch: { synced: false },
  });
  let weights = firstWeights(of, await initModel(of.model, (name) => random(1, "init", name)));
  using steps = stepper(of);
  const found: number[] = [];
  for (let step = 1; step <= 200; step++) {
    using batch = full ? noisyBatch({ rows: 8, side: 224, step }) : noisyBatch({ rows: 16, side: 32, step });
    const taken = steps.take(weights, { batches: [batch], rate: full ? 1e-4 : 1e-3, step, place: step });
    const { value, ...next } = taken as Weights & { value: LossValue };
    found.push((await readLoss(value)).total);
    weights = next;
  }
  disposeTree(weights);
  return Array.from(
    { length: 200 / WINDOW },
    (_, i) => found.slice(i * WINDOW, (i + 1) * WINDOW).reduce((sum, loss) => sum + loss, 0) / WINDOW,
  );
}

/** Noise; over the half that is fake lies a grid of four pixels, fainter than that. */
function noisyBatch({ rows, side, step }: { rows: number; side: number; step: number }): Batch {
  const { normals } = random(3, "batch", step);
  const values = normals(rows * side * side * 3);
  const half = rows / 2;
  for (let i = half * side * side * 3; i < values.length; i++) {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side) % side];
    if (x % 4 === 0 || y % 4 === 0) values[i] += 0.12;
  }
  const images = tensor(values, [rows, side, side, 3]) as Tensor4D;
  const labels = tensor(Array.from({ length: rows }, (_, i) => i < half ? 0 : 1)) as Tensor1D;
  return {
    ids: [],
    errorMaps: null,
    tokens: null,
    images,
    labels,
    groups: { real: half, fake: half, realRec: 0, fakeRec: 0 },
    [Symbol.dispose]: () => [images, labels].forEach((each: Tensor) => each.dispose()),
  };
}
