import { flip } from "../lib/augment/mod.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { derive } from "../lib/experiment.ts";
import { detect, type Judged } from "../lib/detect/detect.ts";
import { openDetector } from "../lib/detect/open.ts";
import { embeddings } from "../lib/embeddings.ts";
import { EMPTY_CAPTIONS } from "../lib/report/captions.ts";
import { evaluate } from "../lib/evaluate_run.ts";
import { lareList } from "../lib/layouts/lare_list.ts";
import { underName } from "../lib/metrics/mod.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { assert, assertClose, assertEquals, assertRejects } from "./assert.ts";
import { tinyCaptioned, tinyClip, writeCaptionedWorld, writeVocabulary } from "./captioned_world.ts";
import { ratesOf } from "../lib/detect/judgement.ts";
import { testBackend } from "./tensors.ts";

const folder = await Deno.makeTempDir();
await writeCaptionedWorld(folder);
await writeVocabulary(`${folder}/weights`);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const options = (runs: string, artifacts = runs): RunOptions => ({
  runs: `${folder}/${runs}`,
  artifacts: `${folder}/${artifacts}-artifacts`,
  weights: `${folder}/weights`,
  data: folder,
  backend: testBackend,
  workers: 0,
});

Deno.test("run() learns from captions what images do not show, from kept features as from the images themselves", async () => {
  const before = memory().numTensors;
  const first = await run(tinyCaptioned(), options("first"));
  assertEquals(first.metrics.test.accuracy, 1);
  const blind = await run(tinyCaptioned({ backbone: tinyClip({ towers: null }) }), options("blind"));
  assert(blind.metrics.test.accuracy < 0.9, `${blind.metrics.test.accuracy}`);
  // a flip that never happens keeps the network looking at images and captions
  const looking = await run(derive(tinyCaptioned(), { augment: [flip({ p: 0 })] }), options("looking"));
  for (const [i, { loss }] of looking.steps.entries()) assertClose(loss.total, first.steps[i].loss.total, 1e-3);
  for (const [i, score] of looking.scores.score.entries()) assertClose(score, first.scores.score[i], 1e-3);
  // the text tower learns as well
  const learning = derive(tinyCaptioned({ epochs: 2 }), { trainable: null });
  const whole = await run(learning, options("learning"));
  assert(whole.steps.every(({ loss }) => Number.isFinite(loss.total)));
  assertEquals(memory().numTensors, before);
});

Deno.test("run() with captions that is stopped goes on as if it never was", async () => {
  const whole = await run(tinyCaptioned(), options("whole", "first"));
  const stopper = new AbortController();
  const stopped = options("stopped", "first");
  await Array.fromAsync((async function* () {
    for await (const event of events(tinyCaptioned(), { ...stopped, signal: stopper.signal })) {
      if (event.kind === "step" && event.row.step === 3) stopper.abort();
      yield event.kind;
    }
  })()).catch((error) => assertEquals(error.name, "AbortError"));
  const again = await run(tinyCaptioned(), stopped);
  assertEquals([again.steps, again.scores], [whole.steps, whole.scores]);
});

Deno.test("run() refuses samples without captions by name and count, and a vocabulary that is missing or another", async () => {
  await assertRejects(
    () => run(tinyCaptioned({ test: ["test.txt", "bare.txt"] }), options("bare")),
    RangeError,
    'Cannot run "captioned": its network reads captions, and there are none of 24 of 48 samples to test on, the first ' +
      '"bare/picture_sdv5_0000.png". Take data sets that have captions, as elsaD3() and pocket(), or define it with ' +
      'captions: "empty"',
  );
  await assertRejects(
    () => run(tinyCaptioned(), { ...options("lost"), weights: `${folder}/none` }),
    Deno.errors.NotFound,
    "Cannot read CLIP's vocabulary",
  );
  const { backbone, head } = tinyCaptioned().model;
  const few = { ...backbone, text: { width: 8, layers: 1, heads: 2, hidden: 12, vocabulary: 50 } };
  await assertRejects(
    () => run(derive(tinyCaptioned(), { model: { backbone: few as typeof backbone, head } }), options("few")),
    RangeError,
    "the vocabulary gives the number 52, the text tower knows 50 from 0 on",
  );
});

/** Reads the empty text of images without a caption. */
const lenient = { backbone: tinyClip({ captions: "empty" }) } as const;

