/** What runs hold as tables of one row a thing: scores, steps, epochs, comparisons. */
import type { ColumnTable } from "../report/table.ts";
import type { RunRecord, ScoreColumns, Split } from "../types.ts";
import type { Rows } from "./table_file.ts";

/** A table of runs, and which of its columns of numbers are fractions even where all of them are whole. */
export interface RunTable {
  readonly rows: ColumnTable | Rows;
  readonly fractions: (column: string) => boolean;
}

/** Tables by name. */
export const runTables: Readonly<Record<TableName, (records: readonly RunRecord[]) => Promise<RunTable>>> = {
  /** A row for each method and test set, with intervals, as `compare` gives it. */
  compare: async (records) => ({
    rows: (await import("../report/mod.ts")).compare(records),
    fractions: (column) => /^(accuracy|auc|averagePrecision|epochsToReach)/.test(column),
  }),
  /** A row for each metric of each method on each test set, as `everyMetric` gives it. */
  metrics: async (records) => ({
    rows: (await import("../report/mod.ts")).everyMetric(records),
    fractions: (column) => ["value", "low", "high"].includes(column),
  }),
  /** A row for each image that was scored, of the test sets and of validation. */
  scores: (records) => told(records.flatMap(scoreRows), (column) => column === "score"),
  /** A row for each epoch of each run. */
  history: (records) => told(records.flatMap(historyRows), (column) => !counts.has(column)),
  /** A row for each step of each run. */
  steps: (records) => told(records.flatMap(stepRows), (column) => !counts.has(column)),
};

/** Name of a table of runs. */
export type TableName = "compare" | "metrics" | "scores" | "history" | "steps";

/** Numbers that are counted. */
const counts: ReadonlySet<string> = new Set(["seed", "epoch", "step"]);

function told(rows: Rows, fractions: (column: string) => boolean): Promise<RunTable> {
  return Promise.resolve({ rows, fractions });
}

type Row = Readonly<Record<string, unknown>>;

function scoreRows(record: RunRecord): Row[] {
  const { scores, validation } = record;
  return [
    ...splitRows(record, scores, "test"),
    ...validation === null ? [] : splitRows(record, validation, "validation"),
  ];
}

function splitRows(record: RunRecord, columns: ScoreColumns, split: Split): Row[] {
  const { id, source, generator, set, corruption, label, score } = columns;
  return id.map((sample, i) => ({
    ...runOf(record),
    split,
    ...{ sample, source: source[i], generator: generator[i], test_set: set[i], corruption: corruption[i] },
    ...{ label: label[i] === 1 ? "fake" : "real", score: score[i] },
  }));
}

function historyRows(record: RunRecord): Row[] {
  return record.history.map(({ epoch, step, rate, loss, validation, distances, seconds, megabytes }) => ({
    ...runOf(record),
    ...{ epoch, step, rate },
    ...named("loss", loss),
    ...named("validation", validation),
    ...named("distance", distances ?? { real: null, fake: null }),
    ...named("seconds", seconds),
    ...named("megabytes", megabytes ?? { data: null, step: null, evaluate: null }),
  }));
}

function stepRows(record: RunRecord): Row[] {
  return record.steps.map(({ epoch, step, loss }) => ({ ...runOf(record), epoch, step, ...named("loss", loss) }));
}

/** What says of which run a row is. */
function runOf({ id, experiment: { name, seed } }: RunRecord): Row {
  return { run: id.slice(0, 12), name, seed };
}

/** Values under names that say what they are of: `loss.total`. */
function named(prefix: string, values: object): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}
