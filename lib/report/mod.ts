/** From records to tables, figures and a page. Reads records only, and needs no backend. */
import { ablation } from "./ablation.ts";
import { bars } from "./bars.ts";
import { benchHistory } from "./bench_history.ts";
import { calibration } from "./calibration.ts";
import { cost } from "./cost.ts";
import { curves } from "./curves.ts";
import { distances } from "./distances.ts";
import { dots } from "./dots.ts";
import { embedding } from "./embedding.ts";
import { ensemble } from "./ensemble.ts";
import { epochs } from "./epochs.ts";
import { errorMaps } from "./error_maps.ts";
import { heatmap } from "./heatmap.ts";
import { matrix } from "./matrix.ts";
import { montage } from "./montage.ts";
import { pairDistances } from "./pair_distances.ts";
import { robustness } from "./robustness.ts";
import { roc } from "./roc.ts";
import { timesteps } from "./timesteps.ts";

export { type Arrival, type ArrivalOptions, arrivals, epochsToReach } from "./arrivals.ts";
export { ablation, type AblationOptions } from "./ablation.ts";
export { ablationMarkdown } from "./ablation_markdown.ts";
export { bars, type BarsOptions } from "./bars.ts";
export { benchHistory, type BenchHistoryOptions, type BenchRun } from "./bench_history.ts";
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
export {
  type Apart,
  apartText,
  type Claim,
  claimSentence,
  judge,
  type Judgement,
  type Verdict,
  verdictText,
} from "./claims.ts";
export { type ClaimRow, claimRows, CLAIMS_NOTE, claimsMarkdown, type PublishedFigure } from "./claims_markdown.ts";
export { calibration, type CalibrationOptions } from "./calibration.ts";
export { type Cost, cost } from "./cost.ts";
export { type CorruptionOptions, type CorruptionRow, corruptionRows, corruptionText } from "./corruptions.ts";
export { type CrossOptions, type CrossRow, crossTable, crossText } from "./cross.ts";
export { curves, type CurvesOptions } from "./curves.ts";
export { distances, hasDistances, type LastDistances, lastDistances } from "./distances.ts";
export { dots, type DotsOptions } from "./dots.ts";
export { epochs, type EpochsOptions } from "./epochs.ts";
export { everyMetric, type EveryMetricOptions, type MetricRole, type MetricRow } from "./every_metric.ts";
export type { EmbeddedGroup, EmbeddedModel, EmbeddedRow } from "./embedded.ts";
export { embedding } from "./embedding.ts";
export { ensemble, type EnsembleRow } from "./ensemble.ts";
export { errorMaps, type ErrorMapsOptions, type MappedImage, type PlaceMap } from "./error_maps.ts";
export type { Figure } from "./figure.ts";
export { heatmap, type HeatmapOptions } from "./heatmap.ts";
export { matrix, type MatrixCell, type MatrixOptions } from "./matrix.ts";
export { montage, mostWrong, type WrongImage, type WrongPicture } from "./montage.ts";
export { pairDistances } from "./pair_distances.ts";
export { robustness, type RobustnessOptions, type RobustnessRow } from "./robustness.ts";
export { roc, type RocOptions } from "./roc.ts";
export { type TimestepError, timesteps } from "./timesteps.ts";
export { gainsOfLast } from "./gains.ts";
export { comparisonMarkdown, differenceMarkdown, markdownPicture, markdownTable, markdownText } from "./markdown.ts";
export { duration, meanAndSpread, percent, points, pointsInterval, type Spread, spread } from "./numbers.ts";
export { EPOCHS_NOTE, meansText } from "./means_text.ts";
export { everyMetricText, METRICS_NOTE, metricsText } from "./metrics_text.ts";
export { type Headline, headline } from "./headline.ts";
export { comparedPairs, type PairRow, pairRows, pairsMarkdown } from "./pairs.ts";
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
export const plot = {
  ablation,
  bars,
  benchHistory,
  calibration,
  cost,
  curves,
  distances,
  dots,
  embedding,
  ensemble,
  epochs,
  errorMaps,
  heatmap,
  matrix,
  montage,
  pairDistances,
  robustness,
  roc,
  timesteps,
} as const;