Deno.test("run() tells what captions give away, where it reads the empty text of images without one", async () => {
  const mixed = tinyCaptioned({ ...lenient, test: ["test.txt", "bare.txt"] });
  const notices: string[] = [];
  let record = null;
  for await (const event of events(mixed, options("mixed"))) {
    if (event.kind === "notice") notices.push(event.text);
    if (event.kind === "done") record = event.record;
  }
  const { scores, metrics } = record!;
  assertEquals(notices[0], "Without a caption, and read as the empty text: 24 of 48 samples to test on");
  const empty = underName(scores, EMPTY_CAPTIONS);
  assertEquals([empty.id.length, scores.id.length, Object.keys(metrics)], [48, 96, ["bare", "test", "mean"]]);
  assertEquals(metrics.test.accuracy, 1);
  const right = empty.id.filter((_, i) => empty.set[i] === "test" && (empty.score[i] > 0.5 ? 1 : 0) === empty.label[i]);
  const told = `100.00 % with these, ${(right.length / 24 * 100).toFixed(2)} % when every caption is empty`;
  assertEquals(notices.at(-1), `Accuracy on 24 images with captions: ${told}; 24 images more have no caption`);
  assert(right.length < 20, `${right.length}`);
  // an image without a caption says the same under both
  const bare = scores.id.flatMap((id, i) => id.startsWith("bare") ? [scores.score[i]] : []);
  assertEquals(bare.slice(0, 24), bare.slice(24));

  const again = await evaluate(record!, options("mixed"));
  assertEquals([again.agreement?.largest, again.altered.map(({ known }) => known)], [0, [true]]);
  assertEquals([again.captions?.images, again.captions?.lacking], [24, 24]);
  assertEquals(again.captions?.given.test.accuracy, 1);
  assertEquals(again.captions?.empty.test.accuracy, right.length / 24);
  assertEquals((await embeddings(record!, options("mixed"))).length, 24);
});

Deno.test("evaluate() refuses images without captions, or reads the empty text of them and keeps both accuracies", async () => {
  const bare = { test: [lareList({ lists: ["bare.txt"] })] };
  const strict = await run(tinyCaptioned(), options("strict", "first"));
  const before = memory().numTensors;
  await assertRejects(
    () => evaluate(strict, { ...options("strict"), ...bare }),
    RangeError,
    'Cannot evaluate "captioned": its network reads captions, and there are none of 24 of 24 samples to test on',
  );
  const tiles = { pooling: "mean", stride: 4 } as const;
  const strictly = await evaluate(strict, { ...options("strict"), tiles });
  assertEquals([strictly.captions, strictly.altered.map(({ name }) => name)], [null, ["tiles-mean-4"]]);
  assertEquals(strictly.altered[0].metrics.test.accuracy, 1); // each square stands beside its image's caption
  await assertRejects(
    () => evaluate(strict, { ...options("strict"), weights: `${folder}/none` }),
    Deno.errors.NotFound,
    "Cannot read CLIP's vocabulary",
  );
  const reading = await run(tinyCaptioned(lenient), options("lenient"));
  const without = await evaluate(reading, { ...options("lenient"), ...bare });
  assertEquals([without.captions, without.altered, without.kept], [null, [], ["bare"]]);
  const other = { test: [lareList({ lists: ["train.txt"] })] };
  const named = await evaluate(reading, { ...options("lenient"), ...other });
  assertEquals([named.captions?.given.train.accuracy, named.altered[0].known, named.kept], [1, false, ["train"]]);
  assert(named.captions!.empty.train.accuracy < 0.9);
  assertEquals((await evaluate(reading, { ...options("lenient"), ...other })).altered[0].known, true);
  assertEquals(memory().numTensors, before);
});

Deno.test("detect() refuses a network that needs captions, and reads the empty text where it may", async () => {
  const image = `${folder}/test/0_sdv5_0000.png`;
  const strict = await run(tinyCaptioned(), options("strict", "first"));
  await assertRejects(
    () => Array.fromAsync(detect(strict, image, options("strict"))),
    RangeError,
    'Cannot detect with "captioned": its network reads captions, and images that are given have none. Train it with ' +
      'captions: "empty"',
  );
  const reading = await run(tinyCaptioned(lenient), options("lenient"));
  const before = memory().numTensors;
  const empty = underName(reading.scores, EMPTY_CAPTIONS);
  {
    const { runs, artifacts, weights, data } = options("lenient") as Required<RunOptions>;
    using detector = await openDetector(reading, { runs, artifacts, weights, data });
    assert(detector.about.some((sentence) => sentence.includes("the empty text is read")));
    assertEquals(detector.judgement.rates, ratesOf(empty, reading.frozen!.threshold.threshold));
    const [{ verdict, explanation }] = await Array.fromAsync(detect(detector, image, { explain: true })) as Judged[];
    const score = empty.score[empty.id.indexOf("test/0_sdv5_0000.png")];
    assertEquals(verdict, score > reading.frozen!.threshold.threshold ? "fake" : "real");
    await Deno.remove(explanation!);
  }
  assertEquals(memory().numTensors, before);
});
