/** Images that are too large for what makes something of them. */
import { readHeader } from "../image/header.ts";
import { seenHeader } from "../image/seen_header.ts";
import type { Sides } from "../reconstruct/prepare.ts";
import { plural } from "../report/text.ts";
import type { Sample } from "../types.ts";
import type { Maker } from "./making.ts";
import { bytesOf, parseCell } from "./source.ts";

/** Why nothing is made of an image that is too large; null: it is not. */
export function tooLarge({ file }: Sample, { width, height }: Sides, maker: Maker): string | null {
  const reason = maker.tooLarge({ width, height });
  return reason === null ? null : `"${file}" has ${width} × ${height} pixels. ${reason}`;
}

/**
 * Refuses to begin where none of the images fits; their headers are read until one does.
 *
 * @param reason what {@linkcode tooLarge} says of one of them
 * @throws {RangeError} with that
 */
export async function refuseUnlessOneFits(samples: readonly Sample[], maker: Maker, reason: string): Promise<void> {
  for (const { file } of samples) {
    // what cannot be read is told when its turn comes, and fits nowhere
    const sides = await seenHeader(file, parseCell(file) === null ? undefined : cellHeader).catch(() => null);
    if (sides !== null && maker.tooLarge(sides) === null) return;
  }
  const { kind } = maker.spec;
  throw new RangeError(`Cannot make ${kind} of any of ${plural(samples.length, "image")}: ${reason}`);
}

async function cellHeader(file: string): ReturnType<NonNullable<Parameters<typeof seenHeader>[1]>> {
  return readHeader(await bytesOf(file));
}
