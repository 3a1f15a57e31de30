/** Which groups of patches a world has, and what each is made from; the same plan builds a world and checks one. */
import type { Image } from "../image/decode.ts";
import { random } from "../random.ts";
import type { Split } from "../types.ts";
import { drawPartners, makeFakes, type Networks } from "./fakes.ts";
import type { PatchGroup, Sheet } from "./format.ts";
import { type Gathered, type Patch, patchesOfSplit, settings } from "./gather.ts";
import { type Generator, generators, type Recipe, reconstruction, trainedOn } from "./generators.ts";

/** Names a group in the table of a world. */
export type GroupName = Pick<Sheet, "split" | "group" | "generator">;

/** A group of patches. */
export interface Group extends GroupName {
  /** Where each patch, or the patch that it was made from, was cut. */
  readonly patches: readonly Patch[];
  /** How a generator makes it; null: these are photographs. */
  readonly making: Making | null;
}

/** How a generator makes a group of patches. */
export interface Making {
  readonly recipe: Recipe;
  /** Streams of random numbers. */
  readonly names: readonly string[];
  /** The group that it is made from; null: the patches of photographs themselves. */
  readonly from: PatchGroup | null;
  /** For recipes that mix: the pictures mixed in, one each. */
  readonly partners: readonly Image[];
}

const splits: readonly Split[] = ["train", "validation", "test"];

/** All groups of a world; what a group is made from stands before it. */
export function planGroups(gathered: readonly Gathered[]): Group[] {
  return splits.flatMap((split) => {
    const cut = patchesOfSplit(gathered, { split, half: "real", size: settings.cutting.size });
    const given = patchesOfSplit(gathered, { split, half: "source", size: settings.cutting.size });
    const order = drawPartners(given.map(({ photograph }) => photograph), random(settings.seed, "partners", split));
    const partners = order.map((i) => given[i].image);
    const fakes = (Object.entries(generators) as [string, Generator][])
      .filter(([generator]) => split === "test" || generator === trainedOn)
      .map(([generator, { fakes: recipe }]): Group => ({
        ...{ split, group: "fake", generator, patches: given },
        making: { recipe, names: ["fakes", generator, split], from: null, partners },
      }));
    const again = (label: "real" | "fake"): Making => ({
      recipe: reconstruction,
      names: ["reconstructions", label, split],
      from: label,
      partners: [],
    });
    const reconstructions: Group[] = split === "test" ? [] : [
      { split, group: "real-reconstruction", generator: null, patches: cut, making: again("real") },
      { split, group: "fake-reconstruction", generator: trainedOn, patches: given, making: again("fake") },
    ];
    return [{ split, group: "real", generator: null, patches: cut, making: null }, ...fakes, ...reconstructions];
  });
}

/** The group that a group is made from; null: the patches of photographs themselves. */
export function originOf({ split, making }: Group, plan: readonly Group[]): Group | null {
  return plan.find((other) => other.split === split && other.group === making?.from) ?? null;
}

/** What a person calls a group. */
export function titleOf({ split, group, generator }: GroupName): string {
  return [split, group, ...generator === null ? [] : [generator]].join(", ");
}

/**
 * The pictures of a group, or the first of them.
 *
 * @param source pictures of the group that it is made from, in order; makes as many as there are
 */
export async function makeGroup(
  { patches, making }: Group,
  { networks, source }: { networks: Networks; source: readonly Image[] | null },
): Promise<Image[]> {
  const given = source ?? patches.map(({ image }) => image);
  if (making === null) return [...given];
  const { recipe, names, partners } = making;
  return await makeFakes(recipe, given, { networks, seed: settings.seed, names, partners });
}
