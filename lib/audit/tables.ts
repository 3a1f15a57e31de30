/** What the headers of each group of images say. */
import type { SeenHeader } from "../image/seen_header.ts";
import type { Group } from "./listing.ts";

/** Where the middle of some numbers lies and how far they spread: quantiles. */
export interface Quantiles {
  /** A twentieth of the values is smaller. */
  readonly p5: number;
  /** A quarter is. */
  readonly p25: number;
  /** Half of them are. */
  readonly median: number;
  /** Three quarters are. */
  readonly p75: number;
  /** Nineteen twentieths are. */
  readonly p95: number;
}

/** How many images have each value, the most frequent first. */
export type Counts = Readonly<Record<string, number>>;

/** The images of a class, a generator and a split. */
export interface GroupRow extends Group {
  /** Looked at and readable. */
  readonly images: number;
  /** As they are listed, looked at or not. */
  readonly listed: number;
  /** Those whose header cannot be read. */
  readonly unreadable: number;
  /** How many there are of each format. */
  readonly formats: Counts;
  /** As "8 bits, 3 channels". */
  readonly depths: Counts;
  /** Estimated JPEG qualities; null where no image has one. */
  readonly quality: Quantiles | null;
  /** How many images have each quality, from the lowest; those without are not here. */
  readonly qualities: Counts;
  /** In pixels, upright; null without images. */
  readonly width: Quantiles | null;
  /** See `width`. */
  readonly height: Quantiles | null;
  /** Root of width times height. */
  readonly side: Quantiles | null;
  /** The most frequent sizes, at most ten, as "512 × 512". */
  readonly sizes: Counts;
}

/** Sizes that are told of each group. */
const SIZES = 10;

/** A row for each group, in the order of the listing. */
export function groupRows(
  { groups, counts }: { readonly groups: readonly Group[]; readonly counts: readonly number[] },
  { distinct, group, header }: {
    readonly distinct: readonly SeenHeader[];
    /** As in `Headers`. */
    readonly group: ArrayLike<number>;
    readonly header: ArrayLike<number>;
  },
  unreadablePictures: readonly number[] = [],
): GroupRow[] {
  // headers that differ are few, so that each group is a count of them
  const tallies = groups.map(() => new Map<number, number>());
  const unreadable = groups.map(() => 0);
  for (let i = 0; i < header.length; i++) {
    const tally = tallies[group[i]];
    if (header[i] < 0) unreadable[group[i]]++;
    else tally.set(header[i], (tally.get(header[i]) ?? 0) + 1);
  }
  for (const place of unreadablePictures) unreadable[place]++;
  return groups.map((one, i) => {
    const weighted = [...tallies[i]].map(([place, count]): Weighted => ({ header: distinct[place], count }));
    const numbers = (of: (header: SeenHeader) => number | null) =>
      quantiles(weighted.flatMap(({ header, count }) => {
        const value = of(header);
        return value === null ? [] : [{ value, count }];
      }));
    const qualities = countsOf(weighted.filter(({ header }) => header.quality !== null), ({ quality }) => `${quality}`);
    return {
      ...one,
      images: weighted.reduce((sum, { count }) => sum + count, 0),
      listed: counts[i],
      unreadable: unreadable[i],
      formats: countsOf(weighted, ({ format }) => format),
      depths: countsOf(
        weighted,
        ({ bitDepth, channels }) => `${bitDepth} bits, ${channels === 1 ? "1 channel" : `${channels} channels`}`,
      ),
      quality: numbers(({ quality }) => quality),
      qualities,
      width: numbers(({ width }) => width),
      height: numbers(({ height }) => height),
      side: numbers(({ width, height }) => Math.sqrt(width * height)),
      sizes: Object.fromEntries(
        Object.entries(countsOf(weighted, ({ width, height }) => `${width} × ${height}`)).slice(0, SIZES),
      ),
    };
  });
}

interface Weighted {
  readonly header: SeenHeader;
  readonly count: number;
}

function countsOf(weighted: readonly Weighted[], nameOf: (header: SeenHeader) => string): Counts {
  const counts = new Map<string, number>();
  for (const { header, count } of weighted) counts.set(nameOf(header), (counts.get(nameOf(header)) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** Each the smallest value that so large a share of the numbers does not exceed. */
function quantiles(numbers: readonly { readonly value: number; readonly count: number }[]): Quantiles | null {
  const sorted = numbers.toSorted((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number): number => {
    let reached = 0;
    for (const { value, count } of sorted) {
      reached += count;
      if (reached >= share * total) return value;
    }
    return sorted[sorted.length - 1].value;
  };
  return { p5: at(0.05), p25: at(0.25), median: at(0.5), p75: at(0.75), p95: at(0.95) };
}
