import { fileURLToPath } from "node:url";
import { imageOf } from "../../lib/data/source.ts";
import { folders, readSamples } from "../../lib/layouts/mod.ts";
import { accuracy, fitProbe, probeScore } from "../../lib/metrics/mod.ts";
import { ddim, latentError, latentErrors, residual } from "../../lib/reconstruct/mod.ts";
import { ensembleRows } from "../../lib/studies/ensemble_rows.ts";
import { chosenSamples } from "../../lib/studies/made.ts";
import { makingCosts } from "../../lib/studies/making_costs.ts";
import { mappedImages } from "../../lib/studies/mapped_images.ts";
import { channelMeans, mapOf, placeMeans } from "../../lib/studies/maps.ts";
import { timestepErrors } from "../../lib/studies/timestep_errors.ts";
import { plot } from "../../lib/report/mod.ts";
import { assert, assertClose, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { writeMakingWorld } from "../making_world.ts";
import { openTiny } from "../reconstruct/tiny_pipelines.ts";

const data = await Deno.makeTempDir();
await writeMakingWorld(data);
Deno.test.afterAll(() => Deno.remove(data, { recursive: true }));

const of = folders({ real: ["photographs"], fake: { toy: "fakes" } });
const options = { of, data, pipelines: fileURLToPath(new URL("../golden/pipelines", import.meta.url)), threads: 1 };
const spec = latentError({ model: "tiny-sd", size: 16, ensemble: 2, prompt: "a photo" });

Deno.test("maps are told by the mean of each channel, and of each place over the channels", () => {
  const map = { data: Float32Array.of(1, 2, 3, 6, 5, 6, 7, 10), shape: [2, 2, 2] };
  assertEquals(channelMeans(map), [3, 7]);
  assertEquals(placeMeans(map), { width: 2, height: 2, values: Float64Array.of(3, 4, 5, 8) });
  assertEquals(mapOf(map), map);
  const image = { data: new Uint8Array(3), width: 1, height: 1 };
  assertThrows(() => mapOf(image), TypeError, "an image of 1 × 1 pixels");
});

Deno.test("a study draws as many of each class as it may, the same ones each time", async () => {
  const some = await chosenSamples({ of, data, most: 3 });
  assertEquals(some.map(({ label }) => label).sort(), ["fake", "fake", "fake", "real", "real", "real"]);
  assertEquals(await chosenSamples({ of, data, most: 3 }), some);
  assertEquals((await chosenSamples({ of, data, most: 99 })).length, 24);
  await assertRejects(() => chosenSamples({ of, data, most: 0 }), RangeError, "at least 1");
});

Deno.test("errors by timestep are the means of the maps that the part makes, image by image", async () => {
  const told: [number, number][] = [];
  const tell = (done: number, total: number): void => void told.push([done, total]);
  const rows = await timestepErrors(spec, { ...options, most: 2, steps: [100, 700], tell });
  assertEquals(rows.map(({ timestep, label }) => [timestep, label]).sort(), [
    ...Array.from({ length: 4 }, (_, i) => [100, i < 2 ? "fake" : "real"]),
    ...Array.from({ length: 4 }, (_, i) => [700, i < 2 ? "fake" : "real"]),
  ]);
  assertEquals([told.length, told.at(-1)], [8, [8, 8]]);
  await using pipeline = await openTiny("tiny-sd");
  for await (const { id, file, caption } of readSamples(of, { data, split: "test" })) {
    for (const row of rows.filter((row) => row.id === id)) {
      const [map] = await latentErrors(latentError({ ...spec, step: row.timestep }), [
        { id, caption, image: await imageOf(file) },
      ], pipeline);
      assertClose(row.error, map.data.reduce((sum, value) => sum + value, 0) / map.data.length, 1e-4);
    }
  }
  assert(plot.timesteps(rows).data.length > 0);
  const steps = [1000];
  await assertRejects(() => timestepErrors(spec, { ...options, steps }), RangeError, "latentError.step");
});

Deno.test("images come with their maps, titled by their generator", async () => {
  const images = await mappedImages(spec, { ...options, most: 1 });
  assertEquals(images.map(({ title, map: { width, height } }) => [title, width, height]).sort(), [
    ["real", 2, 2],
    ["toy", 2, 2],
  ]);
  assert(images.every(({ source }) => source.startsWith("data:image/png;base64,")));
  assert(plot.errorMaps(images).data.length > 0);
});

Deno.test("costs are measured for each part of the same images", async () => {
  const dire = residual({ of: ddim({ model: "tiny-sd", steps: 2 }) });
  const costs = await makingCosts({ LaRE: spec, DIRE: dire }, { ...options, most: 2 });
  assertEquals(costs.map(({ name, seconds }) => [name, seconds.length]), [["LaRE", 4], ["DIRE", 4]]);
  assert(costs.flatMap(({ seconds }) => seconds).every((one) => one > 0));
  assert(plot.cost(costs).data.length > 0);
  await assertRejects(() => makingCosts({}, options), RangeError, "no part");
});

Deno.test("an ensemble is worth what a line through the mean errors of its channels calls right", async () => {
  const rows = await ensembleRows(spec, { ...options, most: 12, sizes: [1, 3] });
  assertEquals(rows.map(({ method, size }) => [method, size]), [["error alone", 1], ["error alone", 3]]);
  assert(rows.every(({ seconds, accuracy: { low, value, high } }) => seconds > 0 && low <= value && value <= high));
  assert(plot.ensemble(rows).data.length > 0);

  const samples = await Array.fromAsync(readSamples(of, { data, split: "test" }));
  const labels = samples.map(({ label }) => label === "fake" ? 1 : 0);
  await using pipeline = await openTiny("tiny-sd");
  const images = await Promise.all(samples.map(async ({ id, file, caption }) => {
    return { id, caption, image: await imageOf(file) };
  }));
  const errors = (await latentErrors(latentError({ ...spec, ensemble: 3 }), images, pipeline)).map(channelMeans);
  const probe = fitProbe(errors, labels);
  // folders have one split: the same images teach and ask
  assertClose(rows[1].accuracy.value, accuracy(labels, errors.map((row) => probeScore(probe, row))), 0.05);
});

Deno.test("a study ends when it is told to, and names a pipeline that is not there", async () => {
  const controller = new AbortController();
  const tell = (): void => controller.abort();
  const stopped = () => mappedImages(spec, { ...options, tell, signal: controller.signal });
  await assertRejects(stopped, DOMException, "aborted");
  const other = latentError({ ...spec, model: "sd15" });
  await assertRejects(() => mappedImages(other, options), Deno.errors.NotFound, 'there is no pipeline "sd15"');
});
