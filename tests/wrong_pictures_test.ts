import { gatherSamples } from "../lib/data/pairs.ts";
import { seenImage } from "../lib/data/pixels.ts";
import { decodeImage } from "../lib/image/decode.ts";
import { plot } from "../lib/report/mod.ts";
import type { RunRecord } from "../lib/types.ts";
import { wrongPictures } from "../lib/wrong_pictures.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { syntheticRecord } from "./report/records.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder, { count: 12 });
const experiment = tinyDual();
const { test } = await gatherSamples(experiment, { data: folder, artifacts: `${folder}/none` });

Deno.test.afterAll(async () => await Deno.remove(folder, { recursive: true }));

/** A run that thinks the first of the test samples fake, the more the sooner they come. */
function record(): RunRecord {
  const column = <T>(of: (sample: typeof test[number], i: number) => T): T[] => test.map(of);
  return {
    ...syntheticRecord({ name: "tiny" }),
    experiment,
    scores: {
      id: column(({ id }) => id),
      source: column(({ source }) => source),
      generator: column(({ generator }) => generator),
      set: column(({ set }) => set),
      corruption: column(() => null),
      label: column(({ label }) => label === "fake" ? 1 : 0),
      score: column((_, i) => 1 - i / (2 * test.length)),
    },
  };
}

Deno.test("wrongPictures() are what the network saw of the worst images, and make a montage", async () => {
  const pictures = await wrongPictures(record(), { data: folder, count: 2 });
  const reals = test.filter(({ label }) => label === "real");
  assertEquals(pictures.map(({ id, label }) => [id, label]), reals.slice(0, 2).map(({ id }) => [id, 0]));
  const [{ source }] = pictures;
  const shown = await decodeImage(Uint8Array.fromBase64(source.slice("data:image/png;base64,".length)));
  assertEquals(shown.data, (await seenImage({ file: reals[0].file, stream: null }, experiment)).data);
  assertEquals(plot.montage(pictures).layout.images?.length, 2);
});

Deno.test("wrongPictures() are none where nothing was wrong, and refuse odd counts and missing data", async () => {
  assertEquals(await wrongPictures(record(), { data: folder, label: 1 }), []);
  await assertRejects(() => wrongPictures(record(), { data: folder, count: 0 }), RangeError, "0 pictures");
  const missing = await wrongPictures(record(), { data: `${folder}/nowhere` }).catch((error) => error);
  assert(missing instanceof Deno.errors.NotFound, String(missing));
});
