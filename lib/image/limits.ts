/** How large an image may be. What is larger is refused before it is decoded. */
export interface ImageLimits {
  /** Width · height, as its header has them. */
  readonly pixels: number;
  /** Of the file. */
  readonly bytes: number;
}

/**
 * The limits of {@linkcode decodeImage}, where nothing else is said. So many pixels take 256 MiB in RGB; it is where
 * Pillow begins to warn of a decompression bomb (`Image.MAX_IMAGE_PIXELS`). A file may have twice as many bytes, as one
 * of 16 bits without compression has.
 */
export const imageLimits: ImageLimits = Object.freeze({ pixels: 89_478_485, bytes: 2 ** 29 });
