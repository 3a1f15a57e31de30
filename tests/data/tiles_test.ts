import { crop } from "../../lib/augment/crop.ts";
import { tilesOf, tilingName } from "../../lib/data/tiles.ts";
import { cropImage } from "../../lib/image/crop.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

Deno.test("the squares of a file are those of its image, of a smaller one what the view sees", () =>
  inFolder(async (folder) => {
    const [width, height] = [12, 6];
    const image = { data: Uint8Array.from({ length: width * height * 3 }, (_, i) => i), width, height };
    const file = `${folder}/a.png`;
    await Deno.writeFile(file, await encodeImage(image, { format: "png" }));
    const squares = await Array.fromAsync(tilesOf(file, { view: crop({ size: 6 }) }, {}));
    assertEquals(squares, [0, 6].map((x) => cropImage(image, { x, y: 0, width: 6, height: 6 })));
    const [small, ...others] = await Array.fromAsync(tilesOf(file, { view: crop({ size: 8 }) }, { stride: 1 }));
    assertEquals([small.width, small.height, others.length], [8, 8, 0]);
  }));

Deno.test("a tiling has a name with its pooling and stride, and refuses what is none", () => {
  assertEquals(tilingName({ pooling: "mean" }, 224), "tiles-mean-224");
  assertEquals(tilingName({ pooling: "max", stride: 112 }, 224), "tiles-max-112");
  assertThrows(() => tilingName({ pooling: "most" as "max" }, 224), RangeError, "tiles.pooling");
  assertThrows(() => tilingName({ pooling: "max", stride: 1.5 }, 224), RangeError, "tiles.stride: given 1.5");
});
