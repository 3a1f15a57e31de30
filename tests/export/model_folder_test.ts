import { join } from "node:path";
import { detect, type Judged } from "../../lib/detect/detect.ts";
import { openDetector } from "../../lib/detect/open.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { experiment } from "../../lib/experiment.ts";
import { openExported } from "../../lib/export/exported.ts";
import { writeModelFolder } from "../../lib/export/model_folder.ts";
import { writeOnnx } from "../../lib/export/onnx/write.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { openSession } from "../../lib/reconstruct/session.ts";
import { run } from "../../lib/run.ts";
import { findFolder } from "../../lib/runs/store.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";
import { askPython, findPython, noPython } from "../python.ts";
import { testBackend } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const world = await Deno.makeTempDir({ prefix: "counterproof-test-" });
const places = { runs: join(world, "runs"), weights: null, artifacts: join(world, "artifacts"), data: world };
await writeTinyWorld(world);
await useBackend(testBackend);
const record = await run(tinyDual(), { runs: places.runs, data: world, backend: testBackend });
const home = (await findFolder(places.runs, record.id))!;
const before = memory().numTensors;
const folder = join(world, "detector");
{
  using exported = await openExported(home, places);
  await writeModelFolder(exported, folder);
}
const images = join(world, "GenImage/BigGAN/imagenet_ai_0419_biggan/val");

Deno.test.afterAll(async () => {
  assertEquals(memory().numTensors, before);
  closeBackend();
  await Deno.remove(world, { recursive: true });
});

async function judged(model: string): Promise<Judged[]> {
  const found = await Array.fromAsync(detect(model, images, { ...places, backend: testBackend }));
  return found.map((one) => {
    assert("verdict" in one);
    return one;
  });
}

Deno.test("detect() judges by an exported folder as by its run", async () => {
  const [byRun, byFolder] = [await judged(home), await judged(folder)];
  assertEquals(byFolder, byRun);
  assert(byRun.length >= 24);
});

Deno.test("an exported folder holds the definition, what becomes of an image, and a card with numbers and limits", async () => {
  const read = (name: string) => Deno.readTextFile(join(folder, name));
  assertEquals(experiment(JSON.parse(await read("definition.json"))), experiment(record.experiment));
  const preprocessor = JSON.parse(await read("preprocessor.json"));
  assertEquals([preprocessor.size, preprocessor.normalised], [16, "before the network"]);
  const card = await read("README.md");
  for (
    const part of [
      "# tiny dual",
      "| mean of unseen |",
      "| biggan |",
      "| sd14 (trained) |",
      "deno task detect DIR photograph.jpg",
      "frozen on 2 photographs and 1 fake of",
      "AUC of trivial cues alone",
      "It was tested on sd14, biggan. Of any other generator nothing is known.",
      "It was not tested on images that were stored again as JPEG",
      "stored as png",
      "It was trained from scratch.",
      record.id.slice(0, 12),
    ]
  ) assert(card.includes(part), `the card lacks "${part}":\n${card}`);
  assert(!/undefined|NaN|null/.test(card), card);
});

Deno.test("a folder whose weights were changed, or of a newer form, is refused", async () => {
  const copy = join(world, "copy");
  await Deno.mkdir(copy);
  for await (const { name } of Deno.readDir(folder)) await Deno.copyFile(join(folder, name), join(copy, name));
  const config = JSON.parse(await Deno.readTextFile(join(copy, "config.json")));
  await Deno.writeTextFile(join(copy, "config.json"), JSON.stringify({ ...config, format: 2 }));
  await assertRejects(() => openDetector(copy, places), RangeError, "it has format 2, expected 1");
  await Deno.writeTextFile(join(copy, "config.json"), JSON.stringify({ ...config, sha256: "0".repeat(64) }));
  await assertRejects(() => openDetector(copy, places), TypeError, "Copy the folder again");
});

Deno.test("a detector that no run trained is no folder, and a run that is not done is not exported", async () => {
  using pocket = await openExported("pocket", places);
  await assertRejects(
    () => writeModelFolder(pocket, join(world, "none")),
    RangeError,
    "it was not trained by a run here",
  );
});

Deno.test("the ONNX file of a run, of its folder and of the shipped detector give the probabilities that detect() tells", async () => {
  for (const model of [home, folder, "pocket"]) {
    using exported = await openExported(model, places);
    const file = join(world, "model.onnx");
    const { apart, inputs } = await writeOnnx(exported, file);
    assert(apart !== null && apart < 1e-5, `${apart}`);
    const { size } = exported.view;
    assertEquals(inputs, [`images [batch, 3, ${size}, ${size}]`]);
    if (model === "pocket") continue;
    const told = await judged(model);
    await using session = await openSession(file, { provider: "cpu", threads: 1 });
    const { probability } = await session.run({
      images: { data: await pixels(told.map(({ file }) => file), size), shape: [told.length, 3, size, size] },
    });
    assertClose(probability.data, told.map(({ probability }) => probability), 1e-5);
  }
});

/** The middle of images as the file takes them: [N, 3, size, size], 0…1. */
async function pixels(files: readonly string[], size: number): Promise<Float32Array> {
  const all = new Float32Array(files.length * 3 * size * size);
  for (const [n, file] of files.entries()) {
    const { data, width, height } = await decodeImage(await Deno.readFile(file));
    const [left, top] = [(width - size) >> 1, (height - size) >> 1];
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          all[((n * 3 + c) * size + y) * size + x] = data[((top + y) * width + left + x) * 3 + c] / 255;
        }
      }
    }
  }
  return all;
}

const python = await findPython();

Deno.test({
  name: `Python reads an exported folder's weights under timm's names${python === null ? `: ${noPython}` : ""}`,
  ignore: python === null,
  fn: async () => {
    const script = `
import json, sys
from safetensors.numpy import load_file
print(json.dumps({name: list(values.shape) for name, values in load_file(sys.argv[1]).items()}))
`;
    const shapes = await askPython<Record<string, number[]>>(script, [join(folder, "model.safetensors")]);
    assertEquals(shapes["backbone.stages.0.blocks.0.conv_dw.weight"], [8, 1, 3, 3]);
    assertEquals(shapes["head.fc.weight"], [1, 8]);
  },
});
