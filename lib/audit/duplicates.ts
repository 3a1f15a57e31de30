/** Images of one split that stand in another too, as they are or nearly so. */
import { bitsApart } from "../image/perceptual.ts";
import type { Split } from "../types.ts";

/** What images are compared by, in columns. */
export interface Comparable {
  readonly split: readonly Split[];
  /** A number that is the same for equal content; NaN: not to be compared. */
  readonly content: readonly number[];
  readonly code: readonly [readonly number[], readonly number[], readonly number[], readonly number[]];
  readonly contrast: readonly number[];
}

/** An image and one of an earlier split that shows the same; places of both. */
export interface Twin {
  readonly image: number;
  readonly earlier: number;
  readonly kind: "exact" | "near";
}

/** Splits in the order of their use: what stands in an earlier one has been seen when a later one is judged. */
const ORDER: readonly Split[] = ["train", "validation", "test"];

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
 * within {@linkcode NEAR}. Every pair within is found: codes that differ in at most 6 bits agree in one of 7 bands.
 *
 * Source: banded search by the pigeonhole principle (Manku, Jain and Das Sarma 2007).
 *
 * @returns one twin an image at most, in the order of the images
 */
export function findTwins(of: Comparable): Twin[] {
  const rank = of.split.map((split) => ORDER.indexOf(split));
  const twins = new Map<number, Twin>();
  for (const run of runsOf(of.content, (place) => !Number.isNaN(of.content[place]))) {
    const first = run.reduce((least, place) => rank[place] < rank[least] ? place : least);
    for (const place of run) {
      if (rank[place] > rank[first]) twins.set(place, { image: place, earlier: first, kind: "exact" });
    }
  }
  const shown = of.contrast.flatMap((contrast, i) => contrast >= FLAT && !Number.isNaN(of.content[i]) ? [i] : []);
  for (let band = 0; band < BANDS; band++) {
    for (const run of bandRuns(of, shown, band)) matchRun(run, { of, rank, twins });
  }
  return [...twins.values()].sort((a, b) => a.image - b.image);
}

/** Finds twins among images that agree in a band. */
function matchRun(
  run: readonly number[],
  { of, rank, twins }: { readonly of: Comparable; readonly rank: readonly number[]; readonly twins: Map<number, Twin> },
): void {
  const [a, b, c, d] = of.code;
  const bySplit = ORDER.map((_, split) => run.filter((place) => rank[place] === split));
  for (let split = 1; split < ORDER.length; split++) {
    const before = bySplit.slice(0, split).flat();
    for (const image of bySplit[split]) {
      if (twins.has(image)) continue;
      const earlier = before.find((other) =>
        bitsApart(a[image], a[other]) + bitsApart(b[image], b[other]) <= NEAR.frequencies &&
        bitsApart(c[image], c[other]) + bitsApart(d[image], d[other]) <= NEAR.steps
      );
      if (earlier !== undefined) twins.set(image, { image, earlier, kind: "near" });
    }
  }
}

/** The 64 bits of the first code in bands: six of 9 bits, then one of 10. One more than the bits that may differ. */
const BANDS = NEAR.frequencies + 1;

/** Images of equal bits in a band, two or more. */
function bandRuns({ code: [low, high] }: Comparable, shown: readonly number[], band: number): number[][] {
  const from = 9 * band;
  const mask = band === BANDS - 1 ? 0x3ff : 0x1ff;
  const runs = Array.from({ length: mask + 1 }, (): number[] => []);
  for (const i of shown) {
    const bits = from >= 32
      ? high[i] >>> (from - 32)
      : from === 0
      ? low[i]
      : (low[i] >>> from) | (high[i] << (32 - from));
    runs[bits & mask].push(i);
  }
  return runs.filter(({ length }) => length > 1);
}

/** Places of equal key, two or more, among those that count. */
function* runsOf(keys: ArrayLike<number>, counts: (place: number) => boolean): Generator<number[]> {
  const order = Int32Array.from({ length: keys.length }, (_, i) => i).filter(counts);
  order.sort((i, j) => keys[i] - keys[j] || i - j);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && keys[order[to]] === keys[order[from]]) to++;
    if (to - from > 1) yield [...order.subarray(from, to)];
    from = to;
  }
}
