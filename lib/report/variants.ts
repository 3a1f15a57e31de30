import { diff } from "../definition/diff.ts";
import type { Method } from "./methods.ts";

/** One thing in which the definitions of some methods differ. */
export interface Variation {
  /** Name of a tag, or a dotted path in the definition. */
  readonly path: string;
  /** By method; null where it has nothing there. */
  readonly values: readonly unknown[];
}

/** How methods differ beside their seeds: tags first, then paths in the order of the definitions' fields. */
export function variations(methods: readonly Method[]): Variation[] {
  const definitions = methods.map(({ records: [first] }) => first.experiment);
  const tags = [...new Set(definitions.flatMap(({ tags }) => Object.keys(tags)))];
  return [
    ...tags.map((tag) => ({ path: tag, values: definitions.map(({ tags }) => tags[tag] ?? null) })),
    ...diff(definitions.map((definition) => ({ ...definition, seed: 0 }))),
  ];
}
