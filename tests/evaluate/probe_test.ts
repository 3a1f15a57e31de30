import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { probe, type Probing } from "../../lib/evaluate/probe.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";
import type { Label, Sample, ScoreColumns } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const side = 8;

/** A picture of noise around a grey, and a sample of it. */
async function sample(label: Label, i: number, { grey = 100, set = null as string | null } = {}): Promise<Sample> {
  const draw = random(i, label, grey);
  const data = Uint8Array.from({ length: side * side * 3 }, () => grey + draw.integer(20));
  const file = `${folder}/${label}-${grey}-${i}.png`;
  await Deno.writeFile(file, await encodeImage({ data, width: side, height: side }, { format: "png" }));
  return {
    id: `${label}/${grey}/${i}`,
    file,
    label,
    source: `${i}`,
    generator: null,
    set,
    split: "test",
    caption: null,
  };
}

const many = (label: Label, count: number, options: { grey?: number; set?: string } = {}) =>
  Promise.all(Array.from({ length: count }, (_, i) => sample(label, i, options)));

async function scored(probing: Probing): Promise<{ scores: ScoreColumns; told: { done: number; total: number }[] }> {
  const told: { done: number; total: number }[] = [];
  const reader = probe(probing);
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return { scores: value, told };
    told.push(value);
  }
}

const dark = await many("real", 30);
const bright = await many("fake", 30, { grey: 150, set: "bright" });
const same = (await many("fake", 30, { set: "same" })).map((each): Sample => ({ ...each, source: `${each.id}` }));

Deno.test("probe() tells fakes that are brighter, and not those that have a photograph's numbers", async () => {
  const test = [...dark.slice(15), ...bright.slice(15), ...same.slice(15)];
  const { scores, told } = await scored({ train: [...dark.slice(0, 15), ...bright.slice(0, 15)], test });
  assertEquals(scores.id, test.map(({ id }) => id));
  assertEquals(scores.label, [...Array(15).fill(0), ...Array(30).fill(1)]);
  assert(scores.score.every((score) => score >= 0 && score <= 1));
  const metrics = evaluateScores(scores);
  assertEquals([metrics.bright.auc, metrics.bright.accuracy], [1, 1]);
  assert(Math.abs(metrics.same.accuracy - 0.5) < 0.05, `accuracy ${metrics.same.accuracy}`);
  assertEquals(told, [{ done: 32, total: 75 }, { done: 64, total: 75 }, { done: 75, total: 75 }]);
});

Deno.test("probe() draws 500 test samples of a set and label and 2,000 training samples of a label, always the same", async () => {
  const repeated = (samples: readonly Sample[], count: number) =>
    Array.from({ length: count }, (_, i): Sample => ({ ...samples[i % samples.length], id: `${i}` }));
  const train = [...repeated(dark, 2100), ...repeated(bright, 10)];
  const test = [...repeated(dark, 501), ...repeated(bright, 700), ...repeated(same, 3)];
  const { scores, told } = await scored({ train, test });
  assertEquals(told[0].total, 2000 + 10 + 500 + 500 + 3);
  const rows = (label: number, set: string | null) =>
    scores.id.filter((_, i) => scores.label[i] === label && scores.set[i] === set).map(Number);
  assertEquals([rows(0, null).length, rows(1, "bright").length, rows(1, "same").length], [500, 500, 3]);
  assertEquals(rows(1, "bright"), [...new Set(rows(1, "bright"))].sort((a, b) => a - b)); // each once, in order
  assert(rows(1, "bright").at(-1)! >= 600, "not merely the first");
  assertEquals((await scored({ train, test })).scores, scores);
});

Deno.test("probe() names the image that it cannot read, and stops when it is told to", async () => {
  const lost = { ...dark[0], file: `${folder}/lost.png` };
  await assertRejects(() => scored({ train: [lost, ...bright], test: same }), Deno.errors.NotFound, "lost.png");
  const stopped = { train: dark, test: same, signal: AbortSignal.abort() };
  await assertRejects(() => scored(stopped), DOMException);
  await assertRejects(() => scored({ train: dark, test: same }), RangeError, "30 real and 0 fake");
});
