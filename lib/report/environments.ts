/** Where and with what runs were made, as a page tells it. */
import type { RunRecord } from "../types.ts";
import { escapeHtml, join } from "./html.ts";
import { groupMethods } from "./methods.ts";
import { duration } from "./numbers.ts";
import { sortableHtml } from "./sortable.ts";
import { plural } from "./text.ts";

/** A name, and what stands behind it. */
export type Fact = readonly [name: string, value: string];

/** Of one run, in the order in which a reader asks. */
export function environmentFacts({ environment }: Pick<RunRecord, "environment">): Fact[] {
  const { backend, threads, packages, hashes, ...rest } = environment;
  return [
    ["backend", `${backend}, ${plural(threads, "thread")}`],
    ...Object.entries(rest).map(([name, value]): Fact => [name, value ?? "none"]),
    ["packages", Object.entries(packages).map(([name, version]) => `${name} ${version}`).join(", ") || "none"],
    ...Object.entries(hashes).map(([file, hash]): Fact => [`SHA-256 of ${file}`, hash]),
  ];
}

/** Facts as a list of names and values. */
export function factsHtml(facts: readonly Fact[]): string {
  return `<dl>${join(facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`))}</dl>`;
}

/** What all runs share as a list, and what they do not as a table with a row for each run. */
export function environmentsHtml(records: readonly RunRecord[]): string {
  const each = records.map((record) => new Map(environmentFacts(record)));
  const names = [...new Set(each.flatMap((facts) => [...facts.keys()]))];
  const isShared = (name: string): boolean => each.every((facts) => facts.get(name) === each[0].get(name));
  const shared = names.filter(isShared).map((name): Fact => [name, each[0].get(name)!]);
  const apart = names.filter((name) => !isShared(name));
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const memory = Math.max(...records.map(({ megabytes }) => megabytes));
  return join([
    factsHtml([
      ["time", `${duration(seconds)} for ${plural(records.length, "run")}`],
      ["memory", `${Math.round(memory)} MB at most`],
      ...shared,
    ]),
    ...(apart.length === 0 ? [] : [differingHtml(records, apart)]),
  ]);
}

function differingHtml(records: readonly RunRecord[], names: readonly string[]): string {
  const named = groupMethods(records).flatMap(({ name, records }) => records.map((record) => ({ name, record })));
  return sortableHtml({
    caption: "In what the environments of the runs differ: a row for each run.",
    corner: "Run",
    wraps: true,
    columns: names.map((title) => ({ title, texts: true })),
    rows: named.map(({ name, record }) => {
      const facts = new Map(environmentFacts(record));
      return {
        head: { text: name, under: `seed ${record.experiment.seed}` },
        cells: names.map((name) => facts.has(name) ? { text: facts.get(name)! } : null),
      };
    }),
  });
}
