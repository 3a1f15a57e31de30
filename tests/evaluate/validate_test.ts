import type { Sight } from "../../lib/data/pixels.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { crop } from "../../lib/augment/crop.ts";
import { looker } from "../../lib/evaluate/looker.ts";
import { outputsOf, predict } from "../../lib/evaluate/predict.ts";
import { meanDistances, validate } from "../../lib/evaluate/validate.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { describeScores } from "../../lib/metrics/mod.ts";
import { initModel, modelView } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import type { Label, Pair, Sample } from "../../lib/types.ts";
import { assertClose, assertEquals, assertRejects } from "../assert.ts";
import { tinyDual } from "../tiny_world.ts";

await useBackend("cpu");
const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const { model } = tinyDual();
const network = await initModel(model, (name) => random(1, name));
Deno.test.afterAll(() => disposeTree(network));
const eye = looker(model);
const sight: Sight = { view: crop({ size: 8 }), ...modelView(model) };

async function sample(label: Label, name: string): Promise<Sample> {
  const draw = random(1, name);
  const data = Uint8Array.from({ length: 8 * 8 * 3 }, () => draw.integer(256));
  const file = `${folder}/${name}.png`;
  await Deno.writeFile(file, await encodeImage({ data, width: 8, height: 8 }, { format: "png" }));
  return { id: name, file, label, source: name, generator: null, set: null, split: "validation", caption: null };
}

async function pair(label: Label, name: string, { rebuilt = true } = {}): Promise<Pair> {
  return {
    sample: await sample(label, name),
    reconstruction: rebuilt ? await sample("fake", `${name}-rebuilt`) : null,
  };
}

const pairs = [
  await pair("real", "a"),
  await pair("fake", "b"),
  await pair("real", "c", { rebuilt: false }),
  await pair("real", "d"),
];

Deno.test("meanDistances() averages each class over the rows that have a distance", () => {
  assertEquals(meanDistances([0, 1, 0, 1, 0], [1, 3, 2, null, null]), { real: 1.5, fake: 3 });
  assertEquals(meanDistances([0, 1], [0.5, null]), { real: 0.5, fake: null });
  assertEquals(meanDistances([0, 1], [null, null]), null);
});

Deno.test("validate() measures what the reconstruction term sees, and judges the scores of predict()", async () => {
  const before = memory().numTensors;
  const { validation, distances } = await validate(eye, network, { pairs, sight });
  const scores = predict(eye, network, { samples: pairs.map(({ sample }) => sample), sight });
  for (let next = await scores.next();; next = await scores.next()) {
    if (!next.done) continue;
    assertEquals(validation, describeScores(next.value.label, next.value.score));
    break;
  }
  const squared = async ({ sample, reconstruction }: Pair): Promise<number> => {
    const { embedding, logits } = await outputsOf(eye, network, { samples: [sample, reconstruction!], sight });
    const units = (await embedding.array()).map((row) => row.map((value) => value / Math.hypot(...row)));
    for (const each of [embedding, logits]) each.dispose();
    return units[0].reduce((sum, value, i) => sum + (value - units[1][i]) ** 2, 0);
  };
  assertClose(distances!.real!, (await squared(pairs[0]) + await squared(pairs[3])) / 2, 1e-6);
  assertClose(distances!.fake!, await squared(pairs[1]), 1e-6);
  assertEquals(memory().numTensors, before);
});

Deno.test("validate() finds no distance between a sample and itself, and none where there are no reconstructions", async () => {
  const before = memory().numTensors;
  const same = pairs.map(({ sample }): Pair => ({ sample, reconstruction: sample }));
  assertEquals((await validate(eye, network, { pairs: same, sight })).distances, { real: 0, fake: 0 });
  const bare = pairs.map(({ sample }): Pair => ({ sample, reconstruction: null }));
  assertEquals((await validate(eye, network, { pairs: bare, sight })).distances, null);
  assertEquals(memory().numTensors, before);
});

Deno.test("validate() leaves no tensor behind when a reconstruction cannot be read or it is stopped", async () => {
  const before = memory().numTensors;
  const broken = pairs.map(({ sample }): Pair => ({ sample, reconstruction: { ...sample, file: `${folder}/no.png` } }));
  await assertRejects(() => validate(eye, network, { pairs: broken, sight }), Deno.errors.NotFound, "no.png");
  const signal = AbortSignal.abort();
  await assertRejects(() => validate(eye, network, { pairs, sight, signal }), DOMException);
  assertEquals(memory().numTensors, before);
});
