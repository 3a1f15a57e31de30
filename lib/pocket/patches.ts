import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/** Top left corner of a patch in its photograph, in pixels. */
export type Position = readonly [x: number, y: number];

/** How patches are cut. */
export interface Cutting {
  /** Side of a patch, in pixels. */
  readonly size: number;
  /** Least {@linkcode activity} of a patch; below it a patch is flat (sky, night) and says nothing. */
  readonly activity: number;
  /** Most patches of one photograph. */
  readonly most: number;
}

/**
 * Positions of the patches of a photograph: a centred grid without overlap, flat patches dropped, at most
 * `most` of the rest drawn at random. In reading order.
 */
export function cutPatches(image: Image, { size, activity: least, most }: Cutting, random: Random): Position[] {
  const lively: Position[] = [];
  for (let y = ((image.height % size) / 2) | 0; y + size <= image.height; y += size) {
    for (let x = ((image.width % size) / 2) | 0; x + size <= image.width; x += size) {
      if (activity(image, [x, y], size) >= least) lively.push([x, y]);
    }
  }
  const kept = random.permutation(lively.length).slice(0, most).sort();
  return Array.from(kept, (i) => lively[i]);
}

/** Mean absolute difference of grey values (0…255) between neighbours, across plus down. */
export function activity(image: Image, [x, y]: Position, size: number): number {
  const grey = (column: number, row: number): number => {
    const at = ((y + row) * image.width + x + column) * 3;
    return (image.data[at] + image.data[at + 1] + image.data[at + 2]) / 3;
  };
  let sum = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 1; j < size; j++) sum += Math.abs(grey(j, i) - grey(j - 1, i)) + Math.abs(grey(i, j) - grey(i, j - 1));
  }
  return sum / (size * (size - 1));
}

/**
 * Patches of one photograph dealt in two equal halves at random: those that stay photographs, and those that
 * fakes are made from. Content is thus matched, and no fake shows what a real patch shows. Of an odd number
 * one is left out. Both in reading order.
 */
export function halvePatches(
  positions: readonly Position[],
  random: Random,
): { real: Position[]; source: Position[] } {
  const half = positions.length >> 1;
  const order = random.permutation(positions.length);
  const take = (from: number) => Array.from(order.slice(from, from + half).sort(), (i) => positions[i]);
  return { real: take(0), source: take(half) };
}
