import { diff } from "../definition/diff.ts";
import type { Comparable, Method } from "./methods.ts";

/** One thing in which the definitions of some methods differ. */
export interface Variation {
  /** Name of a tag, or a dotted path in the definition. */
  readonly path: string;
  /** By method; null where it has nothing there. */
  readonly values: readonly unknown[];
}

/** How methods differ beside their seeds: tags first, then paths in the order of the definitions' fields. */
export function variations(methods: readonly Method<Comparable>[]): Variation[] {
  const definitions = methods.map(({ records: [first] }) => first.experiment);
  const tags = [...new Set(definitions.flatMap(({ tags }) => Object.keys(tags)))];
  return [
    ...tags.map((tag) => ({ path: tag, values: definitions.map(({ tags }) => tags[tag] ?? null) })),
    ...diff(definitions.map((definition) => ({ ...definition, seed: 0 }))),
  ];
}

/**
 * A column for each tag, then for each path in which the definitions differ: its name and a value per method. A tag that
 * is called as another column of a comparison says that it is a tag.
 */
export function definitionColumns(methods: readonly Method<Comparable>[]): [string, unknown[]][] {
  const found = variations(methods);
  const taken = (path: string, i: number): boolean =>
    TAKEN.test(path) || found.some((other, k) => k > i && other.path === path);
  return found.map(({ path, values }, i) => [taken(path, i) ? `${path} (tag)` : path, values.map(plain)]);
}

const TAKEN =
  /^(method|kind|seeds|set|role|(accuracy|auc|averagePrecision)(Unseen|(Difference)?(Low|High)?|DifferenceP))$/;

/** What fits a cell: numbers, texts and truths as they are, the rest as JSON. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
