import type { SeenHeader } from "../image/seen_header.ts";
import { headerOfSample } from "../layouts/sample_header.ts";
import type { Unreadable } from "../types.ts";
import { keyOf, type Source } from "./listing.ts";
import { chunks, type Pass, reasonOf, type Walk } from "./walk.ts";

/** Headers of images, in columns of 16 bytes an image. Entries of equal place belong together. */
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
  readonly unreadable: readonly Unreadable[];
}

/**
 * Reads the header of every listed image; one that has none that can be read is told and passed over.
 */
export async function* readHeaders(
  sources: readonly Source[],
  walk: Walk,
): AsyncGenerator<Pass, Headers> {
  const { total } = walk.listing;
  const distinct: SeenHeader[] = [];
  const places = new Map<string, number>();
  const [id, group, source] = [new Uint32Array(total), new Uint32Array(total), new Uint32Array(total)];
  const header = new Int32Array(total);
  const unreadable: Unreadable[] = [];
  for await (const { samples, groups, from } of chunks(sources, walk)) {
    const found = await Promise.all(samples.map((sample) => headerOfSample(sample.file).catch(reasonOf)));
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
      const name = Object.values(one).join(" ");
      const place = places.get(name) ?? distinct.push(one) - 1;
      places.set(name, place);
      header[from + i] = place;
    }
    yield { done: from + samples.length, total, doing: "reading headers" };
  }
  return { distinct, id, group, header, source, unreadable };
}
