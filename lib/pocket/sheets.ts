import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";

/** Patches of one size side by side, `columns` in a row, in reading order; what is left over is black. */
export function composeSheet(patches: readonly Image[], columns: number): Image {
  const { width, height } = patches[0];
  const rows = Math.ceil(patches.length / columns);
  const sheet = {
    data: new Uint8Array(columns * width * rows * height * 3),
    width: columns * width,
    height: rows * height,
  };
  for (const [i, patch] of patches.entries()) {
    if (patch.width !== width || patch.height !== height) {
      throw new TypeError(
        `Cannot compose a sheet: patch ${i} is ${patch.width} × ${patch.height} pixels, expected ${width} × ${height}`,
      );
    }
    const left = (i % columns) * width;
    const top = Math.floor(i / columns) * height;
    for (let row = 0; row < height; row++) {
      const from = patch.data.subarray(row * width * 3, (row + 1) * width * 3);
      sheet.data.set(from, ((top + row) * sheet.width + left) * 3);
    }
  }
  return sheet;
}

/** The first `count` patches of a sheet, in reading order. */
export function patchesOf(sheet: Image, { size, count }: { size: number; count: number }): Image[] {
  const columns = sheet.width / size;
  return Array.from(
    { length: count },
    (_, i) =>
      cropImage(sheet, { x: (i % columns) * size, y: Math.floor(i / columns) * size, width: size, height: size }),
  );
}
