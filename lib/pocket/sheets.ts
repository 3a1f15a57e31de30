import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";

/** The first `count` patches of a sheet, in reading order. */
export function patchesOf(sheet: Image, { size, count }: { size: number; count: number }): Image[] {
  const columns = sheet.width / size;
  return Array.from(
    { length: count },
    (_, i) =>
      cropImage(sheet, { x: (i % columns) * size, y: Math.floor(i / columns) * size, width: size, height: size }),
  );
}
