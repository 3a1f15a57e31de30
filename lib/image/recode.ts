import { decodeImage, type Image } from "./decode.ts";
import { encodeImage } from "./encode.ts";
import { jpegRoundTrip } from "./jpeg_round_trip.ts";

/** How an image is stored anew before it is looked at. */
export interface Recoding {
  readonly format: typeof recodingFormats[number];
  /** A whole number, 1…100. */
  readonly quality: number;
}

/** Formats that lose something, so that storing an image anew changes it. */
export const recodingFormats = ["jpeg", "webp"] as const;

/**
 * The name of an image that is to be seen as if it had been stored anew: `#jpeg=95` or `#webp=80` behind what names it,
 * a media fragment included. The file itself stays as it is.
 */
export function recodedName(file: string, { format, quality }: Recoding): string {
  return `${file}#${format}=${quality}`;
}

/** A name without what {@linkcode recodedName} put behind it, and what that says, the first to be done first. */
export function parseRecodings(name: string): { readonly file: string; readonly recodings: readonly Recoding[] } {
  const recodings: Recoding[] = [];
  let file = name;
  for (;;) {
    const found = /^(.*)#(jpeg|webp)=(\d{1,3})$/s.exec(file);
    if (found === null) return { file, recodings };
    file = found[1];
    recodings.unshift({ format: found[2] as Recoding["format"], quality: Number(found[3]) });
  }
}

/**
 * The bytes of an image stored anew, one time after the other, colour at half the resolution; null when there is no
 * time.
 *
 * @throws {RangeError} for a quality outside 1…100
 */
export async function recodedBytes(image: Image, recodings: readonly Recoding[]): Promise<Uint8Array | null> {
  let bytes: Uint8Array | null = null;
  for (const recoding of recodings) {
    bytes = await encodeImage(bytes === null ? image : await decodeImage(bytes), recoding);
  }
  return bytes;
}

/**
 * The pixels of an image after it was stored anew, those of {@linkcode recodedBytes}.
 *
 * @throws {RangeError} for a quality outside 1…100
 */
export async function recodeImage(image: Image, recodings: readonly Recoding[]): Promise<Image> {
  let made = image;
  for (const recoding of recodings) {
    const { format, quality } = recoding;
    made = format === "jpeg"
      ? await jpegRoundTrip(made, { quality })
      : await decodeImage(await encodeImage(made, recoding));
  }
  return made;
}
