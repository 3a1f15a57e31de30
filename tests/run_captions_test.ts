import { flip } from "../lib/augment/mod.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { derive } from "../lib/experiment.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { assert, assertClose, assertEquals, assertRejects } from "./assert.ts";
import { tinyCaptioned, tinyClip, writeCaptionedWorld, writeVocabulary } from "./captioned_world.ts";
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
