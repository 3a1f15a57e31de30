import { type SeenHeader, seenHeader } from "../image/seen_header.ts";
import { storedHeader } from "../layouts/sample_header.ts";
import type { Sample, Unreadable } from "../types.ts";
import type { FindIndexed } from "./indexed.ts";
import { keyOf, type Source } from "./listing.ts";
import { chunks, type Pass, reasonOf, type Walk } from "./walk.ts";

/** Headers of images, in columns of 24 bytes an image. Entries of equal place belong together. */
export interface Headers {
  /** Those that differ, in the order met. */
  readonly distinct: readonly SeenHeader[];
  /** Key of each image's id. */
  readonly id: Uint32Array;
  /** Place of each image's group in the listing. */
  readonly group: Uint32Array;
  /** Place of each image's header among the distinct ones; −1: unreadable. */
  readonly header: Int32Array;
  /** Key of each image's source; two sources may share one by chance, which merges them. */
  readonly source: Uint32Array;
  /** Number of each image's content where an index has it, otherwise NaN. */
  readonly content: Float64Array;
  readonly unreadable: readonly Unreadable[];
}

/**
 * Reads the header of every listed image; one that has none that can be read is told and passed over.
 *
 * @param walk `indexed` finds what an index knows, whose files are not opened; null: there is none
 */
export async function* readHeaders(
  sources: readonly Source[],
  walk: Walk & { readonly indexed: FindIndexed | null },
): AsyncGenerator<Pass, Headers> {
  const { total } = walk.listing;
  const distinct: SeenHeader[] = [];
  const places = new Map<string, number>();
  const [id, group, source] = [new Uint32Array(total), new Uint32Array(total), new Uint32Array(total)];
  const header = new Int32Array(total);
  const content = new Float64Array(total).fill(NaN);
  const unreadable: Unreadable[] = [];
  for await (const { samples, groups, from } of chunks(sources, walk)) {
    const found = await Promise.all(samples.map((sample) => headerOf(sample, walk.indexed).catch(reasonOf)));
    for (const [i, one] of found.entries()) {
      const sample = samples[i];
      id[from + i] = keyOf(sample.id);
      group[from + i] = groups[i];
      source[from + i] = keyOf(sample.source);
      if (typeof one === "string") {
        unreadable.push({ id: sample.id, file: sample.file, split: sample.split, reason: one });
        header[from + i] = -1;
        continue;
      }
      const name = Object.values(one.header).join(" ");
      const place = places.get(name) ?? distinct.push(one.header) - 1;
      places.set(name, place);
      header[from + i] = place;
      content[from + i] = one.content;
    }
    yield { done: from + samples.length, total, doing: "reading headers" };
  }
  return { distinct, id, group, header, source, content, unreadable };
}

async function headerOf(
  { id, file }: Sample,
  indexed: FindIndexed | null,
): Promise<{ readonly header: SeenHeader; readonly content: number }> {
  let content = NaN;
  const header = await seenHeader(file, async (path) => {
    const known = await indexed?.(id, path) ?? null;
    if (known === null) return await storedHeader(path);
    content = known.content;
    return known.header;
  });
  return { header, content };
}
