import { corruptionName } from "../lib/augment/corruption.ts";
import { robustnessGrid } from "../lib/augment/robustness.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { evaluate, evaluateEvents, type EvaluateOptions } from "../lib/evaluate_run.ts";
import { derive } from "../lib/experiment.ts";
import { genImage, reencoded } from "../lib/layouts/mod.ts";
import { underName } from "../lib/metrics/mod.ts";
import { run } from "../lib/run.ts";
import { findFolder, readRecord, writeRecord } from "../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
const runs = `${folder}/runs`;
await writeTinyWorld(folder);
await useBackend(testBackend);
const options = { runs, data: folder, backend: testBackend };
const layout = genImage({ generators: ["sd14"], reconstructions: "inpainting" });
const record = await run(derive(tinyDual(), { data: { test: [layout] } }), options);
const place = (await findFolder(runs, record.id))!;
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

/** Runs `body`, then writes the record as it was. */
async function restored(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    await writeRecord(place, record);
  }
}

/** Images that were scored, by the events of an evaluation. */
async function scoredImages(more: EvaluateOptions): Promise<number> {
  for await (const event of evaluateEvents(place, { ...options, ...more })) {
    if (event.kind === "start") return event.total;
  }
  return 0;
}

const corruptions = robustnessGrid({ noise: [8], jpeg: [80, 30] });
const names = corruptions.map(corruptionName);

Deno.test("evaluate() scores images to which something was done, and the record takes each in under its name", () =>
  restored(async () => {
    const before = memory().numTensors;
    const found = await evaluate(record, { ...options, corruptions });
    assertEquals(found.altered.map(({ name, known }) => [name, known]), names.map((name) => [name, false]));
    assertEquals([found.scores, found.metrics, found.agreement], [record.scores, record.metrics, null]);
    assertEquals(memory().numTensors, before);
    const grown = await readRecord(place);
    assertEquals(grown.metrics, record.metrics);
    assertEquals(grown.scores.id.length, 4 * 24);
    for (const { name, scores } of found.altered) assertEquals(underName(grown.scores, name), scores);
    assert(found.altered[0].scores.score.some((score, i) => score !== record.scores.score[i]));
  }));

Deno.test("what is stored anew as a corruption has the scores of the same done by a layout", async () => {
  const [{ scores }] = (await evaluate(record, { ...options, corruptions: [{ jpeg: 50 }], keep: false })).altered;
  const test = [reencoded({ of: layout, quality: 50 })];
  const other = await evaluate(record, { ...options, test, keep: false });
  assertEquals(scores.score, other.scores.score);
});

Deno.test("a corruption of fakes alone leaves the scores of photographs as they are", async () => {
  const asked = { ...options, corruptions: [{ jpeg: 50, only: "fake" }, { jpeg: 50 }] as const, keep: false };
  const [fakes, all] = (await evaluate(record, asked)).altered;
  for (const [i, label] of record.scores.label.entries()) {
    const expected = label === 1 ? all.scores.score[i] : record.scores.score[i];
    assert(Math.abs(fakes.scores.score[i] - expected) < 1e-6, `row ${i}`);
  }
});

Deno.test("evaluate() does not score again what its record has, and scores only what is new", () =>
  restored(async () => {
    await evaluate(record, { ...options, corruptions: corruptions.slice(0, 2) });
    assertEquals(await scoredImages({ corruptions }), 24);
    const found = await evaluate(place, { ...options, corruptions });
    assertEquals(found.altered.map(({ known }) => known), [true, true, false]);
    assertEquals(await scoredImages({ corruptions }), 0);
    assertEquals((await readRecord(place)).scores.id.length, 4 * 24);
  }));

Deno.test("an evaluation that is stopped goes on where it was, to the same scores", () =>
  restored(async () => {
    const whole = await evaluate(record, { ...options, corruptions, keep: false });
    const stopper = new AbortController();
    let seen = 0;
    await assertRejects(async () => {
      for await (const { kind } of evaluateEvents(place, { ...options, corruptions, signal: stopper.signal })) {
        if (kind === "evaluate" && ++seen === 2) stopper.abort();
      }
    }, DOMException);
    assertEquals((await readRecord(place)).scores.id.length, 2 * 24); // the first was whole
    const left = (await Array.fromAsync(Deno.readDir(place))).filter(({ name }) => name.startsWith("scoring-"));
    assertEquals(left.length, 1); // of the second
    const { altered } = await evaluate(place, { ...options, corruptions });
    assertEquals(altered.map(({ scores }) => scores), whole.altered.map(({ scores }) => scores));
    assertEquals((await Array.fromAsync(Deno.readDir(place))).some(({ name }) => name.startsWith("scoring-")), false);
  }));

Deno.test("evaluate() writes nothing of what it does to images when it is told not to, or the run is not done", () =>
  restored(async () => {
    const before = (await Array.fromAsync(Deno.readDir(place), ({ name }) => name)).sort();
    await evaluate(record, { ...options, corruptions: [{ blur: 1 }], keep: false });
    assertEquals(await readRecord(place), record);
    await writeRecord(place, { ...record, status: "stopped" });
    await evaluate(place, { ...options, corruptions: [{ blur: 1 }] });
    assertEquals((await readRecord(place)).scores, record.scores);
    assertEquals((await Array.fromAsync(Deno.readDir(place), ({ name }) => name)).sort(), before);
  }));

Deno.test("evaluate() does to further test sets what it is told, beside scoring them as they are", () =>
  restored(async () => {
    const test = [genImage({ generators: ["biggan"], reconstructions: "inpainting" })];
    const { kept, altered } = await evaluate(record, { ...options, test, corruptions: [{ scale: 0.9 }] });
    assertEquals([kept, altered.map(({ name }) => name)], [["biggan"], ["scale-0.9"]]);
    const { scores } = await readRecord(place);
    assertEquals([scores.id.length, new Set(underName(scores, "scale-0.9").set)], [3 * 24, new Set(["biggan"])]);
  }));

Deno.test("evaluate() pools the scores of squares, and sees as before what is no larger than one", () =>
  restored(async () => {
    const { altered: [mean] } = await evaluate(record, { ...options, tiles: { pooling: "mean", stride: 4 } });
    const { altered: [most] } = await evaluate(record, { ...options, tiles: { pooling: "max", stride: 4 } });
    assertEquals([mean.name, most.name], ["tiles-mean-4", "tiles-max-4"]); // images of 20, squares of 16: four of them
    assert(most.scores.score.every((score, i) => score >= mean.scores.score[i] && score < 1));
    assert(most.scores.score.some((score, i) => score > mean.scores.score[i]));
    assertEquals(underName((await readRecord(place)).scores, "tiles-max-4"), most.scores);
    const { altered: [small, cut] } = await evaluate(record, {
      ...{ ...options, keep: false, corruptions: [{ crop: 0.8 }] },
      tiles: { pooling: "max", stride: 100 },
    });
    assertEquals([small.name, cut.name], ["crop-0.8", "tiles-max-100"]);
  }));

Deno.test("evaluate() refuses what is no corruption and no tiling, before it scores", async () => {
  const asked = (more: EvaluateOptions) => evaluate(record, { ...options, ...more });
  await assertRejects(() => asked({ corruptions: [{ jpeg: 500 }] }), RangeError, "corruption.jpeg: given 500");
  await assertRejects(() => asked({ tiles: { pooling: "max", stride: 0 } }), RangeError, "tiles.stride: given 0");
});
