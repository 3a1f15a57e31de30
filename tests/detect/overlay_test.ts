import { colourOf, overlay } from "../../lib/detect/overlay.ts";
import { assert, assertEquals } from "../assert.ts";

const grey = (width: number, height: number) => ({ width, height, data: new Uint8Array(width * height * 3).fill(128) });

Deno.test("overlay() enlarges a small picture by a whole factor, and leaves a large one its size", () => {
  const heat = { width: 1, height: 1, values: new Float32Array([0]) };
  const small = overlay(grey(64, 32), heat);
  assertEquals([small.width, small.height], [256, 128]);
  const large = overlay(grey(300, 200), heat);
  assertEquals([large.width, large.height], [300, 200]);
});

Deno.test("overlay() is lighter where there is heat, and between places in between", () => {
  const { data, width } = overlay(grey(256, 256), { width: 2, height: 1, values: new Float32Array([0, 1]) });
  const at = (x: number) => data[3 * (10 * width + x)];
  assert(at(0) < at(128) && at(128) < at(255), `${[at(0), at(128), at(255)]}`);
});

Deno.test("colourOf() grows lighter with heat, so that grey shows its order", () => {
  let before = -1;
  for (let i = 0; i <= 20; i++) {
    const [red, green, blue] = colourOf(i / 20);
    const luminance = 0.299 * red + 0.587 * green + 0.114 * blue;
    assert(luminance > before);
    before = luminance;
  }
});
