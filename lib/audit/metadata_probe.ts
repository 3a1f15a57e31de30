/** How well photographs and fakes are told apart by what stands in the headers of their files. */
import type { SeenHeader } from "../image/seen_header.ts";
import { bootstrap, fitProbe, intervals, probeScore } from "../metrics/mod.ts";
import { random } from "../random.ts";
import type { Interval } from "../types.ts";

/** A header that a probe learns from and is asked about. */
export interface ProbeRow {
  readonly header: SeenHeader;
  /** 1 = fake. */
  readonly label: number;
  /** The photograph or prompt it comes from: all that come from one stand in the same fold. */
  readonly source: number;
}

/** What a probe may look at. */
export const propertySets = {
  all: ["format", "quality", "size", "depth"],
  format: ["format"],
  quality: ["quality"],
  size: ["size"],
  depth: ["depth"],
} as const satisfies Record<string, readonly Property[]>;

type Property = keyof typeof features;

/** AUC of the probe on every property, and on each alone. */
export type PropertyProbes = Readonly<Record<keyof typeof propertySets, Interval>>;

/** Sources are parted into so many folds, fewer where a class has fewer sources. */
const FOLDS = 5;

/** Rows of each class that are used, drawn by the seed: intervals of an AUC of .5 are some ± .018 wide then. */
const LIMIT = 2000;

const SEED = 1;
const RESAMPLES = 1000;

/** Values of a property that have a feature of their own: the most frequent ones. */
const COMMON = 12;

/**
 * Numbers of a header by property; texts stand for values that are met often or not. How many bytes a file has is no
 * property: beside format and quality it tells of what the image shows.
 */
const features = {
  format: ({ format, animated, progressive, subsampling }: SeenHeader) => ({
    numbers: [] as number[],
    words: [format, `${format} ${progressive} ${subsampling}`, animated ? "animated" : "still"],
  }),
  quality: ({ quality }: SeenHeader) => ({
    numbers: [quality === null ? 0 : quality / 100, (quality ?? 0) ** 2 / 1e4],
    words: [`quality ${quality}`],
  }),
  size: ({ width, height }: SeenHeader) => ({
    numbers: [Math.log(width), Math.log(height), Math.log(width) ** 2, Math.log(height) ** 2, Math.log(width / height)],
    words: [`${width} × ${height}`, width === height ? "square" : "oblong", multipleOf(width), multipleOf(height)],
  }),
  depth: ({ bitDepth, channels }: SeenHeader) => ({
    numbers: [] as number[],
    words: [`${bitDepth} bits`, `${channels} channels`],
  }),
};

/** Generators give sides that are multiples of 64, or at least of 8. */
function multipleOf(side: number): string {
  return `multiple of ${[64, 8, 1].find((step) => side % step === 0)}`;
}

/**
 * The images that a probe is to learn from and be asked about: {@linkcode LIMIT} of each class, all where there are fewer.
 *
 * @param labels of all images, 1 = fake; any other number than 0 and 1 keeps an image out
 * @returns their places, from the first
 */
export function drawProbed(labels: ArrayLike<number>): number[] {
  const kept = [0, 1].flatMap((label) => {
    const own: number[] = [];
    for (let i = 0; i < labels.length; i++) if (labels[i] === label) own.push(i);
    if (own.length <= LIMIT) return own;
    return Array.from(random(SEED, "audit", "rows", label).permutation(own.length).subarray(0, LIMIT), (i) => own[i]);
  });
  return kept.sort((a, b) => a - b);
}

/**
 * The AUC at which a logistic regression on headers tells fakes from photographs that it has not seen: cross-validated
 * over folds of whole sources, as the mean of the folds' AUC with its 95 % bootstrap interval over sources.
 *
 * @returns null when a class comes from fewer than two sources, so that nothing can be learned and asked
 */
export function probeMetadata(rows: readonly ProbeRow[]): PropertyProbes | null {
  const folds = foldsOf(rows);
  if (folds === null) return null;
  const probes = Object.entries(propertySets).map((
    [name, properties],
  ) => [name, probeFolds(rows, { folds, properties })]);
  return Object.fromEntries(probes) as PropertyProbes;
}

function probeFolds(
  rows: readonly ProbeRow[],
  { folds, properties }: { readonly folds: readonly number[]; readonly properties: readonly Property[] },
): Interval {
  const described = rows.map(({ header }) => {
    const parts = properties.map((property) => features[property](header));
    return { numbers: parts.flatMap(({ numbers }) => numbers), words: parts.flatMap(({ words }) => words) };
  });
  const scores = new Array<number>(rows.length);
  for (const fold of new Set(folds)) {
    const learned = described.filter((_, i) => folds[i] !== fold);
    const common = commonWords(learned);
    const row = ({ numbers, words }: typeof described[number]): number[] => [
      ...numbers,
      ...common.map((word) => words.includes(word) ? 1 : 0),
    ];
    const probe = fitProbe(learned.map(row), rows.filter((_, i) => folds[i] !== fold).map(({ label }) => label));
    for (const [i, one] of described.entries()) if (folds[i] === fold) scores[i] = rounded(probeScore(probe, row(one)));
  }
  const columns = {
    source: rows.map(({ source }) => String(source)),
    set: folds.map((fold) => `fold ${fold}`),
    corruption: rows.map(() => null),
    label: rows.map(({ label }) => label),
    score: scores,
  };
  return intervals(bootstrap([columns], { trained: [], resamples: RESAMPLES, seed: SEED })).mean.auc;
}

/** Scores that differ by the rounding of sums alone are equal. */
function rounded(score: number): number {
  return Math.round(score * 1e9) / 1e9;
}

/** Words that some rows have and others have not, the most frequent first. */
function commonWords(described: readonly { readonly words: readonly string[] }[]): string[] {
  const counts = new Map<string, number>();
  for (const { words } of described) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].filter(([, count]) => count < described.length)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, COMMON * 2).map(([word]) => word);
}

/** The fold of each row: sources of photographs, of fakes and of both are dealt out evenly, each kind for itself. */
function foldsOf(rows: readonly ProbeRow[]): number[] | null {
  const kinds = new Map<number, number>(); // by source: 1 photographs, 2 fakes, 3 both
  for (const { source, label } of rows) kinds.set(source, (kinds.get(source) ?? 0) | (label === 1 ? 2 : 1));
  const sourcesOf = (bit: number): number => [...kinds.values()].filter((kind) => (kind & bit) !== 0).length;
  const count = Math.min(FOLDS, sourcesOf(1), sourcesOf(2));
  if (count < 2) return null;
  const foldOf = new Map<number, number>();
  const both = [...kinds.values()].filter((kind) => kind === 3).length;
  for (const kind of [3, 1, 2]) {
    const own = [...kinds].filter(([, one]) => one === kind).map(([source]) => source).sort((a, b) => a - b);
    const start = kind === 3 ? 0 : both; // dealing goes on where it stopped, so that no fold lacks a class
    for (const [place, i] of random(SEED, "audit", "folds", kind).permutation(own.length).entries()) {
      foldOf.set(own[i], (start + place) % count);
    }
  }
  return rows.map(({ source }) => foldOf.get(source)!);
}
