/** What a detector was tested on, and how an image differs from that. */
import type { View } from "../augment/mod.ts";
import type { ImageFormat, ImageHeader } from "../image/header.ts";
import { thousands } from "../report/numbers.ts";

/** Images that the error rates of a detector were measured on, in so far as their headers tell. Plain JSON. */
export interface Tested {
  /** Shorter and longer side, from the least to the most, pixels. */
  readonly shorter: readonly [least: number, most: number];
  /** See `shorter`. */
  readonly longer: readonly [least: number, most: number];
  /** Formats of their files. */
  readonly formats: readonly ImageFormat[];
  /** Least and most quality of those in JPEG, 1…100; null: none was. */
  readonly quality: readonly [least: number, most: number] | null;
  /** How many were looked at. */
  readonly images: number;
}

/** One image that was tested. */
export interface TestedImage extends Pick<ImageHeader, "width" | "height" | "format" | "quality"> {}

/** Formats that keep every pixel as it was, of which nothing is to be warned of. */
const LOSSLESS: readonly ImageFormat[] = ["png", "tiff", "bmp"];

/** What images that were tested have in common; null where there are none. */
export function testedOn(images: readonly TestedImage[]): Tested | null {
  if (images.length === 0) return null;
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
  const qualities = images.flatMap(({ quality }) => quality ?? []);
  return {
    shorter: range(images.map(({ width, height }) => Math.min(width, height))),
    longer: range(images.map(({ width, height }) => Math.max(width, height))),
    formats: [...new Set(images.map(({ format }) => format))].sort(),
    quality: qualities.length === 0 ? null : range(qualities),
    images: images.length,
  };
}

/**
 * Why the error rates of a detector may not hold for an image, a sentence each: its size, its format and quality, and
 * whether the detector sees all of it.
 *
 * @param detector what it was tested on, and what it sees of an image
 * @param how whether it sees the `whole` of this one, in squares
 */
export function outside(
  { width, height, format, quality }: TestedImage,
  { tested, view }: { readonly tested: Tested | null; readonly view: View },
  { whole = false } = {},
): string[] {
  const warnings: string[] = [];
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (shorter < view.size) {
    warnings.push(`it is smaller than the ${view.size} × ${view.size} pixels that are looked at`);
  }
  if (tested === null) return warnings;
  if (beyond(shorter, tested.shorter) || beyond(longer, tested.longer)) {
    const seen = Math.round(100 * Math.min(1, view.size ** 2 / (width * height)));
    const part = view.kind === "crop" && shorter >= view.size && !whole
      ? `, of which the middle ${view.size} × ${view.size} (${seen === 0 ? "under 1" : seen} %) are looked at`
      : "";
    warnings.push(`it has ${sides(longer, shorter)} pixels${part}; tested were images of ${testedSides(tested)}`);
  }
  if (!LOSSLESS.includes(format) && !tested.formats.includes(format)) {
    warnings.push(`it is stored as ${format}; tested were images stored as ${tested.formats.join(", ")}`);
  } else if (format === "jpeg" && quality !== null && tested.quality !== null && beyond(quality, tested.quality)) {
    const [least, most] = tested.quality;
    warnings.push(`its JPEG quality is about ${quality}; tested were qualities from ${least} to ${most}`);
  }
  return warnings;
}

function beyond(value: number, [least, most]: readonly [number, number]): boolean {
  return value < least || value > most;
}

function sides(longer: number, shorter: number): string {
  return `${thousands(longer)} × ${thousands(shorter)}`;
}

function testedSides({ shorter, longer }: Tested): string {
  const [small, large] = [sides(longer[0], shorter[0]), sides(longer[1], shorter[1])];
  return small === large ? small : `${small} to ${large}`;
}
