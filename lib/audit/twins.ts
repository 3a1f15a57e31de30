import type { Split } from "../types.ts";
import { findTwins } from "./duplicates.ts";
import type { Headers } from "./headers.ts";
import type { Group } from "./listing.ts";
import type { Pictures } from "./pictures.ts";

/** An image that stands in an earlier split too. */
export interface NamedTwin {
  readonly id: string;
  readonly split: Split;
  readonly kind: "exact" | "near";
  /** Of the image in the earlier split. */
  readonly earlier: string;
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

/** Finds the twins among some images. */
export function twinTable(
  groups: readonly Group[],
  { headers, pictures }: { readonly headers: Headers; readonly pictures: Pictures },
): TwinTable {
  const split = headers.group.map((place) => groups[place].split);
  const found = findTwins({ split, ...pictures });
  const twins = found.map(({ image, earlier, kind }): NamedTwin => ({
    id: headers.id[image],
    split: split[image],
    kind,
    earlier: headers.id[earlier],
    earlierSplit: split[earlier],
  }));
  const there = (["train", "validation", "test"] as const).filter((name) => split.includes(name));
  return {
    splits: there.map((name) => ({
      split: name,
      images: split.filter((one, i) => one === name && !Number.isNaN(pictures.content[i])).length,
      exact: twins.filter((twin) => twin.split === name && twin.kind === "exact").length,
      near: twins.filter((twin) => twin.split === name && twin.kind === "near").length,
    })),
    twins,
  };
}
