/** From records to tables, figures and a page. Reads records only, and needs no backend. */
import { bars } from "./bars.ts";
import { curves } from "./curves.ts";
import { distances } from "./distances.ts";
import { dots } from "./dots.ts";
import { epochs } from "./epochs.ts";

export { type Arrival, type ArrivalOptions, arrivals, epochsToReach } from "./arrivals.ts";
export { bars, type BarsOptions } from "./bars.ts";
export {
  compare,
  type CompareOptions,
  type CompareRow,
  type DifferenceOptions,
  type DifferenceRow,
  differences,
  methodNames,
  type Role,
} from "./compare.ts";
export { type CorruptionOptions, type CorruptionRow, corruptionRows, corruptionText } from "./corruptions.ts";
export { type CrossOptions, type CrossRow, crossTable, crossText } from "./cross.ts";
export { curves, type CurvesOptions } from "./curves.ts";
export { distances, hasDistances, type LastDistances, lastDistances } from "./distances.ts";
export { dots, type DotsOptions } from "./dots.ts";
export { epochs, type EpochsOptions } from "./epochs.ts";
export { everyMetric, type EveryMetricOptions, type MetricRole, type MetricRow } from "./every_metric.ts";
export type { Figure } from "./figure.ts";
export { comparisonMarkdown, differenceMarkdown, markdownTable, markdownText } from "./markdown.ts";
export { duration, meanAndSpread, percent, points, pointsInterval, type Spread, spread } from "./numbers.ts";
export { EPOCHS_NOTE, meansText } from "./means_text.ts";
export { everyMetricText, METRICS_NOTE, metricsText } from "./metrics_text.ts";
export { type Measured, overview, type OverviewRow } from "./overview.ts";
export { overviewText } from "./overview_text.ts";
export { type NextStep, page, type PageOptions, type Published } from "./page.ts";
export { differencesBySeed, type SeedDifference } from "./seeds.ts";
export {
  differenceSentence,
  type Finding,
  finding,
  intervalNote,
  probeNote,
  type SentenceOptions,
} from "./sentence.ts";
export { alignedText, comparisonText, differenceText, type TextColumn, type TextOptions, textWidth } from "./text.ts";

/** Figures, each from a table or from records. */
export const plot = { bars, curves, distances, dots, epochs } as const;
