/** Whether photographs and fakes show the same amount of coarse and of fine detail. */
import type { Group } from "./listing.ts";
import type { SpectrumSum } from "./pictures.ts";

/** How the mean spectrum of some fakes differs from that of the photographs they stand against. */
export interface SpectrumGap {
  /** The generator. */
  readonly name: string;
  /** Fakes and photographs that were measured. */
  readonly fakes: number;
  /** See `fakes`. */
  readonly photographs: number;
  /** Decibels by which fakes lie above photographs, by frequency from 1 cycle a centre up to Nyquist's. */
  readonly decibels: readonly number[];
  /** Root mean square of that below a quarter of Nyquist's frequency, where what is shown decides, and above it. */
  readonly coarse: number;
  /** See `coarse`. */
  readonly fine: number;
  /** The same between two halves of the photographs and of the fakes, whichever is larger: what chance alone makes. */
  readonly coarseByChance: number;
  /** See `coarseByChance`. */
  readonly fineByChance: number;
}

/** A gap of the spectra counts when it exceeds both chance by this factor, and so many decibels. */
const FACTOR = 3;
const LEAST = 1;

/** The gap of each generator, in the order of the groups, to the photographs of its splits. */
export function spectrumGaps(
  groups: readonly Group[],
  spectra: readonly (readonly [SpectrumSum, SpectrumSum])[],
): SpectrumGap[] {
  const halvesOf = (holds: (group: Group) => boolean): [SpectrumSum, SpectrumSum] => {
    const own = spectra.filter((_, i) => holds(groups[i]));
    return [0, 1].map((half) => together(own.map((both) => both[half]))) as [SpectrumSum, SpectrumSum];
  };
  const names = [...new Set(groups.filter(({ label }) => label === "fake").map(({ name }) => name))];
  return names.flatMap((name) => {
    const fakes = halvesOf((group) => group.label === "fake" && group.name === name);
    const own = groups.some((group) => group.label === "real" && group.name === name);
    // of the splits in which the generator's fakes stand
    const splits = new Set(groups.flatMap((group) => group.label === "fake" && group.name === name ? group.split : []));
    const photographs = halvesOf(({ label, name: set, split }) =>
      label === "real" && (!own || set === name) && splits.has(split)
    );
    const [fake, real] = [together(fakes), together(photographs)];
    if ([...fakes, ...photographs].some(({ count }) => count === 0) || fake.sum.length === 0) return [];
    const decibels = gap(fake, real);
    const chance = [gap(...fakes), gap(...photographs)];
    return [{
      ...{ name, fakes: fake.count, photographs: real.count, decibels: [...decibels] },
      coarse: size(coarse(decibels)),
      fine: size(fine(decibels)),
      coarseByChance: Math.max(...chance.map((one) => size(coarse(one)))),
      fineByChance: Math.max(...chance.map((one) => size(fine(one)))),
    }];
  });
}

/** Whether a gap is more than chance and large enough to be learned from. */
export function differs(gap: SpectrumGap, where: "coarse" | "fine"): boolean {
  const chance = where === "coarse" ? gap.coarseByChance : gap.fineByChance;
  return gap[where] > LEAST && gap[where] > FACTOR * chance;
}

function together(sums: readonly SpectrumSum[]): SpectrumSum {
  const sum = new Float64Array(sums[0]?.sum.length ?? 0);
  for (const one of sums) for (let i = 0; i < sum.length; i++) sum[i] += one.sum[i];
  return { sum, count: sums.reduce((total, { count }) => total + count, 0) };
}

function gap(a: SpectrumSum, b: SpectrumSum): Float64Array {
  return a.sum.map((value, i) => 10 * (value / a.count - b.sum[i] / b.count));
}

function coarse(decibels: Float64Array): Float64Array {
  return decibels.subarray(0, decibels.length / 4);
}

function fine(decibels: Float64Array): Float64Array {
  return decibels.subarray(decibels.length / 4);
}

function size(decibels: Float64Array): number {
  return Math.sqrt(decibels.reduce((sum, value) => sum + value ** 2, 0) / decibels.length);
}
