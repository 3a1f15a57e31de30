import type { ColumnTable } from "arquero";
import type { SeedInterval } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import type { CompareRow, DifferenceRow } from "./compare.ts";
import { told } from "./definition.ts";
import { distanceTitles, type LastDistances } from "./distances.ts";
import { groupMethods, type Method } from "./methods.ts";
import { duration, fixed, metricTitles, percent, points, probability, type Spread } from "./numbers.ts";
import { meanRow } from "./sentence.ts";
import { type Cell, type Row, sortableHtml } from "./sortable.ts";
import { meansFirst, plural, setName } from "./text.ts";
import { variations } from "./variants.ts";

type Metric = keyof typeof metricTitles;

const metricNames = Object.keys(metricTitles) as Metric[];

/** A comparison as an HTML table of one number: methods down, test sets across, each with its interval; the probe last. */
export function comparisonHtml(table: ColumnTable, { metric }: { readonly metric: Metric }): string {
  const rows = meansFirst(table.objects() as CompareRow[]);
  const columns = [...new Map(rows.map((row) => [setName(row), { mean: row.role.startsWith("mean") }]))];
  const heads = [...new Map(rows.map((row) => [`${row.kind} ${row.method}`, row])).values()];
  return sortableHtml({
    caption:
      `${metricTitles[metric]} in per cent: a row for each method, a column for each test set; below each number ` +
      "its 95 % interval.",
    corner: "Method",
    columns: columns.map(([title, rest]) => ({ title, ...rest })),
    rows: heads.map((head): Row => {
      const own = rows.filter(({ kind, method }) => kind === head.kind && method === head.method);
      return {
        head: head.kind === "probe"
          ? { text: head.method, under: "probe" }
          : head.seeds > 1
          ? { text: head.method, under: plural(head.seeds, "seed") }
          : { text: head.method },
        cells: columns.map(([title]): Cell | null => {
          const row = own.find((row) => setName(row) === title);
          return row === undefined ? null : {
            text: percent(row[metric]),
            under: `${percent(row[`${metric}Low`])}–${percent(row[`${metric}High`])}`,
            value: row[metric],
          };
        }),
        last: head.kind === "probe",
      };
    }),
  });
}

/** Paired differences as an HTML table: test sets down, accuracy, AUC and average precision across. */
export function differenceHtml(table: ColumnTable): string {
  const rows = meansFirst(table.objects() as DifferenceRow[]);
  const [{ of, against }] = rows;
  return sortableHtml({
    caption:
      `${of} − ${against}, paired: a row for each test set; below each difference its 95 % interval and p-value.`,
    corner: "Tested on",
    columns: differenceColumns(rows),
    rows: rows.map((row) => ({
      head: { text: setName(row) },
      cells: differenceCells(row, rows),
      mean: row.role.startsWith("mean"),
    })),
  });
}

/** Several paired differences as an HTML table: pairs down, each over the unseen generators or all test sets. */
export function gainsHtml(tables: readonly ColumnTable[]): string {
  const means = tables.map(meanRow);
  const unseen = means.some(({ role }) => role === "mean of unseen");
  return sortableHtml({
    caption: "Paired differences in percentage points, each a mean over " +
      `${
        unseen ? "the test sets whose generators were not trained on" : "all test sets"
      }, with its 95 % interval and the p-value of the paired bootstrap.`,
    corner: "Difference",
    columns: differenceColumns(means),
    rows: means.map((row) => ({ head: { text: `${row.of} − ${row.against}` }, cells: differenceCells(row, means) })),
  });
}

/** A column for each metric, and one for McNemar's test where any of the rows has it. */
function differenceColumns(rows: readonly DifferenceRow[]): { title: string }[] {
  return [
    ...metricNames.map((metric) => ({ title: `${metricTitles[metric]}, points` })),
    ...(rows.every(({ mcnemarP }) => mcnemarP === null) ? [] : [{ title: "McNemar, p" }]),
  ];
}

