import { derive, type Experiment, experiment } from "../lib/experiment.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { aligned } from "../lib/layouts/aligned.ts";
import { lareList } from "../lib/layouts/lare_list.ts";
import { convnext, linear } from "../lib/models/mod.ts";
import { indexData } from "../lib/data/index_make.ts";
import { accuracy, describeScores, fitIsotonic } from "../lib/metrics/mod.ts";
import { validationThreshold } from "../lib/thresholds/mod.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { readEvents } from "../lib/runs/event_log.ts";
import { findFolder, findRecord, readHeader } from "../lib/runs/store.ts";
import { existing } from "../lib/reconstruct/mod.ts";
import { plateau } from "../lib/schedules/mod.ts";
import type { RunEvent, RunRecord } from "../lib/types.ts";
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

Deno.test("run() scores its validation split with the network that is tested", async () => {
  const record = await run(tinyDual(), options("first"));
  const validation = record.validation!;
  assertEquals(describeScores(validation.label, validation.score), record.history.at(-1)!.validation);
  assertEquals(validation.id.filter((id) => record.scores.id.includes(id)), []);
  assert(validation.id.every((id) => id.includes("/train/")), validation.id.join());
  const { threshold, calibration } = record.frozen!;
  assertEquals([threshold.goal, threshold.real + threshold.fake, calibration], [
    "accuracy",
    validation.id.length,
    null,
  ]);
  const { label, score } = validation;
  assertEquals(accuracy(label, score, threshold), threshold.accuracy);
  assert(threshold.accuracy >= accuracy(label, score));
});

Deno.test("run() freezes what its definition says on validation, before it looks at test scores", async () => {
  const evaluate = { threshold: validationThreshold({ images: 2, by: "class" }), calibration: "isotonic" } as const;
  const { frozen, metrics, validation, id } = await run(derive(tinyDual(), { evaluate }), options("frozen"));
  assertEquals(
    [frozen!.threshold.real, frozen!.threshold.fake],
    [2, 2].map((most, label) => Math.min(most, validation!.label.filter((one) => one === label).length)),
  );
  assertEquals(frozen!.calibration, fitIsotonic(validation!.label, validation!.score));
  assert(metrics.sd14.frozenAccuracy >= 0 && metrics.mean.calibratedEce15 >= 0);
  assert(id !== (await run(tinyDual(), options("first"))).id);
});

