import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { derive } from "../../lib/experiment.ts";
import { square } from "../../lib/augment/mod.ts";
import { convnext, errorGuided, linear, mlp, resnet } from "../../lib/models/mod.ts";
import { type Planning, planOf } from "../../lib/plan/plan.ts";
import { binaryCrossEntropy } from "../../lib/losses/mod.ts";
import { existing, latentError } from "../../lib/reconstruct/mod.ts";
import { writePipeline } from "../../lib/rehearse/pipelines.ts";
import { writeData } from "../../lib/rehearse/write_data.ts";
import { assert, assertEquals } from "../assert.ts";
import { tinyRecipe } from "../rehearse/tiny_recipe.ts";
import { testBackend } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const folder = await Deno.makeTempDir();
await useBackend(testBackend);
const recipe = derive(tinyRecipe(), { batch: { size: 8 } });
const counts = { train: { real: 20, fake: 20 }, validation: { real: 3, fake: 3 }, test: { real: 2, fake: 3 } };
await writeData(recipe, { data: `${folder}/data`, counts, address: () => "" });
await writePipeline({ model: "sd1", inpainting: true }, `${folder}/pipelines`);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const here: Planning = {
  ...{ data: `${folder}/data`, weights: null, artifacts: `${folder}/artifacts`, pipelines: `${folder}/pipelines` },
  ...{ steps: 0, backend: testBackend },
};
const nowhere: Planning = { ...here, data: null, pipelines: null };

Deno.test("a plan counts samples, steps, and what is to be made, from the data that are there", async () => {
  const plan = await planOf(recipe, here);
  assertEquals([plan.missing, plan.gigabytes, plan.counted, plan.measured], [[], 0, "the data", null]);
  const rows = plan.samples.map(({ split, set, real, fake }) => [split, set, real, fake]);
  assertEquals(rows.filter(([split]) => split === "test"), [["test", "sd14", 2, 3], ["test", "biggan", 2, 3]]);
  const [, , real, fake] = rows.find(([split]) => split === "train") as [string, string, number, number];
  assertEquals(real + fake, 36); // of 40 sources a tenth validates
  assertEquals(plan.stepsPerEpoch, Math.floor(Math.min(real, fake) / 2)); // 8 rows are two photographs and two fakes, twice
  assertEquals([plan.epochs, plan.steps], [17, 17 * plan.stepsPerEpoch!]);
  assertEquals(plan.made.map(({ part, wanted, there }) => [part, wanted, there]), [["inpainting", 40, 0]]);
  assertEquals(Object.values(plan.hours).every((hours) => hours === null), true);
});

Deno.test("a plan without data goes by what is published, and names each missing thing with what gets it", async () => {
  const pretrained = derive(recipe, {
    batch: { size: 64 },
    model: { backbone: convnext({ size: "atto", weights: "timm/convnext_atto.d2_in1k" }) },
  });
  const plan = await planOf(pretrained, nowhere);
  assertEquals(plan.missing.map(({ kind }) => kind), ["data", "data", "weights", "pipeline"]);
  assertEquals(plan.needs.length, 4);
  const [data, , weights, pipeline] = plan.missing;
  assert(data.get.join().includes("drive.google.com") && data.gigabytes === 77 && data.source!.includes("2306.08571"));
  assertEquals([weights.get, weights.gigabytes], [["deno task weights get timm/convnext_atto.d2_in1k"], 0.015]);
  assert(pipeline.get[0].startsWith("optimum-cli export onnx --model runwayml/stable-diffusion-inpainting"));
  assertEquals(plan.gigabytes, plan.missing.reduce((sum, { gigabytes }) => sum + gigabytes!, 0));
  assert(plan.counted === "what is published");
  const train = plan.samples.find(({ split }) => split === "train")!;
  assertEquals([train.real, train.fake], [145_800, 145_800]); // of 162,000 a tenth validates
  assertEquals([plan.stepsPerEpoch, plan.made[0].wanted], [Math.floor(145_800 / 16), 324_000]);
});

Deno.test("a plan measures steps of the very network on the images of the data set, and what making takes", async () => {
  const before = memory().numTensors;
  const heard: string[] = [];
  const plan = await planOf(recipe, { ...here, steps: 4, told: (_done, _total, text) => void heard.push(text) });
  const { measured, hours } = plan;
  assert(measured !== null);
  assertEquals([measured.steps, measured.images, measured.weights], [4, "of the data set", "as defined"]);
  assertEquals(heard.filter((text) => text.startsWith("step")), [1, 2, 3, 4].map((step) => `step ${step} of 4`));
  const { step, waiting, forward, first, feature, megabytes, making: [made] } = measured;
  assert([step, first, forward, made.seconds].every((seconds) => seconds > 0), JSON.stringify(measured));
  assert(waiting <= step && megabytes > 50 && feature === null && made.bytes > 1000, JSON.stringify(measured));
  assertEquals(made.images, "of the data set");
  assertEquals(hours.training, (first + (plan.steps! - 1) * step) / 3600);
  assertEquals(hours.test, forward * 10 / 3600);
  assertEquals(hours.making, made.seconds * 40 / 3600);
  const parts = [hours.making, hours.training, hours.validation, hours.test].map((one) => one!);
  assert(Math.abs(hours.all! - parts.reduce((sum, one) => sum + one)) < 1e-12);
  assertEquals(memory().numTensors, before);
  assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).then((names) => names.sort()), [
    "data",
    "pipelines",
  ]);
});

Deno.test("a plan measures with random images, maps and weights what is not there, and says so", async () => {
  const guided = derive(tinyDual(), {
    reconstruct: null,
    batch: { size: 4, synced: false },
    view: square({ size: 32 }),
    augment: [],
    loss: { contrastive: undefined, reconstruction: undefined, classification: binaryCrossEntropy() },
    model: {
      backbone: resnet({ depth: 18, weights: "timm/resnet18.tv_in1k" }),
      refine: errorGuided({ map: latentError({ model: "sd15", size: 64 }), side: 2, channels: 256 }),
      head: linear({ classes: 1 }),
    },
  });
  const { measured, hours } = await planOf(guided, { ...nowhere, steps: 2 });
  assertEquals([measured?.images, measured?.weights, measured?.making], ["random", "random", []]);
  assertEquals([hours.making, hours.features], [null, 0]);
});

Deno.test("a plan of a frozen backbone tells what its features take, and steps on these", async () => {
  const data = `${folder}-tiny`;
  await writeTinyWorld(data);
  try {
    const frozen = derive(tinyDual(), {
      view: square({ size: 16 }),
      augment: [],
      batch: { synced: false },
      reconstruct: existing(),
      model: { head: mlp({ widths: [8] }) },
      trainable: { lastStages: 0 },
    });
    const { measured, hours, samples } = await planOf(frozen, { ...here, data, steps: 3 });
    assert(measured?.feature != null && measured.feature > 0 && measured.forward === 0);
    const images = samples.reduce((sum, { real, fake }) => sum + real + fake, 0);
    assertEquals(hours.features, measured.feature * images / 3600);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a plan that is stopped goes by the steps that were taken", async () => {
  const stopper = new AbortController();
  const told = (done: number) => done === 2 && stopper.abort();
  const { measured } = await planOf(recipe, { ...here, steps: 50, told, signal: stopper.signal });
  assertEquals([measured?.steps, measured?.making], [2, []]);
});
