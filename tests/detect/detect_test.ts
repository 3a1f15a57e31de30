import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { crop } from "../../lib/augment/mod.ts";
import { detect, type Detection, type Judged } from "../../lib/detect/detect.ts";
import { openDetector } from "../../lib/detect/open.ts";
import { openPocket, shippedModel } from "../../lib/detect/pocket_detector.ts";
import { shipPocket } from "../../lib/detect/ship_pocket.ts";
import { derive } from "../../lib/experiment.ts";
import { imageOf } from "../../lib/data/source.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { pocket, readSamples } from "../../lib/layouts/mod.ts";
import { errorGuided, resnet } from "../../lib/models/mod.ts";
import { errorMapFile } from "../../lib/reconstruct/error_maps.ts";
import { latentError } from "../../lib/reconstruct/mod.ts";
import { run } from "../../lib/run.ts";
import { findFolder, writeRecord } from "../../lib/runs/store.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";
import { writeErrorMap, writeErrorMaps } from "../error_map_files.ts";
import { testBackend } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const folder = await Deno.makeTempDir();
const runs = `${folder}/runs`;
await writeTinyWorld(folder);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});
const options = { runs, data: folder, backend: testBackend, artifacts: `${folder}/artifacts` };

/** Patches of the pocket world's test as files: three photographs, and three fakes of the generator trained on. */
async function patches(): Promise<{ readonly file: string; readonly sample: Sample }[]> {
  const spec = pocket({ generators: ["latent-nearest"] });
  const samples = await Array.fromAsync(readSamples(spec, { data: null, split: "test", tell: () => {} }));
  const chosen = ["real", "fake"].flatMap((label) => samples.filter((one) => one.label === label).slice(0, 3));
  await Deno.mkdir(`${folder}/patches`, { recursive: true });
  const files = chosen.map(async (sample, i) => {
    const file = `${folder}/patches/${i}.png`;
    await Deno.writeFile(file, await encodeImage(await imageOf(sample.file), { format: "png" }));
    return { file, sample };
  });
  return await Promise.all(files);
}

function judgedOf(found: readonly Detection[]): Judged[] {
  return found.map((one) => {
    assert("verdict" in one, "error" in one ? one.error : "");
    return one;
  });
}

Deno.test("detect() judges patches of the pocket world with the shipped model, without a warning", async () => {
  const before = memory().numTensors;
  const given = await patches();
  const found = judgedOf(await Array.fromAsync(detect("pocket", given.map(({ file }) => file), options)));
  assertEquals(found.map(({ file }) => file), given.map(({ file }) => file));
  const right = found.filter(({ verdict }, i) => verdict === given[i].sample.label).length;
  assert(right >= 5, `${right} of 6 are right`);
  assert(found.every(({ probability, warnings }) => probability >= 0 && probability <= 1 && warnings.length === 0));
  assertEquals(memory().numTensors, before);
});

Deno.test("detect() tells what cannot be read in its place, and goes on", async () => {
  const [{ file }] = await patches();
  const bytes = await Deno.readFile(file);
  await Deno.writeTextFile(`${folder}/broken.jpg`, "no image");
  const images = [`${folder}/broken.jpg`, file, `${folder}/none.png`, { name: "bytes", bytes }];
  const found = await Array.fromAsync(detect("pocket", images, options));
  assertEquals(found.map((one) => "error" in one), [true, false, true, false]);
  assert("error" in found[0] && found[0].error.includes("broken.jpg"));
  const [, one, , other] = found as Judged[];
  assertEquals([one.probability, one.verdict, other.file], [other.probability, other.verdict, "bytes"]);
  await assertRejects(() => Array.fromAsync(detect("pocket", `${folder}/none.png`, options)), Deno.errors.NotFound);
});

