import { tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { fitAnalysis, fitCodes, linearPicture, toCodewords, toLatents } from "../../lib/pocket/autoencoder.ts";
import { drawCrops, toImages, toTensor } from "../../lib/pocket/crops.ts";
import { psnr } from "../../lib/pocket/psnr.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

/** Smooth blobs with a little noise: like photographs in that few components hold most. */
function scene(seed: number, size = 48) {
  const draw = random(seed, "scene");
  const [u, v, w] = [draw.uniform(), draw.uniform(), draw.uniform()];
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
    return 128 + 60 * Math.sin(x * u * 0.4 + c) + 50 * Math.cos(y * v * 0.4 + c * w) + 3 * draw.normal();
  });
  return { data, width: size, height: size };
}

const scenes = [1, 2, 3, 4].map((seed) => scene(seed));

testTensors("with all 48 components the linear picture is the picture, and with 12 it is near", () => {
  const x = toTensor(scenes);
  const back = (latent: number) => {
    const { analysis, synthesis } = fitAnalysis(scenes, { latent, block: 4 });
    const y = tidy(() => linearPicture(synthesis, toLatents(analysis, x)));
    disposeTree([analysis, synthesis]);
    return toImages(Float32Array.from(take(y)), scenes[0]);
  };
  assertEquals(psnr(back(48), scenes), Infinity);
  const [few, more] = [psnr(back(4), scenes), psnr(back(12), scenes)];
  assert(few < more && more > 35, `${few} and ${more} dB`);
  x.dispose();
});

testTensors("latents have a common variance of one", () => {
  const { analysis, synthesis } = fitAnalysis(scenes, { latent: 12, block: 4 });
  const values = take(tidy(() => toLatents(analysis, toTensor(scenes))));
  assertEquals(values.length, 4 * 12 * 12 * 12);
  assertClose(values.reduce((sum, value) => sum + value ** 2, 0) / values.length, 1, 1e-3);
  disposeTree([analysis, synthesis]);
});

testTensors("blocks of 8 pixels make a quarter of the latents that blocks of 4 make", () => {
  const { analysis, synthesis } = fitAnalysis(scenes, { latent: 40, block: 8 });
  const x = toTensor(scenes);
  const z = tidy(() => toLatents(analysis, x));
  assertEquals(z.shape, [4, 6, 6, 40]);
  const y = tidy(() => linearPicture(synthesis, z));
  assertEquals(y.shape, x.shape);
  assert(psnr(toImages(Float32Array.from(take(y)), scenes[0]), scenes) > 35);
  z.dispose();
  x.dispose();
  disposeTree([analysis, synthesis]);
});

testTensors(
  "toCodewords() rounds every three components to the nearest codeword, and leaves latents without codebooks",
  () => {
    const plain = fitAnalysis(scenes, { latent: 6, block: 4 });
    const fixed = fitCodes(scenes, { fixed: plain, codes: 16, random: random(1, "codes") });
    assertEquals(fixed.codebooks!.shape, [2, 16, 3]);
    const z = tidy(() => toLatents(fixed.analysis, toTensor(scenes)));
    assertEquals(toCodewords(plain, z), z);
    const rounded = toCodewords(fixed, z);
    const [values, words] = [rounded.dataSync(), fixed.codebooks!.dataSync()];
    const book = (group: number) =>
      new Set(Array.from({ length: 16 }, (_, k) => words.slice((16 * group + k) * 3, (16 * group + k) * 3 + 3).join()));
    const books = [book(0), book(1)];
    for (let i = 0; i < values.length; i += 3) assert(books[(i / 3) % 2].has(values.slice(i, i + 3).join()));
    const again = toCodewords(fixed, rounded);
    assertEquals(again.dataSync(), values);
    for (const each of [z, rounded, again]) each.dispose();
    disposeTree(fixed);
  },
);

Deno.test("drawCrops() draws inside the pictures, the same for the same stream", () => {
  const crops = drawCrops(scenes, { count: 5, size: 32 }, random(1, "crops"));
  assertEquals(crops.map(({ width, height }) => [width, height]), Array(5).fill([32, 32]));
  assertEquals(crops, drawCrops(scenes, { count: 5, size: 32 }, random(1, "crops")));
});

testTensors("toImages() undoes toTensor() and clips what lies outside", () => {
  const x = toTensor(scenes);
  assertEquals(toImages(Float32Array.from(take(x)), scenes[0]), scenes);
  const outside = tensor([-3, 0, 3]);
  assertEquals([...toImages(Float32Array.from(take(outside)), { width: 1, height: 1 })[0].data], [0, 128, 255]);
});

Deno.test("psnr() of a difference of one everywhere is 20 · log10(255)", () => {
  const one = { data: new Uint8Array(12).fill(7), width: 2, height: 2 };
  const other = { ...one, data: new Uint8Array(12).fill(8) };
  assertClose(psnr([one], [other]), 20 * Math.log10(255), 1e-12);
});
