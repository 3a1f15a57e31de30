import { add, mul, tensor, type Tensor4D, tidy } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { addNoise, levels, repaint, signal } from "../../lib/pocket/diffusion.ts";
import { initDenoiser, seededWeights } from "../../lib/pocket/networks.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

const shape: [number, number, number, number] = [2, 4, 4, 3];
const picture = () => tensor(random(1, "x").normals(96), shape) as Tensor4D;

Deno.test("signal falls from almost one to almost nothing", () => {
  assertEquals(signal.length, levels);
  assertClose(signal[0], 1 - 1e-4, 1e-12);
  for (let t = 1; t < levels; t++) assert(signal[t] < signal[t - 1]);
  assert(signal[levels - 1] < 0.01);
});

testTensors("addNoise() keeps the share of the signal that the level says, sample by sample", () => {
  const x = picture();
  const noise = tensor(random(2, "noise").normals(96), shape) as Tensor4D;
  const noisy = take(addNoise(x, noise, [0, 500]));
  const [a, b] = [x.dataSync(), noise.dataSync()];
  const expected = Array.from(a, (value, i) => {
    const kept = signal[i < 48 ? 0 : 500];
    return Math.sqrt(kept) * value + Math.sqrt(1 - kept) * b[i];
  });
  assertClose(noisy, expected, 1e-5);
  x.dispose();
  noise.dispose();
});

testTensors("repaint() by a network that sees no noise leaves the noised sample, scaled back", () => {
  // every weight that matters begins at zero: the guess is zero, and a clean sample is z / √ᾱ at every step
  const p = initDenoiser({ channels: 3, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const x = picture();
  const made = take(repaint(p, x, { strength: 0.2, steps: 4, bound: null, random: random(3, "noise") }));
  const noise = tensor(random(3, "noise").normals(96), shape);
  const kept = signal[199];
  const expected = take(tidy(() => add(x, mul(noise, Math.sqrt(1 - kept) / Math.sqrt(kept)))));
  assertClose(made, expected, 1e-4);
  for (const each of [x, noise]) each.dispose();
  disposeTree(p);
});

testTensors("repaint() is the same for the same stream and stays within its bound", () => {
  const p = initDenoiser({ channels: 3, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const x = picture();
  const paint = (seed: number) => take(repaint(p, x, { strength: 0.3, steps: 3, bound: 1, random: random(seed, "n") }));
  assertEquals(paint(1), paint(1));
  assert(paint(1)[0] !== paint(2)[0] || paint(1)[1] !== paint(2)[1]);
  assert(paint(1).every((value) => Math.abs(value) <= 1 + 1e-6));
  x.dispose();
  disposeTree(p);
});