Deno.test("run() finds a finished run and does not train again", async () => {
  const told: RunEvent["kind"][] = [];
  for await (const event of events(derive(tinyDual(), { name: "another title" }), options("first"))) {
    told.push(event.kind);
  }
  assertEquals(told, ["done"]);
  assertEquals((await foldersIn(`${folder}/first`)).length, 1);
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
      assertEquals([taken.scores, taken.probe, taken.validation], [whole.scores, whole.probe, whole.validation]);
      assertEquals(
        taken.history.map(({ seconds: _, megabytes: __, ...row }) => row),
        whole.history.map(({ seconds: _, megabytes: __, ...row }) => row),
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

Deno.test("run() trains on photographs and their reconstructions alone, where those are all the fakes there are", async () => {
  const half = `${folder}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/nature`;
  for (const [kind, place] of [["crop", "0_real"], ["inpainting", "1_fake"]]) {
    const target = `${folder}/twins/train/${place}`;
    await Deno.mkdir(target, { recursive: true });
    for await (const { name } of Deno.readDir(`${half}/${kind}`)) {
      await Deno.copyFile(`${half}/${kind}/${name}`, `${target}/${name}`);
    }
  }
  const paired = derive(tinyDual({ epochs: 1 }), {
    data: { train: [aligned({ folder: "twins" })] },
    reconstruct: existing({ of: "real" }),
    loss: { contrastive: undefined, reconstruction: undefined },
    batch: { size: 4 },
  });
  const { steps, history } = await run(paired, options("aligned"));
  assertEquals(steps.length, 5); // two pairs of ten a step: two of twelve photographs are held out with their fakes
  assert(history[0].validation.auc >= 0 && Number.isFinite(steps[4].loss.total));
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
  await assertRejects(() => Deno.stat(`${folder}/none`), Deno.errors.NotFound);
});

Deno.test({
  name: "run() refuses bfloat16 on another backend than tensorflow, before anything is trained",
  ignore: testBackend === "tensorflow",
  fn: async () => {
    const runs = options("brief");
    const error = await assertRejects(() => run(derive(tinyDual(), { precision: "bfloat16" }), runs), Error);
    assert(error.message.includes("bfloat16 is offered on tensorflow"), error.message);
    for (const place of await foldersIn(runs.runs)) assertEquals(await readHeader(place).catch(() => null), null);
  },
});

/** Runs until a step is done, and stops there. */
async function stopAfter(of: Experiment, step: number, where: RunOptions): Promise<void> {
  const stopper = new AbortController();
  await assertRejects(async () => {
    for await (const event of events(of, { ...where, signal: stopper.signal })) {
      if (event.kind === "step" && event.row.step === step) stopper.abort();
    }
  }, DOMException);
}

Deno.test("run() takes the checkpoint before a damaged one, and says so", async () => {
  const whole = await run(tinyDual(), options("first"));
  const broken = { ...options("broken"), checkpointSeconds: 0 };
  await stopAfter(tinyDual(), 4, broken);
  const [place] = await foldersIn(broken.runs);
  await Deno.truncate(`${place}/checkpoints/step-4.safetensors`, 300);
  const notices: string[] = [];
  let taken: RunRecord | undefined;
  for await (const event of events(tinyDual(), broken)) {
    if (event.kind === "notice") notices.push(event.text);
    if (event.kind === "start") assertEquals(event.step, 3);
    if (event.kind === "done") taken = event.record;
  }
  assertEquals(notices.length, 1);
  assert(
    /step-4.safetensors" is damaged: it has 300 bytes.*Going on from the one of step 3/.test(notices[0]),
    notices[0],
  );
  assertEquals([taken!.steps, taken!.scores], [whole.steps, whole.scores]);
});

Deno.test("run() whose record is damaged goes on from its checkpoint, and says so", async () => {
  const whole = await run(tinyDual(), options("first"));
  const spoilt = options("spoilt");
  await stopAfter(tinyDual(), 4, spoilt);
  const [place] = await foldersIn(spoilt.runs);
  await Deno.truncate(`${place}/record.json`, 100);
  const told: RunEvent[] = [];
  for await (const event of events(tinyDual(), spoilt)) told.push(event);
  const [start, notice] = told;
  assert(start.kind === "start" && start.step === 4);
  assert(notice.kind === "notice" && /it is not JSON .* written anew, from the last checkpoint/.test(notice.text));
  assertEquals((await findRecord(spoilt.runs, whole.id))!.steps, whole.steps);
  await Deno.remove(`${place}/checkpoints`, { recursive: true });
  await Deno.truncate(`${place}/record.json`, 100);
  await assertRejects(() => run(tinyDual(), spoilt), SyntaxError, "--fresh");
  assertEquals((await run(tinyDual(), { ...spoilt, fresh: true })).steps, whole.steps);
});

Deno.test("run() that nobody reads to the end keeps its place, and its record says that it was stopped", async () => {
  const left = options("left");
  for await (const event of events(tinyDual(), left)) if (event.kind === "step" && event.row.step === 2) break;
  const [place] = await foldersIn(left.runs);
  assertEquals((await readHeader(place)).status, "stopped");
  assert((await Deno.stat(`${place}/checkpoints/step-2.json`)).isFile);
  const whole = await run(tinyDual(), options("first"));
  assertEquals((await run(tinyDual(), left)).steps, whole.steps);
});

Deno.test("run() afresh begins anew, also where a run is finished", async () => {
  const again = options("again");
  const first = await run(tinyDual(), again);
  const told: RunEvent[] = [];
  for await (const event of events(tinyDual(), { ...again, fresh: true })) told.push(event);
  assertEquals(told.filter(({ kind }) => kind === "step").length, 6);
  const second = await findRecord(again.runs, first.id);
  assert(second!.started > first.started);
  assertEquals(second!.steps, first.steps);
});

Deno.test("run() stops at a loss that is not finite, naming the step, the terms and the batch, and keeps good weights", async () => {
  const wild = derive(tinyDual(), { optimizer: { rate: 1e30 } });
  const error = await assertRejects(() => run(wild, options("wild")), Error, "is not finite");
  assert(
    /loss of step \d+ .*classification NaN.*its batch is "GenImage.*onNaN: "skip"/.test(error.message),
    error.message,
  );
  const [place] = await foldersIn(options("wild").runs);
  const header = await readHeader(place);
  assertEquals([header.status, header.error], ["failed", error.message]);
  const rows = (await Array.fromAsync(readEvents(place))).filter((event) => event.kind === "nonfinite");
  assertEquals(rows.map(({ row, skipped }) => [row.ids.length, row.loss.total, skipped]), [[12, NaN, false]]);
});

Deno.test("run() that leaves out no step ends as one that would stop", async () => {
  const careful = derive(tinyDual(), { onNaN: "skip" });
  const whole = await run(tinyDual(), options("first"));
  const { steps, scores } = await run(careful, options("careful"));
  assertEquals([steps, scores], [whole.steps, whole.scores]);
});

Deno.test("run() judges the network within an epoch too, takes the best of all judgements, and ends when none is better", async () => {
  const judged = derive(tinyDual({ epochs: 20 }), {
    name: "judged",
    batch: { size: 4 },
    select: { metric: "auc", every: 4, patience: 3 },
  });
  const whole = await run(judged, options("judged"));
  const rows = whole.history.flatMap((row) => [...row.between, row]);
  const steps = [...new Set(rows.map(({ step }) => step))];
  assertEquals(steps.slice(0, 3), [4, 8, 10]); // ten steps an epoch
  assert(whole.history.length < 20, "it ends early");
  const values = steps.map((step) => rows.find((row) => row.step === step)!.validation.auc);
  const best = values.indexOf(Math.max(...values));
  assertEquals(whole.best!.step, steps[best]);
  assertEquals(steps.length - 1 - best, 3);
  for (const step of [4, 5, 10]) {
    const stopped = options(`judged-${step}`);
    await stopAfter(judged, step, stopped);
    const taken = await run(judged, stopped);
    const bare = ({ history, best, scores }: RunRecord) => [
      history.map(({ seconds: _, megabytes: __, ...row }) => row),
      best,
      scores,
    ];
    assertEquals(bare(taken), bare(whole));
  }
});

Deno.test("run() tells of each epoch what every phase took in time and memory", async () => {
  const { history } = await run(tinyDual(), options("first"));
  for (const { seconds, megabytes } of history) {
    assert(seconds.data > 0 && seconds.step > 0 && seconds.evaluate > 0);
    assert([megabytes!.data, megabytes!.step, megabytes!.evaluate].every((each) => each > 50));
  }
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

Deno.test("run() does not go on where its data has changed, says how, and begins anew where it is told to", async () => {
  const data = `${folder}/changing`;
  await writeTinyWorld(data);
  const changing = { ...options("changing-runs"), data };
  await stopAfter(tinyDual(), 1, changing);
  const photographs = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/nature`;
  const rename = async (from: string, to: string): Promise<void> => {
    for (const kind of ["crop", "inpainting"]) {
      await Deno.rename(`${photographs}/${kind}/${from}.png`, `${photographs}/${kind}/${to}.png`);
    }
  };
  await rename("003", "903");
  const refused = await assertRejects(() => run(tinyDual(), changing), Error, "its data has changed since it began:\n");
  assert(/^ +train, real, sd14: 1 added, 1 removed, 0 changed, of \d+$/m.test(refused.message), refused.message);
  assert(refused.message.includes("--fresh (fresh: true)"), refused.message);
  assertEquals((await foldersIn(changing.runs)).length, 1);
  await stopAfter(tinyDual(), 1, { ...changing, fresh: true });
  assertEquals((await foldersIn(changing.runs)).length, 2);
  const [again] = await Array.fromAsync(takeOne(events(tinyDual(), changing)));
  assert(again.kind === "start" && again.step === 1, Deno.inspect(again)); // the one begun on this data
  await rename("903", "003");
  const [first] = await Array.fromAsync(takeOne(events(tinyDual(), changing)));
  assert(first.kind === "start" && first.step === 1, Deno.inspect(first));
});

Deno.test("run() goes by the sizes and contents that an index beside the data tells", async () => {
  const data = `${folder}/indexed`;
  await writeTinyWorld(data);
  const indexed = { ...options("indexed-runs"), data };
  await stopAfter(tinyDual(), 1, indexed); // before there is an index
  const index = async (): Promise<void> => {
    const work = indexData(tinyDual().data.train[0], { data, file: `${data}/index-genImage.parquet`, hash: true });
    for (let step = await work.next(); !step.done; step = await work.next());
  };
  await index();
  const [goes] = await Array.fromAsync(takeOne(events(tinyDual(), indexed)));
  assert(goes.kind === "start" && goes.step === 1, Deno.inspect(goes));
  await stopAfter(tinyDual({ seed: 9 }), 1, indexed); // begun with it
  const file = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/ai/crop/002.png`;
  await Deno.copyFile(file.replace("002", "001"), file);
  await index();
  const refused = await assertRejects(() => run(tinyDual({ seed: 9 }), indexed), Error, "its data has changed");
  assert(/^ +train, fake, sd14: 0 added, 0 removed, 1 changed, of \d+$/m.test(refused.message), refused.message);
  const record = await run(tinyDual({ seed: 9 }), { ...indexed, fresh: true });
  assert(/^[0-9a-f]{64}$/.test(record.environment.hashes.index));
  const left = (await Array.fromAsync(Deno.readDir((await findFolder(indexed.runs, record.id))!))).map(({ name }) =>
    name
  );
  assert(!left.includes("data.parquet"), left.join());
});

Deno.test("run() does not go on where error maps have changed since, as an index tells", async () => {
  const data = `${folder}/mapped`;
  await writeTinyWorld(data);
  const lines = [["nature", 0], ["ai", 1]].flatMap(([half, fake]) =>
    Array.from({ length: 12 }, (_, i) => {
      const name = String(i).padStart(3, "0");
      return { image: `${half}/crop/${name}.png`, map: `maps/${half}${name}.pt`, named: `${half}${name}.png`, fake };
    })
  );
  await Deno.mkdir(`${data}/maps`);
  for (const { image, map, named } of lines) {
    const from = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/${image}`;
    await Deno.copyFile(from, `${data}/${named}`);
    await Deno.writeFile(`${data}/${map}`, new Uint8Array(64));
  }
  await Deno.writeTextFile(`${data}/list.txt`, lines.map(({ named, fake }) => `${named}\t${fake}`).join("\n"));
  await Deno.writeTextFile(`${data}/maps.txt`, lines.map(({ map, fake }) => `${map}\t${fake}`).join("\n"));
  const list = lareList({ lists: ["list.txt"], maps: ["maps.txt"] });
  const mapped = derive(tinyDual(), {
    data: { train: [list], test: [list] },
    reconstruct: null,
    batch: { size: 4, synced: false },
    loss: { contrastive: undefined, reconstruction: undefined },
  });
  const index = async (): Promise<void> => {
    const work = indexData(list, { data, file: `${data}/index-lareList.parquet`, hash: true });
    for (let step = await work.next(); !step.done; step = await work.next());
  };
  const where = { ...options("mapped-runs"), data };
  await index();
  await stopAfter(mapped, 1, where);
  await Deno.writeFile(`${data}/maps/ai003.pt`, new Uint8Array(64).fill(1));
  await index();
  const refused = await assertRejects(() => run(mapped, where), Error, "its data has changed since it began:\n");
  assert(
    /^ +test, fake, list, error map: 0 added, 0 removed, 1 changed, of 12$/m.test(refused.message),
    refused.message,
  );
  assert(!/fake, list: /.test(refused.message), refused.message);
});

/** The first of some, whose source is then left. */
async function* takeOne<T>(from: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of from) return yield one;
}

Deno.test("run() takes the finished run of a definition where its data is not there any more, and says so", async () => {
  await run(tinyDual(), options("first"));
  const told: RunEvent[] = [];
  for await (const event of events(tinyDual(), { ...options("first"), data: `${folder}/gone` })) told.push(event);
  assertEquals(told.map(({ kind }) => kind), ["notice", "done"]);
});

/** Folders of the runs in a folder. */
async function foldersIn(runs: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(runs));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => `${runs}/${name}`).sort();
}