Deno.test("detect() explains beside the image, and does not take explanations for images", async () => {
  const alone = `${folder}/alone`;
  await Deno.mkdir(alone);
  const [{ file }] = await patches();
  await Deno.copyFile(file, `${alone}/a.png`);
  const [found] = judgedOf(await Array.fromAsync(detect("pocket", alone, { ...options, explain: true })));
  assertEquals(found.explanation, `${alone}/a.png.explained.png`);
  const picture = await decodeImage(found.explanation!);
  assertEquals([picture.width, picture.height], [256, 256]);
  assertEquals((await Array.fromAsync(detect("pocket", alone, options))).length, 1);
});

Deno.test("detect() looks at what was made of an image, where the network does, and warns of the image itself", async () => {
  const given = await patches();
  using detector = await openDetector("pocket", { runs, weights: null, artifacts: "", data: null });
  const [real, fake] = [given[0].file, given[4].file];
  const wide = `${folder}/wide.png`;
  const { data } = await decodeImage(real);
  await Deno.writeFile(wide, await encodeImage({ data, width: 128, height: 32 }, { format: "png" }));
  const ids: string[] = [];
  const prepared = (sample: Sample) => {
    ids.push(sample.id);
    return Promise.resolve({ ...sample, file: fake });
  };
  const [plain] = judgedOf(await Array.fromAsync(detect(detector, [fake], options)));
  const [found] = judgedOf(await Array.fromAsync(detect({ ...detector, prepared }, [wide], options)));
  assertEquals([found.probability, found.file, ids], [plain.probability, wide, ["wide.png"]]);
  assert(found.warnings.some((sentence) => sentence.startsWith("it is smaller than the 64 × 64")), `${found.warnings}`);
});

Deno.test("detect() stops between images when it is asked to", async () => {
  const stopper = new AbortController();
  const files = (await patches()).map(({ file }) => file);
  const many = Array.from({ length: 40 }, (_, i) => files[i % files.length]);
  let told = 0;
  const error = await Array.fromAsync((async function* () {
    for await (const found of detect("pocket", many, { ...options, signal: stopper.signal })) {
      if (++told === 3) stopper.abort();
      yield found;
    }
  })()).catch((error) => error);
  assertEquals([error.name, told < many.length], ["AbortError", true]);
});

Deno.test("detect() gives an image the score that the run's record has, and its rates", async () => {
  const record = await run(tinyDual(), options);
  const before = memory().numTensors;
  const place = (await findFolder(runs, record.id))!;
  const { scores } = record;
  const samples = (await Promise.all(
    record.experiment.data.test.map((layout) =>
      Array.fromAsync(readSamples(layout, { data: folder, split: "test", tell: () => {} }))
    ),
  )).flat();
  const fileOf = new Map(samples.map(({ id, file }) => [id, file]));
  const detector = await openDetector(place, { runs, weights: null, artifacts: "artifacts", data: folder });
  const raw = { ...detector, judgement: { ...detector.judgement, calibration: null } };
  const found = judgedOf(await Array.fromAsync(detect(raw, scores.id.map((id) => fileOf.get(id)!), options)));
  assertClose(found.map(({ probability }) => probability), scores.score, 1e-5);
  const { threshold, frozen, calibration, rates } = detector.judgement;
  assert(frozen !== null && calibration !== null && frozen.threshold === threshold);
  for (const [label, share] of [["real", "falseAlarms"], ["fake", "misses"]] as const) {
    const own = found.filter((_, i) => (scores.label[i] === 1 ? "fake" : "real") === label);
    const wrong = own.filter(({ verdict }) => verdict !== label).length / own.length;
    assertClose(rates.find(({ set }) => set === "all")![share], wrong, 1e-9);
  }
  assertEquals([detector.tested?.shorter, detector.tested?.formats], [[20, 20], ["png"]]);
  const other = judgedOf(await Array.fromAsync(detect(record, [fileOf.get(scores.id[0])!], options)));
  assertEquals(other[0].verdict, found[0].verdict);
  detector[Symbol.dispose]();
  assertEquals(memory().numTensors, before);

  await writeRecord(place, { ...record, validation: null, frozen: null });
  using old = await openDetector(place, { runs, weights: null, artifacts: "artifacts", data: null });
  assertEquals([old.judgement.threshold, old.judgement.calibration, old.tested], [0.5, null, null]);
  assert(old.about.some((sentence) => sentence.includes("older than frozen thresholds")));
  await writeRecord(place, { ...record, status: "stopped" });
  await assertRejects(
    () => openDetector(place, { runs, weights: null, artifacts: "", data: null }),
    Error,
    "is stopped",
  );
});

