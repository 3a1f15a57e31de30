import { gatherSamples } from "../../lib/data/pairs.ts";
import { canCompile } from "../../lib/engine/compiled.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { initModel, modelView } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { loadState } from "../../lib/train/checkpoint.ts";
import { firstState, type TrainState, weightsOf } from "../../lib/train/state.ts";
import { planTraining, train } from "../../lib/train/train.ts";
import { firstWeights } from "../../lib/train/weights.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { testTensors } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const circumstances = { backend: "any", data: "tiny" };

/** The state before the first step. */
async function beginning(of: Experiment): Promise<TrainState> {
  return firstState(firstWeights(of, await initModel(of.model, (name) => random(of.seed, "init", name))));
}

/** Trains to the end, where the pixels of some batches, counted over all epochs from 0, are not finite. */
async function* trainOn(
  of: Experiment,
  state: TrainState,
  { broken, runs }: { broken: readonly number[]; runs: string },
): AsyncGenerator<RunEvent, void> {
  const { train: pairs } = await gatherSamples(of, { data: folder, artifacts: folder });
  const plan = planTraining(of, pairs);
  const { mean, std } = modelView(of.model);
  let asked = 0; // batches are made one at a time, each before it is asked for the next
  const pairsOf: typeof plan.pairsOf = (epoch, batch) => {
    asked = (epoch - 1) * plan.stepsPerEpoch + batch;
    return plan.pairsOf(epoch, batch);
  };
  const sight = {
    view: of.view,
    mean,
    get std() {
      return broken.includes(asked) ? [0, 0, 0] : std;
    },
  };
  await Deno.mkdir(runs, { recursive: true });
  yield* train(of, state, {
    plan: { ...plan, pairsOf },
    sight,
    folder: runs,
    circumstances,
    log: { sync: () => Promise.resolve(0) },
    checkpointSeconds: 300,
    validate: () => Promise.resolve({ validation: { accuracy: 0.5 }, distances: null }),
  });
}

testTensors("a step that is not finite is left out and recorded, and those after it do not see it", async () => {
  const careful = derive(tinyDual(), { onNaN: "skip" });
  const told: RunEvent[] = [];
  const state = await beginning(careful);
  for await (const event of trainOn(careful, state, { broken: [1], runs: `${folder}/skips` })) told.push(event);
  assertEquals(state.step, 6);
  const [row] = state.skipped;
  assertEquals([state.skipped.length, row.step, row.epoch, row.ids.length], [1, 2, 1, 12]);
  assert(Number.isNaN(row.loss.total) && "contrastive" in row.loss, Deno.inspect(row.loss));
  const steps = told.flatMap((event) => event.kind === "step" ? [event.row.step] : []);
  assertEquals(steps, [1, 3, 4, 5, 6]);
  assertEquals(told.filter(({ kind }) => kind === "nonfinite").length, 1);
  assert(entries(weightsOf(state)).every(([, leaf]) => [...leaf.dataSync()].every(Number.isFinite)));
  disposeTree(weightsOf(state));
});

testTensors("a run with steps left out that goes on from a checkpoint ends as one that was never stopped", async () => {
  const careful = derive(tinyDual(), { onNaN: "skip" });
  const ended: number[][] = [];
  for (const stop of [null, 1, 2, 4]) {
    const runs = `${folder}/goes-on-${stop}`;
    let state = await beginning(careful);
    if (stop !== null) {
      for await (const event of trainOn(careful, state, { broken: [1], runs })) {
        const place = event.kind === "step" || event.kind === "nonfinite" ? event.row.step : null;
        if (place === stop) break;
      }
      disposeTree(weightsOf(state));
      ({ state } = await loadState(runs, await beginning(careful), circumstances));
    }
    for await (const _ of trainOn(careful, state, { broken: [1], runs }));
    ended.push(entries(weightsOf(state)).flatMap(([, leaf]) => [...leaf.dataSync()]));
    disposeTree(weightsOf(state));
  }
  for (const other of ended.slice(1)) assertEquals(other, ended[0]);
});

testTensors("training that may not leave steps out keeps the last good weights", async () => {
  const runs = `${folder}/stops`;
  const state = await beginning(tinyDual());
  const error = await assertRejects(async () => {
    for await (const _ of trainOn(tinyDual(), state, { broken: [4], runs }));
  }, Error);
  disposeTree(weightsOf(state));
  const found = await loadState(runs, await beginning(tinyDual()), circumstances);
  // a step that is recorded whole has been taken when its loss is seen, so that the epoch before it is what there is
  const [kept, step] = canCompile() ? ["the last checkpoint", 3] : ["the state before it", 4];
  assert(
    new RegExp(`the loss of step 5 is not finite \\(total NaN, .*; ${kept} is kept`).test(error.message),
    error.message,
  );
  assertEquals(found.state.step, step);
  assert(entries(weightsOf(found.state)).every(([, leaf]) => [...leaf.dataSync()].every(Number.isFinite)));
  disposeTree(weightsOf(found.state));
});
