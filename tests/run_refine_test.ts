import { crop } from "../lib/augment/mod.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { evaluate } from "../lib/evaluate_run.ts";
import { derive } from "../lib/experiment.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { lareList } from "../lib/layouts/mod.ts";
import { errorGuided, resnet } from "../lib/models/mod.ts";
import { latentError } from "../lib/reconstruct/mod.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { writeErrorMap, writeErrorMaps } from "./error_map_files.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const data = await Deno.makeTempDir();
await writeTinyWorld(data);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(data, { recursive: true });
});

/** LaRE² with the smallest backbone that has an inner map, on images, reconstructions and augmentation of the dual recipe. */
const guided = derive(tinyDual(), {
  name: "guided",
  view: crop({ size: 8 }),
  optimizer: { rate: 1e-3 },
  model: {
    backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }),
    refine: errorGuided({ map: latentError({ model: "tiny" }), channels: 256, side: 2 }),
  },
});

const artifacts = `${data}/artifacts`;
const options = (runs: string): RunOptions => ({ runs: `${data}/${runs}`, artifacts, data, backend: testBackend });

Deno.test("a run whose model looks at error maps goes on exactly where it was stopped, and is evaluated exactly", async () => {
  await assertRejects(() => run(guided, options("none")), Deno.errors.NotFound, "the error maps of ");
  const files = await writeErrorMaps(guided, { data, artifacts });
  const before = memory().numTensors;
  const whole = await run(guided, options("whole"));
  assertEquals(whole.status, "done");
  assert(
    whole.history.every(({ distances }) => distances !== null && distances.real !== null),
    "reconstructions were not measured",
  );

  const stopper = new AbortController();
  await Array.fromAsync((async function* () {
    for await (const event of events(guided, { ...options("stopped"), signal: stopper.signal })) {
      if (event.kind === "step" && event.row.step === 2) stopper.abort();
      yield event.kind;
    }
  })()).catch((error) => assertEquals(error.name, "AbortError"));
  const taken = await run(guided, options("stopped"));
  assertEquals(taken.steps, whole.steps);
  assertEquals(taken.scores, whole.scores);

  // the definition says which maps they are: where they lie does not matter
  await Deno.rename(artifacts, `${data}/moved`);
  assertEquals((await run(guided, { ...options("whole"), artifacts: `${data}/moved` })).id, whole.id);
  await Deno.rename(`${data}/moved`, artifacts);

  const { agreement } = await evaluate(whole, options("whole"));
  assertEquals(agreement?.largest, 0);
  const elsewhere = { ...options("whole"), artifacts: `${data}/elsewhere` };
  await assertRejects(() => evaluate(whole, elsewhere), Deno.errors.NotFound, "the error maps of ");
  assertEquals(memory().numTensors, before);

  // the same images beside other maps are seen otherwise
  for (const file of files) await writeErrorMap(file, { id: `other ${file}`, label: "real" });
  const { agreement: other } = await evaluate(whole, options("whole"));
  assert(other!.largest > 0, "the maps were not looked at");
});

Deno.test("a run trains on the error maps that its data set ships, of PyTorch or safetensors", async () => {
  const list: string[] = [], maps: string[] = [];
  for (let i = 0; i < 24; i++) {
    const fake = i % 2;
    const image = { data: new Uint8Array(10 * 10 * 3).fill(9 * i), width: 10, height: 10 };
    const name = fake ? `1_sd_${i}` : `n01440764_${i}`;
    await Deno.mkdir(`${data}/own`, { recursive: true });
    await Deno.writeFile(`${data}/own/${name}.png`, await encodeImage(image, { format: "png" }));
    list.push(`own/${name}.png\t${fake}`);
    maps.push(`own/maps/${name}.safetensors\t${fake}`);
    await writeErrorMap(`${data}/own/maps/${name}.safetensors`, { id: name, label: fake ? "fake" : "real" });
  }
  const pt = `own/maps/1_sd_1.pt`;
  maps[1] = `${pt}\t1`;
  await Deno.copyFile(new URL("data/error_map.pt", import.meta.url), `${data}/${pt}`); // [4, 4, 4]
  await Deno.writeTextFile(`${data}/own.txt`, list.join("\n"));
  await Deno.writeTextFile(`${data}/maps.txt`, maps.join("\n"));
  const layout = lareList({ lists: ["own.txt"], maps: ["maps.txt"] });
  const own = derive(guided, {
    name: "own",
    data: { train: [layout], validation: [layout], test: [layout] },
    reconstruct: null,
    batch: { synced: false },
    loss: { contrastive: undefined, reconstruction: undefined },
    model: { refine: { map: null } },
    epochs: 1,
  });
  const before = memory().numTensors;
  const { metrics } = await run(own, options("own"));
  assert(Number.isFinite(metrics.mean.auc), "nothing was scored");
  assertEquals(memory().numTensors, before);
});
