import { findTwins, ORDER } from "./duplicates.ts";
import type { Split } from "../types.ts";
import type { Headers } from "./headers.ts";
import { keyOf, type Source } from "./listing.ts";
import type { Pictures } from "./pictures.ts";
import { changed, chunks, type Walk } from "./walk.ts";

/** An image that stands in an earlier split too. */
export interface NamedTwin {
  /** Of its sample. */
  readonly id: string;
  /** Where it stands. */
  readonly split: Split;
  /** The same pixels, or nearly. */
  readonly kind: "exact" | "near";
  /** Of the image in the earlier split. */
  readonly earlier: string;
  /** Where that one stands. */
  readonly earlierSplit: Split;
}

/** Images that stand in two splits. */
export interface TwinTable {
  /** Of each split with images how many it has, and how many of them stand in an earlier one, as they are or nearly. */
  readonly splits: readonly {
    readonly split: Split;
    readonly images: number;
    readonly exact: number;
    readonly near: number;
  }[];
  /** All of them, in the order of the data. */
  readonly twins: readonly NamedTwin[];
}

/** Finds the twins among some images, whose names are listed once more: to remember those of millions takes more memory. */
export async function twinTable(
  sources: readonly Source[],
  { headers, pictures, ...walk }: Walk & { readonly headers: Headers; readonly pictures: Pictures },
): Promise<TwinTable> {
  const { groups } = walk.listing;
  const split = Uint8Array.from(headers.group, (place) => ORDER.indexOf(groups[place].split));
  const found = findTwins({ split, ...pictures });
  const images = [0, 0, 0];
  for (const [i, place] of split.entries()) if (!Number.isNaN(pictures.content[i])) images[place]++;
  const names = await namesOf(sources, {
    ...walk,
    headers,
    places: found.flatMap((twin) => [twin.image, twin.earlier]),
  });
  const twins = found.map(({ image, earlier, kind }): NamedTwin => ({
    id: names.get(image)!,
    split: ORDER[split[image]],
    kind,
    earlier: names.get(earlier)!,
    earlierSplit: ORDER[split[earlier]],
  }));
  const count = (name: Split, kind: NamedTwin["kind"]): number =>
    twins.filter((twin) => twin.split === name && twin.kind === kind).length;
  return {
    splits: ORDER.flatMap((name, i) =>
      split.includes(i)
        ? [{ split: name, images: images[i], exact: count(name, "exact"), near: count(name, "near") }]
        : []
    ),
    twins,
  };
}

/** The ids of the images at some places. */
async function namesOf(
  sources: readonly Source[],
  { headers, places, ...walk }: Walk & { readonly headers: Headers; readonly places: readonly number[] },
): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  if (places.length === 0) return names;
  const wanted = new Set(places);
  for await (const { samples, from } of chunks(sources, walk)) {
    for (const [i, sample] of samples.entries()) {
      if (!wanted.has(from + i)) continue;
      if (keyOf(sample.id) !== headers.id[from + i]) throw changed(sample);
      names.set(from + i, sample.id);
    }
  }
  return names;
}
