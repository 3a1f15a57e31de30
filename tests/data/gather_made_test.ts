import { asSeen } from "../../lib/data/gather_made.ts";
import type { OpenMaker } from "../../lib/data/lacking.ts";
import { type Gathered, gathering, gatherSamples } from "../../lib/data/pairs.ts";
import { crop } from "../../lib/augment/mod.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { folders, reencoded } from "../../lib/layouts/mod.ts";
import { errorGuided, resnet } from "../../lib/models/mod.ts";
import { ddim, inpainting, latentError, residual } from "../../lib/reconstruct/mod.ts";
import type { RunEvent, Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { plainRecipe, writeMakingWorld } from "../making_world.ts";
import { type Asked, negative, newAsked, toyMaker } from "./toy_maker.ts";

const root = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(root, { recursive: true }));

let worlds = 0;
/** Pictures and artifacts of their own. */
async function newWorld(): Promise<{ data: string; artifacts: string }> {
  const data = `${root}/${worlds++}`;
  await writeMakingWorld(data);
  return { data, artifacts: `${data}/artifacts` };
}

/** Opens toys for whatever part. */
function toys(asked: Asked): OpenMaker {
  return async (of) => {
    const maker = await toyMaker(asked, { of, batch: 4 })();
    if (of.kind !== "latentError") return maker;
    const make: typeof maker.make = async (images) => {
      const made = await maker.make(images);
      return made.map(() => ({ data: new Float32Array(4 * 2 * 2), shape: [4, 2, 2] }));
    };
    return { ...maker, make };
  };
}

async function gathered(
  experiment: Experiment,
  where: { data: string; artifacts: string },
  open: OpenMaker,
): Promise<{ samples: Gathered; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const work = gathering(experiment, { ...where, open });
  for (;;) {
    const { done, value } = await work.next();
    if (done) return { samples: value, events };
    events.push(value);
  }
}

/** Test samples as they are seen where nothing is made. */
async function seenOf(experiment: Experiment, samples: readonly Sample[], where: { artifacts: string }) {
  const { done, value } = await asSeen(experiment, samples, { ...where, open: null, tell: () => {} }).next();
  assert(done === true);
  return value.samples;
}

const inpainted = derive(plainRecipe, { reconstruct: inpainting({ model: "sd1", of: "real" }), batch: { size: 9 } });
const dire = derive(plainRecipe, { reconstruct: residual({ of: ddim({ model: "sd15" }) }) });

Deno.test("gathering() makes the reconstructions that are missing, of the classes that are asked for, once", async () => {
  const where = await newWorld();
  const error = await assertRejects(() => gatherSamples(inpainted, where), Deno.errors.NotFound, "of 12 of 12 samples");
  assert(error.message.includes("--method inpainting"), error.message);
  const asked = newAsked();
  const { samples, events } = await gathered(inpainted, where, toys(asked));
  assertEquals(asked.batches.flat().sort().map((id) => id.slice(0, 11)), Array(12).fill("photographs"));
  assertEquals(events.at(-1), { kind: "making", name: "making", part: "inpainting", done: 12, total: 12, found: 0 });
  const real = samples.train.filter(({ sample }) => sample.label === "real");
  assertEquals([real.length, samples.train.length], [12, 24]);
  for (const { sample, reconstruction } of real) {
    assertEquals(await decodeImage(reconstruction!.file), negative(await decodeImage(sample.file)));
  }
  assertEquals((await gathered(inpainted, where, toys(asked))).events, []);
  assertEquals([asked.opened, (await gatherSamples(inpainted, where)).train.length], [1, 24]);
});

Deno.test("gathering() leaves out what cannot be read, tells of it, and refuses more than the definition allows", async () => {
  const where = await newWorld();
  await Deno.writeTextFile(`${where.data}/photographs/03.png`, "no picture");
  const strict = () => gathered(inpainted, where, toys(newAsked()));
  await assertRejects(strict, Error, 'more than the 1 % that "data.maxSkipped" allows');
  const lenient = derive(inpainted, { data: { maxSkipped: 0.1 } });
  const { samples } = await gathered(lenient, where, toys(newAsked()));
  assertEquals(samples.train.filter(({ sample }) => sample.id === "photographs/03.png"), []);
  assertEquals([samples.train.length, samples.validation.length], [23, 23]);
  const told = "1 of 24 train images are left out so far, since nothing can be made of them: Cannot decode";
  assert(samples.notices[0].startsWith(told), samples.notices.join());
  assertEquals(samples.leftOut.map(({ id, split, reason }) => [id, split, reason.slice(0, 13)]), [
    ["photographs/03.png", "train", "Cannot decode"],
    ["photographs/03.png", "validation", "Cannot decode"],
  ]);
  // without a maker the index tells that there is nothing to wait for
  assertEquals((await gatherSamples(lenient, where)).train.length, 23);
});

