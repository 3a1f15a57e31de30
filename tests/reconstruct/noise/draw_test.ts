import { drawNoise } from "../../../lib/reconstruct/noise/mod.ts";
import { assert, assertClose, assertEquals } from "../../assert.ts";

Deno.test("drawNoise() depends on seed, sample and purpose alone", () => {
  const noise = drawNoise(7, "set/a.png", "latents", 64);
  drawNoise(7, "set/b.png", "latents", 64);
  assertEquals(drawNoise(7, "set/a.png", "latents", 64), noise);
  assertEquals(drawNoise(7, "set/a.png", "latents", 100).subarray(0, 64), noise);
  const others = [
    drawNoise(8, "set/a.png", "latents", 64),
    drawNoise(7, "set/b.png", "latents", 64),
    drawNoise(7, "set/a.png", "posterior", 64),
    drawNoise(7, "set/a.png", "error", 64),
  ];
  for (const other of others) assert(other.every((value, i) => value !== noise[i]));
});

Deno.test("drawNoise() draws from the standard normal distribution", () => {
  const noise = drawNoise(1, "a", "error", 40_000);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const square = noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length;
  assertClose([mean, square], [0, 1], 0.03); // four standard errors
  assertClose(noise.filter((value) => Math.abs(value) > 1.96).length / noise.length, 0.05, 0.005);
});
