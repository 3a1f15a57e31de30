import type { ImageHeader } from "../header.ts";
import { orientationIn, readTags } from "./exif.ts";
import type { Peek } from "./peek.ts";

/** Tags of TIFF 6.0. */
const [WIDTH, HEIGHT, BITS, PHOTOMETRIC, SAMPLES] = [256, 257, 258, 262, 277];

/** The first directory of a TIFF file; null when it is not well formed. */
export function tiffHeader(peek: Peek): ImageHeader | null {
  const tags = readTags(peek, 0);
  const [width, height] = [tags?.get(WIDTH)?.[0], tags?.get(HEIGHT)?.[0]];
  if (width === undefined || height === undefined) return null;
  const palette = tags?.get(PHOTOMETRIC)?.[0] === 3;
  return {
    ...{ format: "tiff", width, height, bitDepth: tags?.get(BITS)?.[0] ?? 1 },
    ...{ channels: palette ? 3 : tags?.get(SAMPLES)?.[0] ?? 1, quality: null, progressive: null, subsampling: null },
    ...{ animated: false, orientation: orientationIn(tags) },
  };
}
