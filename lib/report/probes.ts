import type { ScoreColumns } from "../types.ts";
import type { Method } from "./methods.ts";

/** Name of the probe's rows in a comparison. */
export const PROBE = "trivial cues";

/** A probe on trivial cues that some methods' runs brought along. */
export interface Probe {
  /** {@linkcode PROBE}; where methods brought different probes, with the names of those that brought it. */
  readonly name: string;
  /** Different scores of one probe, as when each seed held out photographs of its own. */
  readonly scores: readonly ScoreColumns[];
  /** Generators it was trained on, as its methods were; null when it is not known. */
  readonly trained: readonly string[] | null;
}

/** The probes of some methods, each once however many runs measured it; none where the records hold none. */
export function groupProbes(methods: readonly Method[]): Probe[] {
  const groups = new Map<string, { scores: ScoreColumns[]; methods: Method[] }>();
  for (const method of methods) {
    // a record written before there was a probe lacks the field
    const measured = method.records.flatMap(({ probe }) => probe ?? []);
    if (measured.length === 0) continue;
    const distinct = new Map(measured.map((scores) => [JSON.stringify(scores), scores]));
    const key = [...distinct.keys()].sort().join();
    const group = groups.get(key) ?? { scores: [...distinct.values()], methods: [] };
    groups.set(key, { ...group, methods: [...group.methods, method] });
  }
  return [...groups.values()].map(({ scores, methods: [first, ...rest] }) => ({
    name: groups.size === 1 ? PROBE : `${PROBE} (${[first, ...rest].map(({ name }) => name).join(", ")})`,
    scores,
    trained: first.trained,
  }));
}
