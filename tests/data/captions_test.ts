import { clip } from "../../lib/models/mod.ts";
import { trainingBatch } from "../../lib/data/batches.ts";
import { checkCaptions, openCaptions } from "../../lib/data/captions.ts";
import { openFeatures } from "../../lib/data/features.ts";
import { dataHashes } from "../../lib/data/identity.ts";
import { derive } from "../../lib/experiment.ts";
import { pocket } from "../../lib/layouts/mod.ts";
import { existing } from "../../lib/reconstruct/mod.ts";
import { gatherSamples } from "../../lib/data/pairs.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { tinyCaptioned, tinyClip, writeCaptionedWorld, writeVocabulary } from "../captioned_world.ts";

await useBackend("cpu");
const folder = await Deno.makeTempDir();
await writeCaptionedWorld(folder, { count: 2 });
await writeVocabulary(folder);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const both = { backbone: tinyClip() };
const image = { backbone: tinyClip({ towers: null }) };
const [start, end] = [52, 53];

Deno.test("openCaptions() reads captions by their letters, none as the empty text, and nothing for image towers", async () => {
  const before = memory().numTensors;
  const read = (await openCaptions(both, folder))!;
  const tokens = read([{ id: "a", caption: "ab c" }, { id: "b", caption: null }], 3);
  assertEquals([tokens.shape, tokens.dtype], [[3, 77], "int32"]);
  const rows = [0, 1, 2].map((row) => [...tokens.dataSync().subarray(77 * row, 77 * row + 6)]);
  tokens.dispose();
  assertEquals(rows, [[start, 0, 27, 28, end, end], [start, end, end, end, end, end], rows[1]]);
  assertEquals(await openCaptions(image, null), null);
  assertEquals(memory().numTensors, before);
});

Deno.test("trainingBatch() carries the captions of its rows in their order, a reconstruction its sample's", async () => {
  const sample = async (label: "real" | "fake", caption: string): Promise<Sample> => {
    const file = `${folder}/train/${label === "real" ? "0_sdv5_0" : "2_sdv5_1"}000.png`;
    await Deno.stat(file);
    return { id: caption, file, label, caption, source: caption, generator: null, set: null, split: "train" };
  };
  const [a, b] = [await sample("real", "a"), await sample("fake", "b")];
  const pair = (sample: Sample) => ({ sample, turn: 0, reconstruction: { ...sample, label: "fake" as const } });
  const before = memory().numTensors;
  {
    using batch = await trainingBatch({ real: [pair(a)], fake: [pair(b)] }, {
      plan: { standIn: (drawn) => drawn },
      drawing: { seed: 1, size: 4, accumulate: 1, synced: false, balanced: false, augment: [] },
      sight: { view: tinyCaptioned().view, mean: [0, 0, 0], std: [1, 1, 1] },
      epoch: 1,
      captions: await openCaptions(both, folder),
    });
    const second = [0, 1, 2, 3].map((row) => batch.tokens!.dataSync()[77 * row + 1]);
    assertEquals(second, [26, 27, 26, 27]); // a, b and what was made of them
  }
  assertEquals(memory().numTensors, before);
});

Deno.test("checkCaptions() counts what lacks captions in every split, and tells where the empty text is read", () => {
  const [bare, told] = [{ id: "x", caption: null }, { id: "y", caption: "y" }] as unknown as [Sample, Sample];
  const samples = { train: [told, bare, bare], validation: [told], test: [bare] };
  const heard: string[] = [];
  const about = { name: "some", verb: "run", tell: (what: string) => void heard.push(what) };
  const counts = "2 of 3 samples to train on, 1 of 1 sample to test on";
  assertThrows(() => checkCaptions(both, samples, about), RangeError, `there are none of ${counts}, the first "x"`);
  checkCaptions({ backbone: tinyClip({ captions: "empty" }) }, samples, about);
  checkCaptions(image, samples, about);
  checkCaptions({ backbone: clip({ variant: "RN50" }) }, samples, about);
  assertEquals(heard, [`Without a caption, and read as the empty text: ${counts}`]);
});

Deno.test("captions are part of the identity of data, and of kept features, where the model reads them alone", async () => {
  const definition = tinyCaptioned();
  const gathered = await gatherSamples(definition, { data: folder, artifacts: folder });
  const renamed = { ...gathered, test: gathered.test.map((sample) => ({ ...sample, caption: "other" })) };
  const hashes = (backbone = tinyClip()) => dataHashes(tinyCaptioned({ backbone }), gathered, folder);
  const others = (backbone = tinyClip()) => dataHashes(tinyCaptioned({ backbone }), renamed, folder);
  assert((await hashes()).test !== (await others()).test);
  const blind = tinyClip({ towers: null });
  assertEquals(await hashes(blind), await others(blind));
  for (const captions of [true, false]) {
    await using store = await openFeatures(`${folder}/kept`, { made: { captions }, width: 1, captions });
    await store.add(gathered.test[0], Float32Array.of(1));
    assertEquals([store.has(gathered.test[0]), store.has(renamed.test[0])], [true, !captions]);
  }
});

Deno.test("gatherSamples() gives a reconstruction the caption of its sample", async () => {
  const world = pocket({ limit: { perClass: 4, seed: 1 } });
  const data = { train: [world], validation: [world], test: [world] };
  const definition = derive(tinyCaptioned(), { data, reconstruct: existing(), batch: { size: 4 } });
  const { train, validation } = await gatherSamples(definition, { data: null, artifacts: folder });
  const captions = [...train, ...validation].map(({ sample, reconstruction }) => [
    sample.caption,
    reconstruction?.caption,
  ]);
  assert(captions.length > 8 && captions.every(([own, rebuilt]) => own !== null && own === rebuilt));
});
