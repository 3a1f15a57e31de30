import { assert, assertClose, assertEquals } from "../assert.ts";
import { activity, cutPatches, halvePatches } from "../../lib/pocket/patches.ts";
import { random } from "../../lib/random.ts";

const size = 8;
const cutting = { size, activity: 4, most: 30 };

/** Left half flat, right half stripes one pixel wide. */
const halfFlat = (width: number, height: number) => {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width;
    data[i] = x < width / 2 ? 90 : x % 2 * 20;
  }
  return { data, width, height };
};

Deno.test("activity() is the mean step between neighbours across plus down", () => {
  const image = halfFlat(16, 8);
  assertClose(activity(image, [0, 0], size), 0, 0);
  assertClose(activity(image, [8, 0], size), 20, 1e-9); // 20 across, 0 down
});

Deno.test("cutPatches() drops flat patches and leaves a centred grid without overlap", () => {
  const positions = cutPatches(halfFlat(36, 20), cutting, random(1, "cut"));
  // the grid begins at (36 mod 8) / 2 = 2 and (20 mod 8) / 2 = 2; the patch at 18 is the first wholly striped one
  assertEquals(positions, [[18, 2], [26, 2], [18, 10], [26, 10]]);
});

Deno.test("cutPatches() keeps at most so many, drawn by its stream alone", () => {
  const image = halfFlat(200, 80);
  const cut = (seed: number) => cutPatches(image, { ...cutting, most: 12 }, random(seed, "cut"));
  assertEquals(cut(1).length, 12);
  assertEquals(cut(1), cut(1));
  assert(JSON.stringify(cut(1)) !== JSON.stringify(cut(2)));
});

Deno.test("halvePatches() deals equal halves that share no patch", () => {
  const positions = cutPatches(halfFlat(120, 80), cutting, random(1, "cut")).slice(0, 21);
  const { real, source } = halvePatches(positions, random(1, "halves"));
  assertEquals([real.length, source.length], [10, 10]);
  assertEquals(new Set([...real, ...source].map(String)).size, 20);
});
