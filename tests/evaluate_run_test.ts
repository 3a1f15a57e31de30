import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { evaluate, evaluateEvents } from "../lib/evaluate_run.ts";
import { derive } from "../lib/experiment.ts";
import { aligned, genImage } from "../lib/layouts/mod.ts";
import { run } from "../lib/run.ts";
import { lockRun } from "../lib/runs/lock.ts";
import { findFolder, readRecord, writeRecord } from "../lib/runs/store.ts";
import type { RunRecord } from "../lib/types.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
const runs = `${folder}/runs`;
const data = folder;
await writeTinyWorld(data);
await useBackend(testBackend);
const options = { runs, data, backend: testBackend };
/** Tested on what it was trained on; "biggan" is a further set. */
const seen = derive(tinyDual(), {
  data: { test: [genImage({ generators: ["sd14"], reconstructions: "inpainting" })] },
});
const record = await run(seen, options);
const place = (await findFolder(runs, record.id))!;
const further = [genImage({ generators: ["biggan"], reconstructions: "inpainting" })];
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    else await copyFolder(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Runs `body` with a copy of the finished run in a folder of runs of its own. */
async function withCopy(
  body: (at: { runs: string; place: string }) => Promise<void>,
  changes: Partial<RunRecord> = {},
) {
  const copy = await Deno.makeTempDir({ dir: folder });
  const to = `${copy}/${place.split("/").at(-1)}`;
  await copyFolder(place, to);
  if (Object.keys(changes).length > 0) await writeRecord(to, { ...record, ...changes });
  await body({ runs: copy, place: to });
}

Deno.test("evaluate() scores a run's own test sets again, to the last bit, and leaves no tensor", async () => {
  const before = memory().numTensors;
  const kinds: string[] = [];
  for await (const event of evaluateEvents(record, options)) kinds.push(event.kind);
  assertEquals(kinds, ["start", "evaluate", "done"]);
  const { agreement, metrics, kept, checkpoint, scores } = await evaluate(place, { data, backend: testBackend });
  assertEquals(agreement, { sets: ["sd14"], rows: 24, largest: 0, changedCalls: 0, accuracyEqual: true });
  assertEquals(metrics, record.metrics);
  assertEquals([kept, checkpoint, scores.score], [[], record.best!, record.scores.score]);
  assertEquals(await readRecord(place), record);
  assertEquals(memory().numTensors, before);
});

Deno.test("evaluate() tells how far scores lie from what the record says", async () => {
  const score = record.scores.score.with(3, record.scores.score[3] > 0.5 ? 0.25 : 0.75);
  await withCopy(async ({ place }) => {
    const { agreement } = await evaluate(place, { data, backend: testBackend });
    assertEquals(agreement!.largest, Math.abs(score[3] - record.scores.score[3]));
    assertEquals([agreement!.changedCalls, agreement!.accuracyEqual], [1, true]);
  }, { scores: { ...record.scores, score } });
  await withCopy(async ({ place }) => {
    const { agreement } = await evaluate(place, { data, backend: testBackend });
    assertEquals([agreement!.largest, agreement!.accuracyEqual], [0, false]);
  }, { metrics: { sd14: { ...record.metrics.sd14, accuracy: 0.1 } } });
});

Deno.test("evaluate() adds further test sets to the record, once", () =>
  withCopy(async ({ runs, place }) => {
    const first = await evaluate(record, { ...options, runs, test: further });
    assertEquals([first.kept, first.agreement], [["biggan"], null]);
    const grown = await readRecord(place);
    assertEquals(Object.keys(grown.metrics).sort(), ["biggan", "mean", "sd14"]);
    assertEquals(grown.metrics.mean, record.metrics.mean);
    assertEquals(grown.metrics.biggan, first.metrics.biggan);
    assertEquals(grown.scores.id.length, 48);
    assertEquals(grown.scores.set.slice(24), grown.scores.set.slice(24).map(() => "biggan"));
    const again = await evaluate(grown, { ...options, runs, test: further });
    assertEquals([again.kept, again.agreement?.largest, again.agreement?.sets], [[], 0, ["biggan"]]);
    assertEquals(await readRecord(place), grown);
    const own = await evaluate(grown, { ...options, runs });
    assertEquals(own.agreement, { sets: ["sd14"], rows: 24, largest: 0, changedCalls: 0, accuracyEqual: true });
  }));

Deno.test("evaluate() keeps nothing when it is told not to, or the run is not finished", async () => {
  await withCopy(async ({ place }) => {
    const { kept, metrics } = await evaluate(place, { ...options, test: further, keep: false });
    assertEquals([kept, Object.keys(metrics)], [[], ["biggan", "mean"]]);
    assertEquals(await readRecord(place), record);
  });
  await withCopy(async ({ place }) => {
    const { kept } = await evaluate(place, { ...options, test: further });
    assertEquals(kept, []);
    assertEquals(Object.keys((await readRecord(place)).metrics), ["sd14", "mean"]);
  }, { status: "stopped" });
});

Deno.test("evaluate() tells what the layouts of its test sets tell, before it scores", async () => {
  const [real, fake] = ["nature", "ai"].map((half) =>
    `${data}/GenImage/BigGAN/imagenet_ai_0419_biggan/val/${half}/crop/000.png`
  );
  for (const [set, half, file] of [["a", "0_real", real], ["a", "1_fake", fake]]) {
    const target = `${data}/corvi/test/${set}/${half}`;
    await Deno.mkdir(target, { recursive: true });
    await Deno.copyFile(file, `${target}/000.png`);
  }
  await Deno.mkdir(`${data}/corvi/test/b/1_fake`, { recursive: true });
  const test = [aligned({ folder: "corvi", paired: false })];
  const events = await Array.fromAsync(evaluateEvents(place, { ...options, test: [...test, ...test], keep: false }));
  const texts = ["0_real", "1_fake"].map((half) =>
    `"${data}/corvi/test/b/${half}" of aligned holds no images; the other folders are read without it`
  );
  assertEquals(events.slice(0, 2).map(({ kind }) => kind), ["start", "notice"]);
  assertEquals(events.flatMap((event) => event.kind === "notice" ? [event.text] : []), texts);
  const { notices } = await evaluate(place, { ...options, test, keep: false });
  assertEquals(notices, texts);
});

Deno.test("evaluate() refuses a set that the record has with other images or other scores", async () => {
  const other = [genImage({ generators: ["sd14"], reconstructions: "inpainting", limit: { perClass: 4, seed: 1 } })];
  const test = [genImage({ generators: ["sd14"], reconstructions: "inpainting" })];
  await withCopy(async ({ place }) => {
    const told: string[] = [];
    const error = await assertRejects(async () => {
      for await (const { kind } of evaluateEvents(place, { ...options, test: other })) told.push(kind);
    }, RangeError);
    assert(/"sd14".*holds 8 images, its record's of that name 24.*--dry/.test(error.message), error.message);
    assertEquals(told, []);
    assertEquals((await evaluate(place, { ...options, test: other, keep: false })).scores.id.length, 8);
    assertEquals((await evaluate(place, { ...options, test })).agreement!.largest, 0);
  });
  await withCopy(async ({ place }) => {
    await assertRejects(() => evaluate(place, { ...options, test }), RangeError, 'has "sd14" already');
    assertEquals((await readRecord(place)).scores.id.length, 24);
  }, { scores: { ...record.scores, score: record.scores.score.with(0, 0.125) } });
});

Deno.test("evaluate() says that its own test data has changed, before it scores", () =>
  withCopy(async ({ place }) => {
    const elsewhere = await Deno.makeTempDir({ dir: folder });
    await writeTinyWorld(elsewhere, { count: 11 });
    await assertRejects(() => evaluate(place, { ...options, data: elsewhere }), RangeError, "--data DIR");
  }));

Deno.test("evaluate() refuses a run without a checkpoint, a run that is not there, and one that another writes", async () => {
  await withCopy(async ({ place }) => {
    await assertRejects(() => evaluate(place, options), Error, "has no checkpoint yet");
  }, { best: null, status: "stopped" });
  await assertRejects(() => evaluate(record, { ...options, runs: `${folder}/none` }), Deno.errors.NotFound, "none");
  await withCopy(async ({ place }) => {
    using _ = await lockRun(place);
    await assertRejects(() => evaluate(place, { ...options, test: further }), Error, "is writing this run");
    assertEquals((await evaluate(place, options)).agreement!.largest, 0);
  });
});

Deno.test("evaluate() stops when its signal says so, with nothing written and no tensor left", () =>
  withCopy(async ({ place }) => {
    const before = memory().numTensors;
    const stopper = new AbortController();
    await assertRejects(async () => {
      for await (const { kind } of evaluateEvents(place, { ...options, test: further, signal: stopper.signal })) {
        if (kind === "evaluate") stopper.abort();
      }
    }, DOMException);
    assertEquals(await readRecord(place), record);
    assertEquals(memory().numTensors, before);
  }));
