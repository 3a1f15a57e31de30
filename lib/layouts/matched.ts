import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { SeenHeader } from "../image/seen_header.ts";
import { random } from "../random.ts";
import type { Sample } from "../types.ts";
import { innerMakers } from "./inner.ts";
import { type Layout, readSamples, type Roots } from "./mod.ts";
import { headerOfSample } from "./sample_header.ts";

const properties = ["size", "quality"] as const;

/**
 * A data set cut down to where photographs and fakes agree: images are put into cells of like width and height, or of
 * like format and JPEG quality, or both, and of the larger class of a cell as many are drawn as the smaller one has.
 * Cells with one class alone are left out. Nothing is copied; the header of every image is read when samples are
 * gathered.
 *
 * Each test set is matched within itself, where it has photographs of its own, otherwise against the shared ones.
 */
export interface Matched extends Part<"matched"> {
  /** The data set. */
  readonly of: Layout;
  /** What is alike within a cell, one or both of "size" and "quality". */
  readonly by: readonly ("size" | "quality")[];
  /** A cell's largest side over its smallest, ≥ 1, counted from one pixel; 1: sizes have to be equal. */
  readonly factor: number;
  /** How many qualities a cell spans, a whole number from 1; images without a quality make cells by their format. */
  readonly span: number;
  /** Of the draw. */
  readonly seed: number;
}

/** Makes a {@linkcode Matched} part. */
export const matched: Maker<Matched, "of" | "by"> = part("matched", { factor: 1.1, span: 5, seed: 1 }, {
  required: ["of", "by"],
  parts: innerMakers,
  check({ of, by, factor, span, seed }) {
    if (of === null) throw new TypeError("Cannot define matched.of: given null, expected a layout as genImage()");
    if (!Array.isArray(by) || by.length === 0) {
      throw new RangeError(`Cannot define matched.by: given ${JSON.stringify(by)}, expected some of size, quality`);
    }
    for (const [i, property] of by.entries()) checkChoice(`matched.by[${i}]`, property, properties);
    checkNumber("matched.factor", factor, { from: 1, to: 4 });
    checkNumber("matched.span", span, { from: 1, to: 100, integer: true });
    checkNumber("matched.seed", seed, { from: 0, integer: true });
  },
});

/** Headers read at once. */
const CHUNK = 64;

/**
 * The samples that are drawn, in the order of the data set. Images whose header cannot be read are in no cell.
 *
 * @param roots `tell` learns how many those are
 * @throws {RangeError} when photographs and fakes share no cell
 * @throws {Deno.errors.NotFound} when an image is gone
 */
export async function* matchedSamples(spec: Matched, roots: Roots): AsyncGenerator<Sample> {
  const samples = await Array.fromAsync(readSamples(spec.of, roots));
  const cells: (string | null)[] = [];
  for (let from = 0; from < samples.length; from += CHUNK) {
    const headers = samples.slice(from, from + CHUNK).map(({ file }) => headerOfSample(file).catch(nullIfBroken));
    for (const header of await Promise.all(headers)) cells.push(header === null ? null : cellOf(spec, header));
  }
  const broken = samples.filter((_, i) => cells[i] === null);
  if (broken.length > 0) {
    roots.tell?.(
      `${broken.length} of ${samples.length} images of the ${roots.split} split of ${spec.of.kind} have no header that ` +
        `can be read, and matched() leaves them out; the first is "${broken[0].file}"`,
    );
  }
  const kept = drawn(samples, cells, { seed: spec.seed, split: roots.split });
  if (kept.size === 0) {
    throw new RangeError(
      `Cannot match the ${roots.split} split of ${spec.of.kind} by ${spec.by.join(" and ")}: of ${samples.length} ` +
        "images no photograph lies in a cell with a fake. Take a larger matched.factor or matched.span, or store all " +
        "images anew first: matched({ of: reencoded({ of }) })",
    );
  }
  for (const [i, sample] of samples.entries()) if (kept.has(i)) yield sample;
}

function nullIfBroken(error: unknown): null {
  if (error instanceof TypeError) return null;
  throw error;
}

function cellOf({ by, factor, span }: Matched, { width, height, format, quality }: SeenHeader): string {
  const step = (side: number): number => factor === 1 ? side : Math.floor(Math.log(side) / Math.log(factor) + 1e-9);
  return JSON.stringify([
    ...by.includes("size") ? [step(width), step(height)] : [],
    ...by.includes("quality") ? [format, quality === null ? null : Math.floor(quality / span)] : [],
  ]);
}

/** Places of the samples that stay. */
function drawn(
  samples: readonly Sample[],
  cells: readonly (string | null)[],
  { seed, split }: { readonly seed: number; readonly split: string },
): ReadonlySet<number> {
  // a set with photographs of its own is matched by itself, all others together
  const own = new Set(samples.filter(({ label, set }) => label === "real" && set !== null).map(({ set }) => set));
  const groups = new Map<string, { real: number[]; fake: number[] }>();
  for (const [i, { label, set }] of samples.entries()) {
    if (cells[i] === null) continue;
    const key = JSON.stringify([own.has(set) ? set : null, cells[i]]);
    const group = groups.get(key) ?? { real: [], fake: [] };
    groups.set(key, group);
    group[label].push(i);
  }
  const kept = new Set<number>();
  for (const [key, { real, fake }] of groups) {
    const count = Math.min(real.length, fake.length);
    for (const [label, members] of [["real", real], ["fake", fake]] as const) {
      const order = random(seed, "matched", split, key, label).permutation(members.length);
      for (const i of order.subarray(0, count)) kept.add(members[i]);
    }
  }
  return kept;
}
