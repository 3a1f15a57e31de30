import { crop, longSide } from "../../lib/augment/mod.ts";
import { detect, type Judged } from "../../lib/detect/detect.ts";
import { openPocket } from "../../lib/detect/pocket_detector.ts";
import { inPasses, pooled, refuseUncut, squaresHeat, squaresOf } from "../../lib/detect/squares.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { decodeImage, type Image } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { pocket, readSamples } from "../../lib/layouts/mod.ts";
import { imageOf } from "../../lib/data/source.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { testBackend } from "../tensors.ts";

const folder = await Deno.makeTempDir();
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});
const options = { runs: folder, artifacts: folder, backend: testBackend };

/** Four patches of the pocket world, two photographs above two fakes, and the picture that they make together. */
async function mosaic(): Promise<{ readonly files: string[]; readonly whole: string }> {
  const spec = pocket({ generators: ["latent-nearest"] });
  const samples = await Array.fromAsync(readSamples(spec, { data: null, split: "test", tell: () => {} }));
  const chosen = ["real", "fake"].flatMap((label) => samples.filter((one) => one.label === label).slice(0, 2));
  const images = await Promise.all(chosen.map(({ file }) => imageOf(file)));
  const files = images.map((_, i) => `${folder}/${i}.png`);
  for (const [i, image] of images.entries()) {
    await Deno.writeFile(files[i], await encodeImage(image, { format: "png" }));
  }
  const data = new Uint8Array(128 * 128 * 3);
  for (const [i, image] of images.entries()) {
    for (let y = 0; y < 64; y++) {
      const at = ((Math.floor(i / 2) * 64 + y) * 128 + (i % 2) * 64) * 3;
      data.set(image.data.subarray(y * 192, (y + 1) * 192), at);
    }
  }
  const whole = `${folder}/whole.png`;
  await Deno.writeFile(whole, await encodeImage({ data, width: 128, height: 128 }, { format: "png" }));
  return { files, whole };
}

Deno.test("an image in squares is judged as its squares are, by their mean or the highest", async () => {
  const { files, whole } = await mosaic();
  const before = memory().numTensors;
  using opened = await openPocket();
  // without calibration, a probability is the score
  const detector = { ...opened, judgement: { ...opened.judgement, calibration: null } };
  const scoresOf = async (images: string[], tiles?: "mean" | "max") => {
    const found = await Array.fromAsync(detect(detector, images, { ...options, ...tiles && { tiles } }));
    return (found as Judged[]).map(({ probability }) => probability);
  };
  const single = await scoresOf(files);
  const [mean] = await scoresOf([whole], "mean"), [max, alone] = await scoresOf([whole, files[0]], "max");
  assertClose(mean, single.reduce((sum, score) => sum + score, 0) / 4, 1e-6);
  assertClose(max, Math.max(...single), 1e-6);
  assertClose(alone, single[0], 1e-6); // as large as a square: nothing to pool
  opened[Symbol.dispose]();
  assertEquals(memory().numTensors, before);
});

Deno.test("an image in squares says that rates are those of one, and is explained square by square", async () => {
  const { whole } = await mosaic();
  const found = await Array.fromAsync(detect("pocket", [whole], { ...options, tiles: "mean", explain: true }));
  const [{ warnings, explanation }] = found as Judged[];
  assert(warnings.some((sentence) => sentence.startsWith("its squares were judged together")), `${warnings}`);
  assert(!warnings.some((sentence) => sentence.includes("the middle")), `${warnings}`);
  const { width, height } = await decodeImage(explanation!);
  assertEquals([width, height], [256, 256]); // enlarged by a whole factor
});

Deno.test("detectors that do not cut are refused squares", async () => {
  using detector = await openPocket();
  refuseUncut({ ...detector, view: crop({ size: 64 }) });
  assertThrows(() => refuseUncut({ ...detector, view: longSide({ size: 64 }) }), RangeError, "longSide, scales images");
  const prepared = () => Promise.reject(new Error());
  assertThrows(() => refuseUncut({ ...detector, prepared }), RangeError, "what a pipeline made of whole images");
});

Deno.test("squares stand row by row, the last at the edge; one alone are none", () => {
  const image: Image = { data: new Uint8Array(10 * 7 * 3).map((_, i) => i), width: 10, height: 7 };
  const { images, across, down } = squaresOf(image, 4)!;
  assertEquals([images.length, across, down], [6, 3, 2]);
  assertEquals([...images[5].data.subarray(0, 3)], [...image.data.subarray((3 * 10 + 6) * 3, (3 * 10 + 6) * 3 + 3)]);
  assertEquals([squaresOf(image, 8), squaresOf({ ...image, width: 7 }, 7)], [null, null]);
  const heat = squaresHeat(Float32Array.of(0.25, 1), { images: [], across: 2, down: 1 }, false);
  assertEquals(heat, { values: Float32Array.of(0.75, 0), width: 2, height: 1 });
});

Deno.test("squares are looked at in passes, none twice and in order", async () => {
  const images = Array.from({ length: 70 }, (_, i): Image => ({ data: Uint8Array.of(i), width: 1, height: 1 }));
  const passes: number[] = [];
  const scores = await inPasses(images, (some) => {
    passes.push(some.length);
    return Promise.resolve(Float32Array.from(some, ({ data }) => data[0]));
  });
  assertEquals([[...scores], passes.length > 1], [images.map((_, i) => i), true]);
  assertEquals([pooled(Float32Array.of(0.5, 1, 0), "mean"), pooled(Float32Array.of(0.5, 1, 0), "max")], [0.5, 1]);
});
