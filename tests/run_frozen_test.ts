import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { seesAlike } from "../lib/evaluate/frozen.ts";
import { derive } from "../lib/experiment.ts";
import { crop, flip, shortSide, square } from "../lib/augment/mod.ts";
import { errorGuided, linear, mlp, resnet } from "../lib/models/mod.ts";
import { latentError } from "../lib/reconstruct/mod.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { assert, assertClose, assertEquals } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

/** The inner map of a ResNet-18 on images of 16 pixels. */
const inner = { side: 1, channels: 256 };

/** The head alone learns, from images that are always seen alike. */
const frozen = derive(tinyDual(), {
  name: "frozen",
  view: square({ size: 16 }),
  augment: [],
  batch: { synced: false },
  model: { head: mlp({ widths: [8], dropout: 0.2 }) },
  trainable: { lastStages: 0 },
});

const options = (runs: string, artifacts = runs): RunOptions => ({
  runs: `${folder}/${runs}`,
  artifacts: `${folder}/${artifacts}-artifacts`,
  data: folder,
  backend: testBackend,
});

async function partsOf(artifacts: string): Promise<number> {
  const [{ name }] = await Array.fromAsync(Deno.readDir(`${folder}/${artifacts}-artifacts`));
  assert(name.startsWith("features-"), name);
  return (await Array.fromAsync(Deno.readDir(`${folder}/${artifacts}-artifacts/${name}`))).length;
}

Deno.test("seesAlike() is true only of a frozen backbone, without augmentation, in a view that draws nothing", async () => {
  assertEquals(await seesAlike(frozen), true);
  assertEquals(await seesAlike(derive(frozen, { view: crop({ size: 16 }) })), false);
  assertEquals(await seesAlike(derive(frozen, { view: crop({ size: 16, place: "centre" }) })), true);
  assertEquals(await seesAlike(derive(frozen, { view: shortSide({ size: 16 }) })), false);
  assertEquals(await seesAlike(derive(frozen, { view: shortSide({ size: 16, place: "centre" }) })), true);
  assertEquals(await seesAlike(derive(frozen, { augment: [flip({ p: 0.5 })] })), false);
  assertEquals(await seesAlike(derive(frozen, { trainable: { lastStages: 1 } })), false);
  assertEquals(await seesAlike(derive(frozen, { trainable: null })), false);
  const refined = {
    backbone: resnet({ depth: 18 }),
    refine: errorGuided({ map: latentError({ model: "sd15" }), ...inner }),
  };
  assertEquals(await seesAlike(derive(frozen, { model: refined })), false);
});

Deno.test("run() with a frozen backbone ends alike whether its features are made or read", async () => {
  const before = memory().numTensors;
  const first = await run(frozen, options("first"));
  assertEquals(await partsOf("first"), 1);
  const again = await run(frozen, options("again", "first"));
  assertEquals(await partsOf("first"), 1);
  assertEquals(again.steps, first.steps);
  assertEquals(again.scores, first.scores);
  assertEquals(memory().numTensors, before);

  // a flip that never happens keeps the network looking at images
  const looking = await run(derive(frozen, { augment: [flip({ p: 0 })] }), options("looking"));
  for (const [i, { loss }] of looking.steps.entries()) assertClose(loss.total, first.steps[i].loss.total, 1e-4);
  for (const [i, score] of looking.scores.score.entries()) assertClose(score, first.scores.score[i], 1e-4);
});

Deno.test("run() with a frozen backbone that is stopped goes on as if it never was, and other heads read its features", async () => {
  const whole = await run(frozen, options("whole", "first"));
  const stopper = new AbortController();
  const stopped = options("stopped", "first");
  await Array.fromAsync((async function* () {
    for await (const event of events(frozen, { ...stopped, signal: stopper.signal })) {
      if (event.kind === "step" && event.row.step === 2) stopper.abort();
      yield event.kind;
    }
  })()).catch((error) => assertEquals(error.name, "AbortError"));
  assertEquals((await run(frozen, stopped)).steps, whole.steps);
  const other = derive(frozen, { model: { head: linear({ classes: 1, embedding: 8 }) } });
  await run(other, options("other", "first"));
  assertEquals(await partsOf("first"), 1);
});

Deno.test("run() keeps the features of a frozen backbone that looks at the centre, as CLIP does", async () => {
  const central = derive(frozen, { view: shortSide({ size: 16, place: "centre" }), epochs: 1 });
  const first = await run(central, options("central"));
  assertEquals(await partsOf("central"), 1);
  const again = await run(central, options("central again", "central"));
  assertEquals(await partsOf("central"), 1);
  assertEquals([again.steps, again.scores], [first.steps, first.scores]);
});
