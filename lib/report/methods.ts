import { fingerprint } from "../definition/fingerprint.ts";
import { nearest } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import type { RunRecord } from "../types.ts";

/** Runs of definitions that are equal but for their seed. */
export interface Method {
  /** Name of the definition; where several definitions share one, the start of the fingerprint stands behind it. */
  readonly name: string;
  /** By rising seed. */
  readonly records: readonly RunRecord[];
  /** Generators it was trained on, null when its data sets do not name any. */
  readonly trained: readonly string[] | null;
}

/**
 * Groups records into methods, in the order in which each first appears.
 *
 * @throws {RangeError} when there is no record, one is not done, or one is given twice
 */
export function groupMethods(records: readonly RunRecord[]): Method[] {
  if (records.length === 0) throw new RangeError("Cannot compare runs: found no record, expected at least one");
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const { name, seed } = record.experiment;
    if (record.status !== "done") {
      throw new RangeError(
        `Cannot compare "${name}": its run ${record.id.slice(0, 12)} is ${record.status}, expected done; run it again`,
      );
    }
    const key = fingerprint({ ...record.experiment, seed: 0 });
    const group = groups.get(key) ?? [];
    if (group.some((other) => other.experiment.seed === seed)) {
      throw new RangeError(`Cannot compare "${name}": found two records of seed ${seed}, expected one of each seed`);
    }
    groups.set(key, [...group, record]);
  }
  const names = [...groups.values()].map(([first]) => first.experiment.name);
  return [...groups].map(([key, group], i) => ({
    name: names.filter((name) => name === names[i]).length === 1 ? names[i] : `${names[i]} (${key.slice(0, 6)})`,
    records: group.toSorted((a, b) => a.experiment.seed - b.experiment.seed),
    trained: trainedOn(group[0].experiment),
  }));
}

/**
 * The method of a name.
 *
 * @throws {RangeError} when there is none, with the nearest name
 */
export function findMethod(methods: readonly Method[], name: string): Method {
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
