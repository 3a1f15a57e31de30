import { derive, experiment } from "../lib/experiment.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from "../lib/engine/safetensors.ts";
import { convnext, linear } from "../lib/models/mod.ts";
import { events, run } from "../lib/run.ts";
import { listRuns } from "../lib/runs/index.ts";
import { findRecord } from "../lib/runs/store.ts";
import { plateau } from "../lib/schedules/mod.ts";
import type { RunEvent } from "../lib/types.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
await useBackend(testBackend);
const options = (runs: string) => ({ runs: `${folder}/${runs}`, data: folder, backend: testBackend });
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("run() trains, tests and leaves a record that tells all of it", async () => {
  const before = memory().numTensors;
  const record = await run(tinyDual(), options("first"));
  assertEquals(record.status, "done");
  assertEquals(record.history.map(({ epoch, step }) => [epoch, step]), [[1, 3], [2, 6]]);
  assertEquals(record.steps.length, 6);
  assertEquals(Object.keys(record.steps[0].loss), ["total", "classification", "contrastive", "reconstruction"]);
  for (const { loss: { total, ...terms } } of record.steps) {
    const sum = Object.values(terms).reduce((a, b) => a + b);
    assert(Math.abs(total - sum) < 1e-5, `the total ${total} is not the sum of its terms ${sum}`);
  }
  assertEquals(Object.keys(record.metrics), ["biggan", "sd14", "mean"]);
  assertEquals(record.scores.id.length, 48);
  assert(record.scores.score.every((score) => score >= 0 && score <= 1));
  assertEquals(record.probe!.id, record.scores.id);
  assert(record.probe!.score.every((score) => score >= 0 && score <= 1));
  assert(record.seconds > 0 && record.megabytes > 0);
  assertEquals(await findRecord(options("first").runs, record.id), record);
  assertEquals(memory().numTensors, before);
});

Deno.test("run() finds a finished run and does not train again", async () => {
  const told: RunEvent["kind"][] = [];
  for await (const event of events(derive(tinyDual(), { name: "another title" }), options("first"))) {
    told.push(event.kind);
  }
  assertEquals(told, ["done"]);
  assertEquals((await Array.fromAsync(listRuns(`${folder}/first`))).length, 1);
});

Deno.test("run() learns: a longer run separates photographs from the fakes it saw", async () => {
  const longer = derive(tinyDual({ epochs: 15 }), { loss: { contrastive: undefined, reconstruction: undefined } });
  const record = await run(longer, options("longer"));
  assert(record.metrics.sd14.auc > 0.9, `AUC ${record.metrics.sd14.auc} on the generator it was trained on`);
  assert(record.steps[44].loss.total < record.steps[0].loss.total / 2);
});

/** Everything that a step may do beside its gradient, until its validation stands still. */
const busy = derive(tinyDual(), {
  name: "busy",
  model: { backbone: { dropPath: 0.5 } },
  trainable: { lastStages: 2, ema: 0.5 },
  clip: 1,
  batch: { accumulate: 2 },
  epochs: null,
  schedule: plateau({ patience: 1, factor: 0.1, floor: 1e-3 }),
});

for (const [of, stops] of [[tinyDual(), [1, 3, 4]], [busy, [1, 3]]] as const) {
  for (const stopAfter of stops) {
    Deno.test(`run() of "${of.name}" stopped after step ${stopAfter} ends as if it never was`, async () => {
      const whole = await run(of, options("first"));
      const stopper = new AbortController();
      const stopped = options(`stopped-${stopAfter}`);
      await assertRejects(async () => {
        for await (const event of events(of, { ...stopped, signal: stopper.signal })) {
          if (event.kind === "step" && event.row.step === stopAfter) stopper.abort();
        }
      }, DOMException);
      const taken = await run(of, stopped);
      assertEquals(taken.steps, whole.steps);
      assertEquals([taken.scores, taken.probe], [whole.scores, whole.probe]);
      assertEquals(
        taken.history.map(({ seconds: _, ...row }) => row),
        whole.history.map(({ seconds: _, ...row }) => row),
      );
    });
  }
}

Deno.test("run() ends where the schedule does, and says after each epoch how many steps there are at least", async () => {
  const told: number[] = [];
  const epochs: number[] = [];
  for await (const event of events(busy, options("plateau"))) {
    if (event.kind === "start") assertEquals(event.epochs, null);
    if (event.kind === "start" || event.kind === "epoch") told.push(event.steps);
    if (event.kind === "epoch") epochs.push(event.row.rate);
  }
  assertEquals(epochs[0], 1e-2);
  assertEquals(epochs.at(-1), 1e-3); // lowered once; a second time would be below the floor
  assertEquals(told[0], 5); // a step an epoch: one is best, two are borne, and two more at the lower rate
  assertEquals(told.at(-1), epochs.length);
});

