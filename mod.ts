/**
 * Counterproof: find out, reproducibly, how to tell generated images from photographs.
 *
 * An experiment is a value; a variation of it is another value. Guides stand in `docs/guides`, the published recipes in
 * `experiments`; here is every name, by what it is for.
 *
 * - **Definitions.** {@linkcode experiment}, {@linkcode derive}, {@linkcode grid}, {@linkcode diff},
 *   {@linkcode fingerprint}, {@linkcode part}; {@linkcode crossGenerators} and {@linkcode crossData} make whole
 *   cross-validations.
 * - **Data.** {@linkcode genImage}, {@linkcode drct2M}, {@linkcode aligned}, {@linkcode elsaD3}, {@linkcode lareList},
 *   {@linkcode forenSynths}, {@linkcode universalFakeDetect}, {@linkcode folders}, {@linkcode pocket}; around any of them
 *   {@linkcode reencoded} and {@linkcode matched}. {@linkcode audit} tells what a data set gives away,
 *   {@linkcode preview} shows what a network sees of it.
 * - **Reconstructions.** {@linkcode existing}, {@linkcode inpainting}, {@linkcode vae}, {@linkcode ddim},
 *   {@linkcode img2img}, {@linkcode residual}, {@linkcode latentError}.
 * - **What is seen.** Views: {@linkcode crop}, {@linkcode shortSide}, {@linkcode longSide}, {@linkcode square}. Changes in
 *   training: {@linkcode Augmentation}.
 * - **Networks.** {@linkcode convnext}, {@linkcode clip}, {@linkcode resnet}; {@linkcode errorGuided}; {@linkcode linear},
 *   {@linkcode mlp}.
 * - **Training.** Losses: {@linkcode Loss}. {@linkcode adamW}, {@linkcode adam}, {@linkcode sgd}, {@linkcode sam};
 *   {@linkcode constant}, {@linkcode cosine}, {@linkcode plateau}; {@linkcode validationThreshold}.
 * - **Running.** {@linkcode run}, {@linkcode events}, {@linkcode startDetached}, {@linkcode evaluate},
 *   {@linkcode detect}, {@linkcode openDetector}; {@linkcode listRuns}, {@linkcode findRuns}, {@linkcode readRecord}.
 * - **Results.** {@linkcode compare}, {@linkcode differences}, {@linkcode everyMetric}, {@linkcode corruptionRows},
 *   {@linkcode crossTable} make tables, {@linkcode plot} makes figures, {@linkcode page} a page,
 *   {@linkcode savePicture} a picture.
 * - **Other programs.** {@linkcode exportOnnx} and {@linkcode exportModel} write a detector, {@linkcode writeTensorBoard}
 *   and {@linkcode tensorBoard} a run, {@linkcode exportTable} any table.
 *
 * @example
 * ```ts
 * import { contrastive, derive, diff } from "./mod.ts";
 * import { dual, onPocket } from "./experiments/dual_loss.ts";
 *
 * const base = onPocket(dual({ λ: 0.05 }));
 * const loss = { contrastive: contrastive({ margin: 0.2 }) };
 * const wider = derive(base, { name: "wider margin", loss });
 * diff([base, wider]); // [{ path: "loss.contrastive.margin", values: [0, 0.2] }]
 * ```
 *
 * @module
 */
import "./lib/notebook/enable.ts"; // for its effect: in a notebook, tables and figures show themselves

