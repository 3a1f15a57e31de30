/** Images of one split that stand in another too, as they are or nearly so. */
import { bitsApart } from "../image/perceptual.ts";
import type { Split } from "../types.ts";

/** What images are compared by, in columns. */
export interface Comparable {
  /** Places in {@linkcode ORDER}. */
  readonly split: Uint8Array;
  /** A number that is the same for equal content; NaN: not to be compared. */
  readonly content: Float64Array;
  /** Two codes of 64 bits in halves. */
  readonly code: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  readonly contrast: Float32Array;
}

/** An image and one of an earlier split that shows the same; places of both. */
export interface Twin {
  readonly image: number;
  readonly earlier: number;
  readonly kind: "exact" | "near";
}

/** Splits in the order of their use: what stands in an earlier one has been seen when a later one is judged. */
export const ORDER: readonly Split[] = ["train", "validation", "test"];

const SPLITS = ORDER.length;

/**
 * Largest distances of the two codes, in bits of 64, of pictures that are nearly the same. Of 670 photographs stored anew
 * as JPEG of quality 50 or at half the size 99 % stay within the first; of 220,000 pairs of others none comes nearer
 * than 12 (pocket world).
 */
export const NEAR = { frequencies: 6, steps: 16 } as const;

/** Below this standard deviation, of 255, a picture is too flat for its codes to say anything. */
const FLAT = 4;

/**
 * Finds, for every image that has one, its twin in an earlier split: of equal content, otherwise one whose codes are
 * within {@linkcode NEAR}. Every pair within is found: of codes that differ in at most 6 bits one of the four bands of 16
 * bits differs in at most one.
 *
 * Half of 2.7 million random codes are compared with the other half in some ten seconds (`deno task bench:twins`); codes of
 * pictures share a band three times as often as random ones (pocket world).
 *
 * Source: multi-index hashing (Norouzi, Punjani and Fleet 2012).
 *
 * @returns one twin an image at most, in the order of the images
 */
export function findTwins(of: Comparable): Twin[] {
  const twins = new Map<number, Twin>();
  matchContent(of, twins);
  for (let band = 0; band < BANDS; band++) matchBand(of, { band, twins });
  return [...twins.values()].sort((a, b) => a.image - b.image);
}

function matchContent({ split, content }: Comparable, twins: Map<number, Twin>): void {
  // a map of what stands twice alone: of all it would take some hundred megabytes
  const sorted = content.toSorted();
  const repeated = new Map<number, number>(); // to the place of the first in the earliest split
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeated.set(sorted[i], -1);
  for (const [i, key] of content.entries()) {
    const first = repeated.get(key);
    if (first !== undefined && (first < 0 || split[i] < split[first])) repeated.set(key, i);
  }
  for (const [image, key] of content.entries()) {
    const earlier = repeated.get(key);
    if (earlier !== undefined && split[image] > split[earlier]) twins.set(image, { image, earlier, kind: "exact" });
  }
}

const BITS = 16;
const BANDS = 64 / BITS;

/** A band may be equal, or one of its bits another. */
const FLIPS = [0, ...Array.from({ length: BITS }, (_, bit) => 1 << bit)];

/** Finds twins among images that agree in a band but for a bit. */
function matchBand(
  of: Comparable,
  { band, twins }: { readonly band: number; readonly twins: Map<number, Twin> },
): void {
  const { places, starts, own, rest } = inBands(of, band);
  const [, , third, fourth] = of.code;
  /** The image of an earlier split that is near the one that stands at a place of a value and a split; −1: none. */
  const earlierOf = (at: number, value: number, split: number): number => {
    for (const flip of FLIPS) {
      const first = (value ^ flip) * SPLITS;
      for (let other = starts[first]; other < starts[first + split]; other++) {
        const apart = bitsApart(rest[at], rest[other]); // alone too many, nearly always
        if (apart > NEAR.frequencies || apart + bitsApart(own[at], own[other]) > NEAR.frequencies) continue;
        const [image, earlier] = [places[at], places[other]];
        const steps = bitsApart(third[image], third[earlier]) + bitsApart(fourth[image], fourth[earlier]);
        if (steps <= NEAR.steps) return earlier;
      }
    }
    return -1;
  };
  for (let value = 0; value < 1 << BITS; value++) {
    for (let split = 1; split < SPLITS; split++) {
      for (let at = starts[value * SPLITS + split]; at < starts[value * SPLITS + split + 1]; at++) {
        if (twins.has(places[at])) continue;
        const [image, earlier] = [places[at], earlierOf(at, value, split)];
        if (earlier >= 0) twins.set(image, { image, earlier, kind: "near" });
      }
    }
  }
}

/** Images that are compared, by the bits of a band and then by split, with the first code of each beside. */
interface Banded {
  readonly places: Int32Array;
  /** Where the images of each value and split begin. */
  readonly starts: Int32Array;
  /** The half that the band is a part of, and the other one. */
  readonly own: Uint32Array;
  readonly rest: Uint32Array;
}

/** A counting sort: codes that are compared with one another lie side by side in memory. */
function inBands({ split, content, contrast, code: [first, second] }: Comparable, band: number): Banded {
  const [half, other] = band * BITS < 32 ? [first, second] : [second, first];
  const keyOf = (i: number): number => ((half[i] >>> (band * BITS % 32)) & 0xffff) * SPLITS + split[i];
  const shown = (i: number): boolean => contrast[i] >= FLAT && !Number.isNaN(content[i]);
  const starts = new Int32Array((1 << BITS) * SPLITS + 1);
  for (let i = 0; i < split.length; i++) if (shown(i)) starts[keyOf(i) + 1]++;
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
  const count = starts[starts.length - 1];
  const [places, own, rest] = [new Int32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const next = starts.slice();
  for (let i = 0; i < split.length; i++) {
    if (!shown(i)) continue;
    const at = next[keyOf(i)]++;
    [places[at], own[at], rest[at]] = [i, half[i], other[i]];
  }
  return { places, starts, own, rest };
}
