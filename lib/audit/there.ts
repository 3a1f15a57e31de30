/** What of a data set lies on this disk: many keep some of its generators. */
import { EmptySplit, generatorNames, type Layout, readSamples } from "../layouts/mod.ts";
import { everySplit, type Source } from "./listing.ts";

/** What there is to audit, and what there is not. */
export interface There {
  readonly sources: readonly Source[];
  /** By split, which generators are not there, as "adm, glide in train". */
  readonly missing: readonly string[];
}

/**
 * Every split of a data set with the generators that it has there: of a split that lacks some the others, and of one that
 * lacks all nothing. Where nothing is there, or a data set cannot be had one generator at a time, all of it, whose reading
 * tells what is wrong.
 *
 * @param layout with all generators, as nobody chose them
 */
export async function sourcesThere(layout: Layout, data: string | null): Promise<There> {
  const all = everySplit(layout);
  const names = "generators" in layout && layout.generators === "all" ? generatorNames[layout.kind] ?? [] : [];
  const sources: Source[] = [];
  const missing: string[] = [];
  for (const source of names.length < 2 ? [] : all) {
    const alone = names.map((name) => ({ ...layout, generators: [name] }) as Layout);
    const has = await Promise.all(alone.map((one) => isThere({ ...source, layout: one }, data)));
    const there = names.filter((_, i) => has[i]);
    if (there.length === 0) continue;
    sources.push(
      there.length === names.length ? source : { ...source, layout: { ...layout, generators: there } as Layout },
    );
    const absent = names.filter((_, i) => !has[i]);
    if (absent.length > 0) missing.push(`${absent.join(", ")} in ${source.split}`);
  }
  return sources.length === 0 ? { sources: all, missing: [] } : { sources, missing };
}

/** Whether a first sample can be listed. */
async function isThere({ layout, split }: Source, data: string | null): Promise<boolean> {
  try {
    for await (const _ of readSamples(layout, { data, split })) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof EmptySplit)) throw error;
  }
  return false;
}
