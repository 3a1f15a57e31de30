import type { ColumnTable } from "arquero";
import { type Metric, overGenerators } from "../metrics/mod.ts";
import type { Metrics } from "../types.ts";
import type { MetricRow } from "./every_metric.ts";
import { fixed, fixedInterval, percent, percentInterval } from "./numbers.ts";
import { alignedText, type TextColumn, type TextOptions } from "./text.ts";

/** How a metric is called above a narrow column and in a line of its own; shares are told in per cent. */
interface Title {
  readonly short: string;
  readonly long: string;
  readonly share: boolean;
}

const share = (short: string, long: string): Title => ({ short: `${short} %`, long: `${long}, %`, share: true });
const plain = (short: string, long: string): Title => ({ short, long, share: false });

const titles: Readonly<Record<Metric, Title>> = {
  accuracy: share("acc.", "accuracy"),
  balancedAccuracy: share("balanced", "balanced accuracy"),
  realAccuracy: share("real", "real accuracy"),
  fakeAccuracy: share("fake", "fake accuracy"),
  precision: share("precision", "precision"),
  recall: share("recall", "recall"),
  f1: share("F1", "F1"),
  falseNegativeRate: share("FNR", "false-negative rate"),
  bestAccuracy: share("best ≤", "accuracy at best threshold ≤"),
  auc: share("AUC", "AUC"),
  averagePrecision: share("AP", "average precision"),
  tprAt1Fpr: share("TPR@1", "TPR at 1 % FPR"),
  tprAt5Fpr: share("TPR@5", "TPR at 5 % FPR"),
  eer: share("EER", "equal error rate"),
  brier: plain("Brier", "Brier score"),
  nll: plain("NLL", "negative log-likelihood"),
  ece15: plain("ECE", "expected calibration error"),
};

/** How a metric is called in a sentence, and whether it is a share, which is told in per cent. */
export function metricWords(metric: Metric): { readonly name: string; readonly share: boolean } {
  const { long, share } = titles[metric];
  return { name: share ? long.slice(0, -", %".length) : long, share };
}

/** Recall is the accuracy on fakes, and has no column beside it. */
const COLUMNS: readonly (readonly Metric[])[] = [
  [
    "accuracy",
    "balancedAccuracy",
    "realAccuracy",
    "fakeAccuracy",
    "precision",
    "f1",
    "falseNegativeRate",
    "bestAccuracy",
  ],
  ["auc", "averagePrecision", "tprAt1Fpr", "tprAt5Fpr", "eer", "brier", "nll", "ece15"],
];

/** What the signs of {@linkcode metricsText} and {@linkcode everyMetricText} mean. */
export const METRICS_NOTE =
  "“fake %” is recall too; “≤” is an upper bound: that threshold was chosen on the test images.";

/** One line of numbers. */
export interface MetricsLine {
  readonly name: string;
  /** Metrics that are not known leave their cell empty. */
  readonly metrics: Readonly<Partial<Record<Metric, number | null>>>;
}

/**
 * Metrics as two texts for a terminal, a line for each name: what hangs on where fake begins, then the rest. Metrics that
 * no line has are left out.
 *
 * @param columns further ones, behind the names of the first text
 */
export function metricLines(
  lines: readonly MetricsLine[],
  { title, columns = [], width = 100 }: TextOptions & {
    readonly title: string;
    readonly columns?: readonly TextColumn[];
  },
): string {
  const names: TextColumn = { title, cells: lines.map(({ name }) => name), shrinks: true };
  const texts = COLUMNS.map((metrics, i) => {
    const known = metrics.filter((metric) => lines.some(({ metrics }) => typeof metrics[metric] === "number"));
    const further = i === 0 ? columns : [];
    return known.length + further.length === 0 ? null : alignedText([
      names,
      ...further,
      ...known.map((metric): TextColumn => ({
        title: titles[metric].short,
        cells: lines.map(({ metrics }) => number(metric, metrics[metric])),
        right: true,
      })),
    ], { width });
  });
  return texts.filter((text) => text !== null).join("\n\n");
}

/**
 * The metrics of a record, a line for each test set: the definition's own, their mean, standard deviation and ends, then
 * those that were scored later.
 */
export function metricsText(metrics: Readonly<Record<string, Metrics>>, options: TextOptions = {}): string {
  const rows = Object.entries(metrics);
  const mean = rows.findIndex(([set]) => set === "mean");
  const own = mean < 0 ? rows : rows.slice(0, mean);
  const later = mean < 0 ? [] : rows.slice(mean + 1);
  const over = own.length < 2 ? null : overGenerators(Object.fromEntries(own));
  const lineOf = (name: string, of: "deviation" | "minimum" | "maximum"): MetricsLine => ({
    name,
    metrics: Object.fromEntries(Object.entries(over!).map(([metric, values]) => [metric, values[of]])),
  });
  return metricLines([
    ...own.map(([name, metrics]) => ({ name, metrics })),
    ...(mean < 0 ? [] : [{ name: later.length > 0 ? "mean of the above" : "mean", metrics: rows[mean][1] }]),
    ...(over === null ? [] : [
      lineOf("standard deviation", "deviation"),
      lineOf("minimum", "minimum"),
      lineOf("maximum", "maximum"),
    ]),
    ...later.map(([name, metrics]) => ({ name, metrics })),
  ], { title: "tested on", ...options });
}

/**
 * One method's metrics over its test sets as text for a terminal, a line for each: mean over sets, mean over unseen ones
 * and all images at once, with 95 % intervals. "(frozen)" stands behind what is told at the frozen threshold.
 *
 * @param table what `everyMetric` gives, the rows of one method
 */
export function everyMetricText(table: ColumnTable, { width = 100 }: TextOptions = {}): string {
  const rows = table.objects() as MetricRow[];
  const lines = [...Map.groupBy(rows, ({ metric, threshold }) => `${metric} ${threshold}`).values()];
  const column = (title: string, role: MetricRow["role"]): TextColumn[] => {
    const cells = lines.map((line) => {
      const row = line.find((row) => row.role === role);
      return row === undefined ? "" : cell(row);
    });
    return cells.every((text) => text === "") ? [] : [{ title, cells, right: true }];
  };
  const several = lines[0].some(({ role }) => role === "deviation");
  return alignedText([
    {
      title: "metric",
      cells: lines.map(([row]) => metricName(row)),
    },
    ...column(several ? "mean over sets" : rows[0].set, "mean"),
    ...column("mean of unseen", "mean of unseen"),
    ...column("all images", "pooled"),
  ], { width });
}

/** What a row of `everyMetric` measures, in words; "(frozen)" behind what is told at the frozen threshold. */
export function metricName({ metric, threshold }: Pick<MetricRow, "metric" | "threshold">): string {
  return `${titles[metric].long}${threshold === "frozen" ? " (frozen)" : ""}`;
}

/** The number of a row of `everyMetric` as a reader sees it, and the ends of its interval where it has one. */
export function metricNumbers({ metric, value, low, high }: MetricRow): { text: string; under?: string } {
  const ends = low === null || high === null ? {} : { under: `${number(metric, low)}–${number(metric, high)}` };
  return { text: number(metric, value), ...ends };
}

function cell({ metric, value, low, high }: MetricRow): string {
  if (low === null || high === null) return number(metric, value);
  return titles[metric].share ? percentInterval(value, low, high) : fixedInterval(value, { low, high }, 3);
}

function number(metric: Metric, value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return titles[metric].share ? percent(value) : fixed(value, 3);
}
