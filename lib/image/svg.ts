import sharp from "sharp";

/** How an SVG becomes pixels. */
export interface RasterOptions {
  /** Pixels for each unit of the SVG; default: 2, sharp on paper and on fine screens. */
  readonly scale?: number;
}

/**
 * An SVG as the bytes of a PNG, its own ground kept: what lies open stays so. Texts are set in fonts of this machine,
 * so that the bytes need not be those of another.
 *
 * @throws {RangeError} when the scale is not above 0 and at most 8
 * @throws {TypeError} when the text is no SVG
 */
export async function rasterise(svg: string, { scale = 2 }: RasterOptions = {}): Promise<Uint8Array> {
  if (!(scale > 0 && scale <= 8)) {
    throw new RangeError(`Cannot rasterise at a scale of ${scale}: expected more than 0 and at most 8`);
  }
  try {
    // librsvg counts 72 units an inch
    const bytes = await sharp(new TextEncoder().encode(svg), { density: 72 * scale }).png({ compressionLevel: 9 })
      .toBuffer();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    throw new TypeError(`Cannot rasterise a text of ${svg.length} characters: expected an SVG`, { cause: error });
  }
}
