/** Files of every kind that are read, against what bench/peers/formats.py recorded of Pillow. */
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";
import { decodeImage, UnreadableImage } from "../../lib/image/decode.ts";

interface Case {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Null where Pillow refuses the file. */
  readonly pixels: string | null;
}

const folder = new URL("recorded/formats/", import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("recorded/formats.json", import.meta.url)),
);

/**
 * Levels of 255 that a value may be off. AVIF goes through other libraries here and there, libheif and libavif. They
 * round the way from luma and chroma to colour otherwise, by one level, of 10 bits by three (ours is the nearer to what
 * was stored, 0.43 against 0.76 on average). Halved chroma the one repeats and the other interpolates: ¾ of a pixel
 * apart, on a picture that changes by 13 levels a pixel at most.
 */
function tolerance(file: string): number {
  if (file === "avif-420.avif") return 10;
  if (file === "avif-10.avif") return 3;
  return file.startsWith("avif") ? 1 : 0;
}

for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"]) {
  const ofFormat = cases.filter(({ file }) => file.startsWith(format));
  Deno.test(`decodeImage() gives what Pillow's exif_transpose() and convert("RGB") give of ${format}`, async () => {
    assert(ofFormat.length >= 7);
    for (const { file, width, height, pixels } of ofFormat) {
      const path = decodeURIComponent(new URL(file, folder).pathname);
      if (pixels === null) {
        await assertRejects(() => decodeImage(path), UnreadableImage, file);
        continue;
      }
      const image = await decodeImage(path);
      assertEquals([image.width, image.height], [width, height], file);
      assertClose(image.data, Uint8Array.fromBase64(pixels), tolerance(file), file);
    }
  });
}