Deno.test("a residual is seen in the place of each image of every split, under its id, and there are no pairs", async () => {
  const where = await newWorld();
  const error = await assertRejects(
    () => gatherSamples(dire, where),
    Deno.errors.NotFound,
    "Cannot find the residuals",
  );
  assert(
    error.message.includes("--method ddim") && error.message.includes("--residual --pipeline DIR/sd15"),
    error.message,
  );
  const asked = newAsked();
  const { samples: { train, validation, test } } = await gathered(dire, where, toys(asked));
  assertEquals(asked.batches.flat().length, 24); // the same images stand in all three splits
  const seen = [...train, ...validation].map(({ sample }) => sample).concat(test);
  assertEquals([seen.length, train[0].sample.id], [72, "photographs/00.png"]);
  assert(seen.every(({ file }) => file.startsWith(`${where.artifacts}/residual-`)));
  assert([...train, ...validation].every(({ reconstruction }) => reconstruction === null));
  assertEquals(await seenOf(dire, [{ ...test[0], file: `${where.data}/${test[0].id}` }], where), [test[0]]);
});

Deno.test("a residual of what is stored anew is another file; a reconstruction is made of the file itself", async () => {
  const where = await newWorld();
  const layout = reencoded({ of: folders({ real: ["photographs"], fake: { toy: "fakes" } }), quality: 60 });
  const data = { train: [layout], validation: [layout], test: [layout] };
  const { samples } = await gathered(derive(dire, { data }), where, toys(newAsked()));
  assert(samples.test[0].file.endsWith("/photographs/00.png#jpeg=60.png"), samples.test[0].file);
  const asked = newAsked();
  const { samples: { train: [{ sample, reconstruction }] } } = await gathered(
    derive(inpainted, { data }),
    where,
    toys(asked),
  );
  assert(sample.file.endsWith("00.png#jpeg=60") && reconstruction!.file.endsWith("/00.png.png#jpeg=60"));
  const stored = reconstruction!.file.slice(0, -"#jpeg=60".length);
  assertEquals(await decodeImage(stored), negative(await decodeImage(`${where.data}/photographs/00.png`)));
});

Deno.test("gathering() makes error maps of images and of their reconstructions, which it makes first", async () => {
  const where = await newWorld();
  const guided = derive(inpainted, {
    view: crop({ size: 8 }),
    model: {
      backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }),
      refine: errorGuided({ map: latentError({ model: "sd15" }), channels: 256, side: 2 }),
    },
  });
  const { samples: { train, test }, events } = await gathered(guided, where, toys(newAsked()));
  const parts = events.flatMap((event) => event.kind === "making" ? [event.part] : []);
  assertEquals([...new Set(parts)], ["inpainting", "latentError"]);
  const mapped = [...train.flatMap(({ sample, reconstruction }) => [sample, reconstruction ?? sample]), ...test];
  assert(mapped.every(({ errorMap }) => errorMap?.endsWith(".safetensors")));
  assertEquals(
    (await seenOf(guided, test, where)).map(({ errorMap }) => errorMap),
    test.map(({ errorMap }) => errorMap),
  );
});

Deno.test("definitions refuse what does not go with residuals", () => {
  assertThrows(
    () => derive(dire, { batch: { synced: true } }),
    TypeError,
    '"reconstruct" is residual(), which pairs nothing',
  );
  const refine = errorGuided({ map: latentError({ model: "sd15" }), channels: 256, side: 2 });
  const backbone = resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false });
  const guided = () => derive(dire, { view: crop({ size: 8 }), model: { backbone, refine } });
  assertThrows(guided, TypeError, '"reconstruct" is residual(), which is no image');
});