function differenceCells(row: DifferenceRow, rows: readonly DifferenceRow[]): (Cell | null)[] {
  const { mcnemarP } = row;
  return [
    ...metricNames.map((metric) => ({
      text: points(row[metric]),
      under: `${points(row[`${metric}Low`])} to ${points(row[`${metric}High`])}, p ${probability(row[`${metric}P`])}`,
      value: row[metric],
    })),
    ...(rows.every(({ mcnemarP }) => mcnemarP === null) ? [] : [
      mcnemarP === null ? null : { text: probability(mcnemarP), value: mcnemarP },
    ]),
  ];
}

/** How many epochs each method takes until it is as good as it becomes, as an HTML table. */
export function arrivalsHtml(rows: readonly { readonly name: string; readonly epochs: SeedInterval | null }[]): string {
  return sortableHtml({
    caption:
      "First epoch whose validation accuracy is within half a point of the run's best: the mean over seeds, below " +
      "it Student's 95 % interval over them.",
    corner: "Method",
    columns: [{ title: "epochs to reach" }],
    rows: rows.map(({ name, epochs }) => ({
      head: { text: name },
      cells: [
        epochs === null ? null : {
          text: fixed(epochs.value, 1),
          value: epochs.value,
          ...(epochs.low === null || epochs.high === null
            ? {}
            : { under: `${fixed(epochs.low, 1)}–${fixed(epochs.high, 1)}` }),
        },
      ],
    })),
  });
}

/** How the definitions of some methods differ, as an HTML table: paths down, methods across. */
export function variationsHtml(methods: readonly Method[]): string {
  return sortableHtml({
    caption: "In what the definitions differ: a row for each place, a column for each method.",
    corner: "Where",
    wraps: true,
    columns: methods.map(({ name }) => ({ title: name, texts: true })),
    rows: variations(methods).map(({ path, values }) => ({
      head: { text: path },
      cells: values.map((value) => {
        if (value === null) return null;
        if (typeof value === "number") return { text: JSON.stringify(value), value };
        return { text: typeof value === "boolean" ? String(value) : told(value) ?? "none" };
      }),
    })),
  });
}

/** Embedding distances after the last epoch as an HTML table: methods down. */
export function distancesHtml(rows: readonly LastDistances[]): string {
  const cell = (value: Spread | null): Cell | null =>
    value === null ? null : {
      text: fixed(value.mean, 3),
      value: value.mean,
      ...(value.deviation === null ? {} : { under: `± ${fixed(value.deviation, 3)}` }),
    };
  return sortableHtml({
    caption: "Distance of unit embeddings after the last epoch: a row for each method, the mean over its seeds.",
    corner: "Method",
    columns: [distanceTitles.real, distanceTitles.fake, "real − fake"].map((title) => ({ title })),
    rows: rows.map(({ method, seeds, real, fake, gap }) => ({
      head: seeds === 1 ? { text: method } : { text: method, under: plural(seeds, "seed") },
      cells: [real, fake, gap].map(cell),
    })),
  });
}

/** Runs as an HTML table, one a row. */
export function runsHtml(records: readonly RunRecord[]): string {
  const named = groupMethods(records).flatMap(({ name, records }) => records.map((record) => ({ name, record })));
  return sortableHtml({
    caption: "The runs: a row for each.",
    corner: "Run",
    columns: [
      { title: "id", texts: true },
      ...["seed", "steps", "time", "memory, MB"].map((title) => ({ title })),
      { title: "backend", texts: true },
      { title: "began, UTC", texts: true },
    ],
    rows: named.map(({ name, record: { id, experiment, environment, steps, seconds, megabytes, started } }) => ({
      head: { text: name },
      cells: [
        { text: id.slice(0, 12) },
        { text: String(experiment.seed), value: experiment.seed },
        { text: String(steps.at(-1)?.step ?? 0), value: steps.at(-1)?.step ?? 0 },
        { text: duration(seconds), value: seconds },
        { text: String(Math.round(megabytes)), value: megabytes },
        { text: `${environment.backend}, ${plural(environment.threads, "thread")}` },
        { text: started.slice(0, 16).replace("T", " ") },
      ],
    })),
  });
}
