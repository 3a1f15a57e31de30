/** The samples of a whole data set, whatever of it is there. */
import { generatorNames, type Layout, readSamples, splitless } from "../layouts/mod.ts";
import type { Sample, Split } from "../types.ts";

/** Part of a data set that is not there. */
export interface Missing {
  readonly split: Split;
  /** Null: all of them. */
  readonly generator: string | null;
  /** What the layout says of it. */
  readonly reason: string;
}

/** What of a data set can be read. */
export interface Extent {
  /** Parts to read one after the other. */
  readonly parts: readonly { readonly layout: Layout; readonly split: Split }[];
  readonly missing: readonly Missing[];
  /** Samples in all parts; those that stand in several of them are counted each time. */
  readonly samples: number;
}

const SPLITS: readonly Split[] = ["train", "validation", "test"];

/**
 * Finds out which splits of a data set are there, and where one is not, which of its generators are.
 *
 * @throws what the layout throws, when nothing is there
 */
export async function measureExtent(layout: Layout, data: string | null): Promise<Extent> {
  const parts: Extent["parts"][number][] = [];
  const missing: Missing[] = [];
  let samples = 0;
  let first: Error | null = null;
  const has = async (part: Extent["parts"][number]): Promise<Error | null> => {
    try {
      for await (const _ of readSamples(part.layout, { data, split: part.split })) samples++;
      parts.push(part);
      return null;
    } catch (error) {
      // a split that a data set does not have is told by a RangeError
      if (error instanceof Deno.errors.NotFound || error instanceof RangeError) return error;
      throw error;
    }
  };
  for (const split of splitless.includes(layout.kind) ? ["test"] as const : SPLITS) {
    const error = await has({ layout, split });
    if (error === null) continue;
    if (error instanceof Deno.errors.NotFound) first ??= error;
    else continue;
    const single = separately(layout);
    if (single.length < 2) missing.push({ split, generator: null, reason: error.message });
    for (const { generator, alone } of single.length < 2 ? [] : single) {
      const lacks = await has({ layout: alone, split });
      if (lacks !== null) missing.push({ split, generator, reason: lacks.message });
    }
  }
  if (parts.length > 0) return { parts, missing, samples };
  throw first ?? new RangeError(`Cannot index ${layout.kind}: it has no samples in any split`);
}

/**
 * The samples of all parts, each once: what generators share, as photographs, stands in the part of every one.
 *
 * @param extent of the data set
 */
export async function* walkSamples({ parts }: Extent, data: string | null): AsyncGenerator<Sample, void> {
  for (const split of SPLITS) {
    const own = parts.filter((part) => part.split === split);
    const shared = new Set<string>();
    for (const { layout } of own) {
      for await (const sample of readSamples(layout, { data, split })) {
        if (own.length > 1 && sample.generator === null) {
          if (shared.has(sample.id)) continue;
          shared.add(sample.id);
        }
        yield sample;
      }
    }
  }
}

/** A data set one generator at a time, where its part names them. */
function separately(layout: Layout): { readonly generator: string; readonly alone: Layout }[] {
  const { generators } = layout as { readonly generators?: readonly string[] | "all" };
  const names = generators === "all" ? generatorNames[layout.kind] : generators;
  return (names ?? []).map((generator) => ({ generator, alone: { ...layout, generators: [generator] } as Layout }));
}