Deno.test("run() measures distances to reconstructions also where it trains on none", async () => {
  const plain = derive(tinyDual(), {
    reconstruct: null,
    batch: { size: 6, synced: false },
    loss: { contrastive: undefined, reconstruction: undefined },
  });
  for (const each of [tinyDual(), plain]) {
    for (const { distances } of (await run(each, options("first"))).history) {
      assert([distances!.real!, distances!.fake!].every((distance) => distance >= 0 && distance <= 4));
    }
  }
});

Deno.test("run() makes one probe of one data set, whatever it trains", async () => {
  const told: RunEvent[] = [];
  for await (const event of events(tinyDual({ seed: 3, epochs: 1 }), options("probed"))) told.push(event);
  const [last, done] = told.slice(-2);
  assertEquals(last, { kind: "probe", done: 69, total: 69 }); // 21 training, 48 test samples
  assert(done.kind === "done" && done.record.probe!.score.length === 48);
  const other = await run(derive(tinyDual({ seed: 3, epochs: 1 }), { optimizer: { rate: 1e-3 } }), options("probed"));
  assertEquals(other.probe, done.record.probe);
});

Deno.test("run() takes up a run whose epochs were not measured, by a version older than distances", async () => {
  const stopper = new AbortController();
  const older = options("older");
  await assertRejects(async () => {
    for await (const event of events(tinyDual(), { ...older, signal: stopper.signal })) {
      if (event.kind === "step" && event.row.step === 4) stopper.abort();
    }
  }, DOMException);
  const [{ folder: place }] = await Array.fromAsync(listRuns(older.runs));
  const bytes = await Deno.readFile(`${place}/last.safetensors`);
  const { progress } = readSafetensorsMetadata(bytes);
  const { history: [{ distances: _, ...row }], ...rest } = JSON.parse(progress);
  const stripped = { progress: JSON.stringify({ ...rest, history: [row] }) };
  await Deno.writeFile(`${place}/last.safetensors`, writeSafetensors(readSafetensors(bytes), stripped));
  const { history } = await run(tinyDual(), older);
  assertEquals(history.map(({ distances }) => distances === null), [true, false]);
});

Deno.test("run() with another seed trains another network", async () => {
  const [one, two] = [await run(tinyDual(), options("first")), await run(tinyDual({ seed: 2 }), options("first"))];
  assert(one.steps[0].loss.total !== two.steps[0].loss.total);
});

Deno.test("run() names everything that is missing before it trains", async () => {
  const backbone = convnext({ size: "base", weights: "timm/convnext_base.fb_in22k" });
  const lacking = experiment({ ...tinyDual(), model: { backbone, head: linear({ classes: 1 }) } });
  const error = await assertRejects(
    () => run(lacking, { runs: `${folder}/none`, data: `${folder}/nowhere`, backend: testBackend }),
    Deno.errors.NotFound,
    "GenImage",
  );
  assert(error.message.includes("convnext_base"), error.message);
  assertEquals(await Array.fromAsync(listRuns(`${folder}/none`)), []);
});

Deno.test("run() refuses a truncated checkpoint and says what to do", async () => {
  const stopper = new AbortController();
  const broken = options("broken");
  await assertRejects(async () => {
    for await (const event of events(tinyDual(), { ...broken, signal: stopper.signal })) {
      if (event.kind === "step") stopper.abort();
    }
  }, DOMException);
  const [{ folder: place }] = await Array.fromAsync(listRuns(broken.runs));
  await Deno.truncate(`${place}/last.safetensors`, 300);
  const before = memory().numTensors;
  await assertRejects(() => run(tinyDual(), broken), Error, "Delete the file to start the run again");
  assertEquals(memory().numTensors, before);
});

Deno.test("run() stops at a loss that is not finite, naming the step, the terms and the batch", async () => {
  const wild = derive(tinyDual(), { optimizer: { rate: 1e30 } });
  const error = await assertRejects(() => run(wild, options("wild")), Error, "is not finite");
  assert(/loss of step \d+ .*classification NaN.*batch began with "GenImage/.test(error.message), error.message);
});

Deno.test("run() refuses a folder of runs that is a file, before it trains", async () => {
  const told: string[] = [];
  await Deno.writeTextFile(`${folder}/taken`, "");
  await assertRejects(
    async () => {
      for await (const event of events(tinyDual(), { ...options("first"), runs: `${folder}/taken` })) {
        told.push(
          event.kind,
        );
      }
    },
    Error,
    "taken",
  );
  assertEquals(told, []);
});

Deno.test("run() does not take up a run that was trained on other data", async () => {
  const stopper = new AbortController();
  const data = `${folder}/changing`;
  await writeTinyWorld(data);
  const changing = { ...options("changing-runs"), data };
  await assertRejects(async () => {
    for await (const event of events(tinyDual(), { ...changing, signal: stopper.signal })) {
      if (event.kind === "step") stopper.abort();
    }
  }, DOMException);
  await Deno.remove(`${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/nature/crop/003.png`);
  await assertRejects(() => run(tinyDual(), changing), Error, "it was trained on other data (train");
});