Deno.test("detect() with a model that looks at error maps takes those made of the image, and asks for missing ones", async () => {
  const guided = derive(tinyDual(), {
    name: "guided",
    view: crop({ size: 8 }),
    model: {
      backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }),
      refine: errorGuided({ map: latentError({ model: "tiny" }), channels: 256, side: 2 }),
    },
    epochs: 1,
  });
  await writeErrorMaps(guided, { data: folder, artifacts: options.artifacts });
  const record = await run(guided, options);
  const [a, b] = await patches();
  const part = latentError({ model: "tiny" });
  const file = errorMapFile(part, { id: "0.png", file: a.file });
  await writeErrorMap(`${options.artifacts}/${file}`, { id: "0.png", label: "real" });
  const found = await Array.fromAsync(detect(record, [a.file, b.file], { ...options, explain: true }));
  const [judged] = judgedOf(found.slice(0, 1));
  const picture = await decodeImage(judged.explanation!);
  assertEquals([picture.width, picture.height], [256, 256]);
  assert("error" in found[1] && found[1].error.includes("error map"), JSON.stringify(found[1]));
  const bytes = { name: "-", bytes: await Deno.readFile(a.file) };
  const [refused] = await Array.fromAsync(detect(record, [bytes], options));
  assert("error" in refused && refused.error.includes("Give a file"));
});

Deno.test("openPocket() refuses weights that are not those of its card", async () => {
  const copy = `${folder}/model`;
  await Deno.mkdir(copy);
  for await (const { name } of Deno.readDir(shippedModel)) {
    await Deno.copyFile(`${shippedModel}/${name}`, `${copy}/${name}`);
  }
  (await openPocket(copy))[Symbol.dispose]();
  await Deno.writeFile(`${copy}/pocket.safetensors`, new Uint8Array(8));
  await assertRejects(() => openPocket(copy), TypeError, "expected 64 hexadecimal".slice(0, 8));
  await Deno.remove(`${copy}/pocket.json`);
  await assertRejects(() => openPocket(copy), Deno.errors.NotFound, "deno task pocket:model");
});

Deno.test("shipPocket() writes a detector that judges as the run that it was made of", async () => {
  const plain = derive(tinyDual({ seed: 2 }), {
    data: {
      train: [pocket({ generators: ["latent-nearest"], limit: { perClass: 12, seed: 1 } })],
      test: [pocket({ limit: { perClass: 12, seed: 1 } })],
    },
    epochs: 1,
  });
  const record = await run(plain, options);
  const place = (await findFolder(runs, record.id))!;
  const card = await shipPocket(place, { folder: `${folder}/shipped`, made: "a test", tested: null });
  assert(card.judgement.rates.length === 9 && card.about.length === 3, JSON.stringify(card.judgement.rates));
  using shipped = await openPocket(`${folder}/shipped`);
  using own = await openDetector(place, { runs, weights: null, artifacts: "artifacts", data: null });
  const files = (await patches()).map(({ file }) => file);
  const [a, b] = [await Array.fromAsync(detect(shipped, files)), await Array.fromAsync(detect(own, files))];
  const worth = (found: readonly Detection[]) =>
    judgedOf(found).map(({ probability, verdict }) => [probability, verdict]);
  assertEquals(worth(a), worth(b));
});
