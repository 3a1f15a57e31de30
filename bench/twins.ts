// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Times the audit's search for images that stand in two splits, on random codes, with its memory: half of them train, half
 * test, which is the most work that a number of images can be. Of the second half one in a thousand is a twin.
 * `deno task bench:twins [IMAGES]`; goals: a minute and 1 GB for 2.7 million, as GenImage has.
 */
import { findTwins } from "../lib/audit/duplicates.ts";
import { random } from "../lib/random.ts";
import { peakMegabytes } from "../lib/runs/memory.ts";

const count = Number(Deno.args[0] ?? 2_700_000);
const draw = random(1, "bench", "twins");
const words = () => Uint32Array.from({ length: count }, () => draw.integer(2 ** 32));
const code = [words(), words(), words(), words()] as const;
const half = Math.floor(count / 2);
const expected = Math.floor((count - half) / 1000);
for (let i = 0; i < expected; i++) {
  for (const column of code) column[half + i] = column[i];
  for (const bit of draw.permutation(32).subarray(0, i % 7)) code[i % 2][half + i] ^= 1 << bit;
}
const of = {
  split: Uint8Array.from({ length: count }, (_, i) => i < half ? 0 : 2),
  content: Float64Array.from({ length: count }, (_, i) => i),
  code,
  contrast: new Float32Array(count).fill(50),
};
const before = peakMegabytes();
const began = performance.now();
const found = findTwins(of).length;
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `${count} images: ${seconds} s, ${peakMegabytes()} MB of which ${before} before; ${found} twins of ${expected}`,
);
if (found < expected) Deno.exit(1);