export {
  type Augmentation,
  type Blur,
  blur,
  type BrightnessContrast,
  brightnessContrast,
  type CoarseDropout,
  coarseDropout,
  type Compress,
  compress,
  type CompressFormat,
  type Crop,
  crop,
  type Cutout,
  cutout,
  type D4,
  d4,
  type FancyPca,
  fancyPca,
  type Flip,
  flip,
  type Grey,
  grey,
  type GridDropout,
  gridDropout,
  type HueSaturationValue,
  hueSaturationValue,
  type Jitter,
  jitter,
  type KernelBlur,
  kernelBlur,
  type LongSide,
  longSide,
  type Noise,
  noise,
  type OneOf,
  oneOf,
  type Rescale,
  rescale,
  type ResizedCrop,
  resizedCrop,
  type Rotate90,
  rotate90,
  type ShiftScaleRotate,
  shiftScaleRotate,
  type ShortSide,
  shortSide,
  type SimpleAugmentation,
  type Square,
  square,
  type View,
} from "./lib/augment/mod.ts";
export {
  type Corruption,
  corruptionName,
  corruptionOf,
  type Step as CorruptionStep,
} from "./lib/augment/corruption.ts";
export { protocols, type RobustnessAxes, robustnessAxes, robustnessGrid } from "./lib/augment/robustness.ts";
export { type Audit, audit, auditEvents, type AuditOptions } from "./lib/audit/audit.ts";
export { auditFigures, type Captioned } from "./lib/audit/figures.ts";
export { everySplit, type Group, type Source } from "./lib/audit/listing.ts";
export { auditPage } from "./lib/audit/page.ts";
export { auditText } from "./lib/audit/text.ts";
export type { Decided, Sweep, SweepEvent, SweepTable } from "./lib/cluster/events.ts";
export type { Halving } from "./lib/cluster/halving.ts";
export type { Resources } from "./lib/cluster/place.ts";
export type { SweepRow } from "./lib/cluster/rows.ts";
export { sweep, sweepEvents, type SweepOptions } from "./lib/cluster/sweep.ts";
export { crossData, type CrossedData, crossGenerators } from "./lib/cross.ts";
export { diff, type Difference } from "./lib/definition/diff.ts";
export { type DrawAxes, draws, logUniform, type Range, uniform } from "./lib/definition/draws.ts";
export { fingerprint } from "./lib/definition/fingerprint.ts";
export { type Axes, type Coordinate, grid, type Tagged } from "./lib/definition/grid.ts";
export { type Given, type Maker, type Options, type Part, part, type Rules } from "./lib/definition/part.ts";
export type { Patch } from "./lib/definition/patch.ts";
export { type Backend, type BackendName, closeBackend, useBackend } from "./lib/engine/backend.ts";
export {
  detect,
  type Detection,
  type DetectOptions,
  type ImageGiven,
  type Judged,
  type Unjudged,
} from "./lib/detect/detect.ts";
export type { Detector, DetectorPlaces } from "./lib/detect/detector.ts";
export type { Judgement, Rates } from "./lib/detect/judgement.ts";
export { openDetector } from "./lib/detect/open.ts";
export type { Tested } from "./lib/detect/tested.ts";
export type { Tiling } from "./lib/data/tiles.ts";
export type { Agreement } from "./lib/evaluate/agreement.ts";
export {
  type Altered,
  evaluate,
  type EvaluateEvent,
  evaluateEvents,
  type EvaluateOptions,
  type Evaluation,
} from "./lib/evaluate_run.ts";
export { type Embedding, type EmbeddingOptions, embeddings } from "./lib/embeddings.ts";
export { derive, type Experiment, experiment, type ExperimentInput } from "./lib/experiment.ts";
export {
  type Aligned,
  aligned,
  type Drct2M,
  drct2M,
  type Drct2MGenerator,
  drct2MGenerators,
  type ElsaD3,
  elsaD3,
  type Folders,
  folders,
  type ForenSynths,
  forenSynths,
  type GenImage,
  genImage,
  type GenImageGenerator,
  type LareList,
  lareList,
  type Layout,
  type Matched,
  matched,
  type Pocket,
  pocket,
  type PocketGenerator,
  pocketGenerators,
  type Reencoded,
  reencoded,
  type UniversalFakeDetect,
  universalFakeDetect,
  type UniversalFakeDetectGenerator,
} from "./lib/layouts/mod.ts";
export {
  type Auc,
  auc,
  type BinaryCrossEntropy,
  binaryCrossEntropy,
  type Contrastive,
  contrastive,
  type CrossEntropy,
  crossEntropy,
  type Cvar,
  cvar,
  type Loss,
  type MarginContrastive,
  marginContrastive,
  type ReconstructionTriplet,
  reconstructionTriplet,
  type SupervisedContrastive,
  supervisedContrastive,
} from "./lib/losses/mod.ts";
export { describe, description } from "./lib/models/describe.ts";
export {
  type Backbone,
  type Clip,
  clip,
  type ClipVariant,
  type Convnext,
  convnext,
  type ErrorGuided,
  errorGuided,
  type Head,
  linear,
  type LinearHead,
  mlp,
  type MlpHead,
  type Refinement,
  type Resnet,
  resnet,
} from "./lib/models/mod.ts";
export {
  type Adam,
  adam,
  type AdamW,
  adamW,
  type Optimizer,
  type Sam,
  sam,
  type Sgd,
  sgd,
} from "./lib/optimizers/mod.ts";
export {
  type Ddim,
  ddim,
  type Existing,
  existing,
  type Img2img,
  img2img,
  type Inpainting,
  inpainting,
  type LatentError,
  latentError,
  type Reconstruction,
  type Residual,
  residual,
  type Vae,
  vae,
} from "./lib/reconstruct/mod.ts";
export {
  type AblationOptions,
  type BarsOptions,
  type BenchHistoryOptions,
  type BenchRun,
  type CalibrationOptions,
  compare,
  type CompareOptions,
  comparisonText,
  type CorruptionOptions,
  type CorruptionRow,
  corruptionRows,
  corruptionText,
  type Cost,
  type CrossOptions,
  type CrossRow,
  crossTable,
  crossText,
  type CurvesOptions,
  type DifferenceOptions,
  differences,
  differencesBySeed,
  differenceSentence,
  differenceText,
  type DotsOptions,
  type EmbeddedGroup,
  type EmbeddedModel,
  type EmbeddedRow,
  type EnsembleRow,
  type EpochsOptions,
  type ErrorMapsOptions,
  everyMetric,
  type EveryMetricOptions,
  everyMetricText,
  type Figure,
  finding,
  type HeatmapOptions,
  type LastDistances,
  lastDistances,
  type MappedImage,
  type MatrixCell,
  type MatrixOptions,
  methodNames,
  type MetricRole,
  type MetricRow,
  metricsText,
  mostWrong,
  overview,
  page,
  type PageOptions,
  type PlaceMap,
  plot,
  probeNote,
  type Published,
  type RobustnessOptions,
  type RobustnessRow,
  type RocOptions,
  type Role,
  type TimestepError,
  type WrongImage,
  type WrongPicture,
} from "./lib/report/mod.ts";
export {
  calibrated,
  type Calibration,
  type Column,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
  type FrozenThreshold,
  frozenThreshold,
  frozenThresholds,
  type FrozenThresholdsOptions,
  type Isotonic,
  type Metric,
  type Platt,
  type SetColumns,
  type SetThresholds,
  type Statistic,
  type Temperature,
  type ThresholdGoal,
} from "./lib/metrics/mod.ts";
export { exportModel, exportOnnx, type ExportOptions } from "./lib/export/detector.ts";
export type { ModelWritten } from "./lib/export/model_folder.ts";
export type { OnnxWritten } from "./lib/export/onnx/write.ts";
export {
  tensorBoard,
  type TensorBoardOptions,
  type TensorBoardWritten,
  writeTensorBoard,
} from "./lib/export/tensorboard/write.ts";
export { exportTable, type Rows, type TableFileOptions, type TableFormat } from "./lib/export/table_file.ts";
export { type ForeignScores, readScores } from "./lib/evaluate/scores_file.ts";
export { type PictureOptions, savePicture } from "./lib/notebook/save.ts";
export { type Preview, preview, type PreviewOptions } from "./lib/preview.ts";
export { type DetachedRun, events, run, type RunOptions, startDetached } from "./lib/run.ts";
export { findRuns, listRuns, type StoredRun } from "./lib/runs/index.ts";
export { findRecord, readRecord } from "./lib/runs/store.ts";
export {
  type Constant,
  constant,
  type Cosine,
  cosine,
  type Plateau,
  plateau,
  type Schedule,
} from "./lib/schedules/mod.ts";
export { type EnsembleOptions, ensembleRows } from "./lib/studies/ensemble_rows.ts";
export type { StudyOptions } from "./lib/studies/made.ts";
export { makingCosts } from "./lib/studies/making_costs.ts";
export { mappedImages } from "./lib/studies/mapped_images.ts";
export { timestepErrors } from "./lib/studies/timestep_errors.ts";
export { type ThresholdPart, type ValidationThreshold, validationThreshold } from "./lib/thresholds/mod.ts";
export type {
  Best,
  Distances,
  Environment,
  EpochRow,
  Frozen,
  Interval,
  Label,
  Metrics,
  NonFiniteRow,
  Pair,
  Phases,
  RunEvent,
  RunRecord,
  Sample,
  ScoreColumns,
  Split,
  StepRow,
  Unreadable,
  ValidationRow,
} from "./lib/types.ts";
export { wrongPictures, type WrongPicturesOptions } from "./lib/wrong_pictures.ts";

