import { testSets } from "../metrics/mod.ts";
import type { Metrics, ScoreColumns } from "../types.ts";
import { evaluateScores } from "./evaluate.ts";

/** How scores of the same images agree with those that a record holds. */
export interface Agreement {
  /** Test sets that both have. */
  readonly sets: readonly string[];
  /** Rows of those sets; an image counts in each set that it is part of. */
  readonly rows: number;
  /** Largest difference of two scores of one image, 0…1; 0: equal to the last bit. */
  readonly largest: number;
  /** Rows that are called otherwise at a threshold of 0.5. */
  readonly changedCalls: number;
  /** Whether every set has the accuracy that it has in the record, to the last bit. */
  readonly accuracyEqual: boolean;
}

/**
 * Scores whose every row names its test set: rows that belong to several sets are there once for each, so that the sets
 * stay what they are beside any others. Rows with a corruption are left out.
 */
export function standingAlone(scores: ScoreColumns): ScoreColumns {
  const rows = [...testSets(scores)].flatMap(([name, rows]) => Array.from(rows, (row) => ({ name, row })));
  const taken = <T>(column: readonly T[]): T[] => rows.map(({ row }) => column[row]);
  return {
    id: taken(scores.id),
    source: taken(scores.source),
    generator: taken(scores.generator),
    set: rows.map(({ name }) => name),
    corruption: taken(scores.corruption),
    label: taken(scores.label),
    score: taken(scores.score),
  };
}

/** Some of the sets of scores that {@linkcode standingAlone} made. */
export function onlySets(scores: ScoreColumns, names: readonly string[]): ScoreColumns {
  const rows = scores.set.flatMap((name, row) => name !== null && names.includes(name) ? [row] : []);
  return Object.fromEntries(
    Object.entries(scores).map(([name, column]) => [name, rows.map((row) => column[row])]),
  ) as unknown as ScoreColumns;
}

/** Where two sets of a name hold different images: how many each has, and one that the other lacks. */
export interface OtherRows {
  readonly set: string;
  readonly given: number;
  readonly stored: number;
  readonly example: string;
}

/** The first test set that both have and that does not hold the same images in both; null when there is none. */
export function otherRows(given: ScoreColumns, stored: ScoreColumns): OtherRows | null {
  const [mine, theirs] = [idsBySet(given), idsBySet(stored)];
  for (const [set, ids] of mine) {
    const others = theirs.get(set);
    if (others === undefined) continue;
    const example = [...ids].find((id) => !others.has(id)) ?? [...others].find((id) => !ids.has(id));
    if (example !== undefined) return { set, given: ids.size, stored: others.size, example };
  }
  return null;
}

/**
 * How scores agree with those of a record, over the test sets that both have; null when there is none.
 *
 * @param given scores that {@linkcode standingAlone} made, on the same images as the record's
 * @param stored the same of the record, and its metrics by set
 */
export function agreement(
  given: ScoreColumns,
  { scores, metrics }: { readonly scores: ScoreColumns; readonly metrics: Readonly<Record<string, Metrics>> },
): Agreement | null {
  const sets = [...new Set(given.set)].filter((name) => name !== null && scores.set.includes(name)) as string[];
  if (sets.length === 0) return null;
  const known = new Map(scores.id.map((id, row) => [keyOf(scores.set[row], id), scores.score[row]]));
  const shared = onlySets(given, sets);
  const now = evaluateScores(shared);
  const pairs = shared.id.map((id, row) => [shared.score[row], known.get(keyOf(shared.set[row], id))!] as const);
  return {
    sets,
    rows: pairs.length,
    largest: pairs.reduce((largest, [a, b]) => Math.max(largest, Math.abs(a - b)), 0),
    changedCalls: pairs.filter(([a, b]) => a > 0.5 !== b > 0.5).length,
    accuracyEqual: sets.every((set) => now[set].accuracy === metrics[set]?.accuracy),
  };
}

function idsBySet({ id, set }: ScoreColumns): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [row, name] of set.entries()) {
    if (name === null) continue;
    if (found.has(name)) found.get(name)!.add(id[row]);
    else found.set(name, new Set([id[row]]));
  }
  return found;
}

function keyOf(set: string | null, id: string): string {
  return `${set}\0${id}`;
}
