import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { parseRecodings, recodedBytes, recodedName, recodeImage } from "../../lib/image/recode.ts";
import { scene } from "../audit/planted.ts";
import { assertEquals, assertRejects } from "../assert.ts";

const image = scene(1, { width: 24, height: 16 });

Deno.test("a name says how its image is stored anew, behind whatever else it says", () => {
  const once = recodedName("a#b/c.png#xywh=1,2,3,4", { format: "jpeg", quality: 95 });
  assertEquals(once, "a#b/c.png#xywh=1,2,3,4#jpeg=95");
  const twice = recodedName(once, { format: "webp", quality: 80 });
  assertEquals(parseRecodings(twice), {
    file: "a#b/c.png#xywh=1,2,3,4",
    recodings: [{ format: "jpeg", quality: 95 }, { format: "webp", quality: 80 }],
  });
  for (const plain of ["a.png", "a#jpeg=x", "a#png=5"]) {
    assertEquals(parseRecodings(plain), { file: plain, recodings: [] });
  }
});

Deno.test("an image stored anew is what its file would be, once or twice", async () => {
  const jpeg = await encodeImage(image, { format: "jpeg", quality: 60 });
  assertEquals(await recodedBytes(image, [{ format: "jpeg", quality: 60 }]), jpeg);
  const webp = await encodeImage(await decodeImage(jpeg), { format: "webp", quality: 50 });
  const both = [{ format: "jpeg", quality: 60 }, { format: "webp", quality: 50 }] as const;
  assertEquals(await recodeImage(image, both), await decodeImage(webp));
  assertEquals([await recodeImage(image, []), await recodedBytes(image, [])], [image, null]);
});

Deno.test("a quality outside 1…100 is refused", async () => {
  await assertRejects(() => recodeImage(image, parseRecodings("a.png#jpeg=0").recodings), RangeError, "quality 0");
});
