import { decodeImage } from "../../lib/image/decode.ts";
import { pngUrl } from "../../lib/report/png.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("pngUrl() is read back pixel by pixel", async () => {
  const pixels = Uint8Array.from({ length: 4 * 6 }, (_, i) => i % 4 === 3 ? 255 : 37 * i % 256);
  const url = pngUrl(pixels, { width: 3, height: 2 });
  const { width, height, data } = await decodeImage(Uint8Array.fromBase64(url.slice("data:image/png;base64,".length)));
  assertEquals([width, height], [3, 2]);
  assertEquals([...data], [...pixels.filter((_, i) => i % 4 !== 3)]);
});

Deno.test("pngUrl() refuses values that are not four a pixel", () => {
  assertThrows(() => pngUrl(new Uint8Array(7), { width: 2, height: 1 }), TypeError, "expected 8");
});
