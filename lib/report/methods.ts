import { fingerprint } from "../definition/fingerprint.ts";
import { nearest } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import type { RunRecord } from "../types.ts";

/** What a run has to tell to be grouped with others. */
export type Comparable = Pick<RunRecord, "id" | "data" | "status" | "experiment">;

/** Runs of definitions that are equal but for their seed. */
export interface Method<R extends Comparable = RunRecord> {
  /**
   * Name of the definition; where several definitions share one, the start of the fingerprint stands behind it, and
   * where one was run on several data sets, the start of their identity.
   */
  readonly name: string;
  /** By rising seed. */
  readonly records: readonly R[];
  /** Generators it was trained on, null when its data sets do not name any. */
  readonly trained: readonly string[] | null;
}

/**
 * Groups records into methods, in the order in which each first appears.
 *
 * Seeds may hold out photographs of their own, so that their data need not be equal; but where a definition was run
 * twice under one seed on different data, each data set makes a method.
 *
 * @throws {RangeError} when there is no record, one is not done, or one is given twice
 */
export function groupMethods<R extends Comparable>(records: readonly R[]): Method<R>[] {
  if (records.length === 0) throw new RangeError("Cannot compare runs: found no record, expected at least one");
  for (const { id, status, experiment: { name } } of records) {
    if (status === "done") continue;
    throw new RangeError(
      `Cannot compare "${name}": its run ${id.slice(0, 12)} is ${status}, expected done; run it again`,
    );
  }
  const definitions = Map.groupBy(records, ({ experiment }) => fingerprint({ ...experiment, seed: 0 }));
  const definitionsOf = counts([...definitions.values()].map(([{ experiment }]) => experiment.name));
  return [...definitions].flatMap(([key, group]) => {
    const [{ experiment }] = group;
    const { name } = experiment;
    const title = definitionsOf.get(name) === 1 ? name : `${name} (${key.slice(0, 6)})`;
    const trained = trainedOn(experiment);
    const parts = byData(group);
    return parts.map((records) => ({
      name: parts.length === 1 ? title : `${title} (data ${records[0].data?.slice(0, 6) ?? "unknown"})`,
      records: records.toSorted((a, b) => a.experiment.seed - b.experiment.seed),
      trained,
    }));
  });
}

/** The runs of a definition, split by their data where seeds come twice. */
function byData<R extends Comparable>(records: readonly R[]): R[][] {
  if (repeatedSeed(records) === null) return [[...records]];
  const parts = [...Map.groupBy(records, ({ data }) => data).values()];
  for (const part of parts) {
    const seed = repeatedSeed(part);
    if (seed === null) continue;
    const { name } = part[0].experiment;
    throw new RangeError(`Cannot compare "${name}": found two records of seed ${seed}, expected one of each seed`);
  }
  return parts;
}

function repeatedSeed(records: readonly Comparable[]): number | null {
  return counts(records.map(({ experiment }) => experiment.seed)).entries().find(([, count]) => count > 1)?.[0] ?? null;
}

function counts<T>(values: readonly T[]): Map<T, number> {
  const found = new Map<T, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

/**
 * The method of a name.
 *
 * @throws {RangeError} when there is none, with the nearest name
 */
export function findMethod<R extends Comparable>(methods: readonly Method<R>[], name: string): Method<R> {
  const found = methods.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = methods.map((method) => method.name);
  const meant = nearest(name, names);
  throw new RangeError(
    `Cannot compare with "${name}": found no such method${meant === null ? "" : `, did you mean "${meant}"?`}` +
      `${meant === null ? "," : ""} the methods are ${names.map((name) => `"${name}"`).join(", ")}`,
  );
}

/** Generators that a definition's training sets name; null when one of them does not, or takes "all". */
function trainedOn(experiment: Experiment): readonly string[] | null {
  const named = (experiment.data.train as readonly { readonly generators?: unknown }[]).map(({ generators }) =>
    generators
  );
  if (!named.every((generators) => Array.isArray(generators))) return null;
  return [...new Set(named.flat() as string[])].sort();
}
