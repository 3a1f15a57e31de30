/** Tables of the results that are no comparison: where runs were made, distances, epochs, time. */
import {
  arrivals,
  duration,
  lastDistances,
  markdownTable,
  meanAndSpread,
  percent,
  spread,
  type TextColumn,
} from "../report/mod.ts";
import type { Environment, RunRecord } from "../types.ts";

/** World, commits, backends and versions; several values where runs differ. */
export function originTable(records: readonly RunRecord[], world: string): string {
  const all = (of: (environment: Environment) => string): string =>
    [...new Set(records.map(({ environment }) => of(environment)))].sort().join("; ");
  const read = [...new Set(records.flatMap(({ environment }) => Object.keys(environment.hashes)))]
    .filter((name) => !["pocket", "train", "validation", "test"].includes(name)).sort();
  const hashes = read.map((name): [string, string] => {
    const found = records.flatMap(({ environment: { hashes } }) => hashes[name] ?? []);
    return [name, [...new Set(found)].sort().join("; ")];
  });
  const facts: [string, string][] = [
    ["world", world],
    ...hashes,
    ["commit", all(({ commit }) => commit ?? "none")],
    ["backend", all(({ backend, threads }) => `${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`)],
    ["counterproof", all(({ counterproof }) => counterproof)],
    ["deno", all(({ deno, v8 }) => `${deno} (V8 ${v8})`)],
    ["system", all(({ system }) => system)],
    ["packages", all(({ packages }) => Object.entries(packages).map((pair) => pair.join(" ")).join(", "))],
  ];
  return markdownTable([
    { title: "made on", cells: facts.map(([name]) => name) },
    { title: "", cells: facts.map(([, value]) => value) },
  ]);
}

/** Embedding distances after the last epoch; null where no run measured any. */
export function distancesTable(records: readonly RunRecord[]): string | null {
  const rows = lastDistances(records);
  if (rows.length === 0) return null;
  const column = (title: string, of: "real" | "fake" | "gap"): TextColumn => ({
    title,
    cells: rows.map((row) => row[of] === null ? "–" : spread(row[of], 4)),
    right: true,
  });
  return markdownTable([
    { title: "variant", cells: rows.map(({ method }) => method) },
    column("real ↔ its reconstruction", "real"),
    column("fake ↔ its reconstruction", "fake"),
    column("real − fake", "gap"),
  ]);
}

/** How soon each variant was as good as it became on the validation split; null where no run has epochs. */
export function epochsTable(records: readonly RunRecord[]): string | null {
  const rows = byMethod(records).map(([name, own]) => ({ name, own, found: arrivals(own) }));
  if (rows.every(({ found }) => found.length === 0)) return null;
  return markdownTable([
    { title: "variant", cells: rows.map(({ name }) => name) },
    { title: "epoch, by seed", cells: rows.map(({ found }) => found.map(({ epoch }) => epoch).join(", ") || "–") },
    { title: "mean", cells: rows.map(({ found }) => over(found.map(({ epoch }) => epoch), 1)), right: true },
    { title: "of", cells: rows.map(({ own }) => `${Math.max(...own.map((run) => run.history.length))}`), right: true },
    {
      title: "best accuracy, %",
      cells: rows.map(({ found }) => found.map(({ best }) => percent(best)).join(", ") || "–"),
      right: true,
    },
  ]);
}

/** Wall time of training, by variant. */
export function timeTable(records: readonly RunRecord[]): string {
  const rows = byMethod(records);
  const seconds = rows.map(([, own]) => own.map((record) => record.seconds));
  return markdownTable([
    { title: "variant", cells: rows.map(([name]) => name) },
    { title: "seconds a run", cells: seconds.map((values) => over(values, 0)), right: true },
    {
      title: "all seeds",
      cells: seconds.map((values) => duration(values.reduce((sum, value) => sum + value, 0))),
      right: true,
    },
  ]);
}

function byMethod(records: readonly RunRecord[]): [string, RunRecord[]][] {
  return [...Map.groupBy(records, ({ experiment }) => experiment.name)];
}

/** Mean ± standard deviation, a dash of nothing. */
function over(values: readonly number[], digits: number): string {
  const found = meanAndSpread(values);
  return found === null ? "–" : spread(found, digits);
}
