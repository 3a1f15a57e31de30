import type { Image } from "./decode.ts";

/**
 * Patches of one size side by side, `columns` in a row, in reading order; what is left over is black.
 *
 * @param options gap: pixels between patches and around them, white as a missing patch is; without one, none
 */
export function composeSheet(
  patches: readonly (Image | null)[],
  columns: number,
  { gap = 0 }: { gap?: number } = {},
): Image {
  const first = patches.find((patch) => patch !== null);
  if (first === undefined) throw new TypeError("Cannot compose a sheet: given no patches, expected one at least");
  const { width, height } = first;
  const rows = Math.ceil(patches.length / columns);
  const sheet = { width: columns * (width + gap) + gap, height: rows * (height + gap) + gap };
  const data = new Uint8Array(sheet.width * sheet.height * 3);
  if (gap > 0) data.fill(255);
  for (const [i, patch] of patches.entries()) {
    if (patch === null) continue;
    if (patch.width !== width || patch.height !== height) {
      throw new TypeError(
        `Cannot compose a sheet: patch ${i} is ${patch.width} × ${patch.height} pixels, expected ${width} × ${height}`,
      );
    }
    const left = gap + (i % columns) * (width + gap);
    const top = gap + Math.floor(i / columns) * (height + gap);
    for (let row = 0; row < height; row++) {
      const from = patch.data.subarray(row * width * 3, (row + 1) * width * 3);
      data.set(from, ((top + row) * sheet.width + left) * 3);
    }
  }
  return { data, ...sheet };
}