// Types that those above are spelt with.
export type { Judgement as AuditJudgement, Step as AuditStep, Verdict } from "./lib/audit/verdict.ts";
export type { Counts, GroupRow, Quantiles } from "./lib/audit/tables.ts";
export type { SpectrumGap } from "./lib/audit/spectra.ts";
export type { NamedTwin, TwinTable } from "./lib/audit/twins.ts";
export type { Pass } from "./lib/audit/walk.ts";
export type { PillowFilter } from "./lib/image/pillow_resize.ts";
export type { ImageFormat } from "./lib/image/header.ts";
export type { Limit } from "./lib/layouts/options.ts";
export type { LackingEvent } from "./lib/data/lacking.ts";
export type { CaptionsTold } from "./lib/evaluate/captions.ts";
export type { ClipSizes, ClipTextSizes } from "./lib/models/clip.ts";
export type { ConvnextSize } from "./lib/models/convnext.ts";
export type { Bend } from "./lib/nn/residual.ts";
export type { Target } from "./lib/reconstruct/existing.ts";
export type { SamplerKind } from "./lib/reconstruct/scheduler_option.ts";
export type { Posterior } from "./lib/reconstruct/latents.ts";
export type { Rounding } from "./lib/reconstruct/prepare.ts";
export type { Pooling } from "./lib/detect/squares.ts";
export type { TextOptions } from "./lib/report/text.ts";
export type { ThresholdChoice } from "./lib/report/frozen.ts";
export type { Headline } from "./lib/report/headline.ts";
export type { SeedDifference } from "./lib/report/seeds.ts";
export type { Finding, SentenceOptions } from "./lib/report/sentence.ts";
export type { Measured } from "./lib/report/overview.ts";
export type { Section } from "./lib/report/document.ts";
export type { NextStep } from "./lib/report/page.ts";
export type { Spread } from "./lib/report/numbers.ts";
export type { Comparable } from "./lib/report/methods.ts";
export type { ScoredRun } from "./lib/report/corruptions.ts";
export type { ClipVit } from "./lib/models/clip_vit.ts";
export type { ClipLayers } from "./lib/models/clip_layers.ts";
export type { ClipText } from "./lib/models/clip_text.ts";
