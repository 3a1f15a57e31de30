/**
 * Counterproof: find out, reproducibly, how to tell generated images from photographs.
 *
 * An experiment is a value; a variation of it is another value.
 *
 * @example
 * ```ts
 * import { contrastive, derive, diff } from "./mod.ts";
 * import { dual, onPocket } from "./experiments/dual_loss.ts";
 *
 * const base = onPocket(dual({ λ: 0.05 }));
 * const wider = derive(base, { name: "Wider margin", loss: { contrastive: contrastive({ margin: 0.2 }) } });
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
export { type Corruption, corruptionName, corruptionOf } from "./lib/augment/corruption.ts";
export { protocols, type RobustnessAxes, robustnessAxes, robustnessGrid } from "./lib/augment/robustness.ts";
export { type Audit, audit, auditEvents, type AuditOptions } from "./lib/audit/audit.ts";
export { auditFigures } from "./lib/audit/figures.ts";
export { everySplit } from "./lib/audit/listing.ts";
export { auditPage } from "./lib/audit/page.ts";
export { auditText } from "./lib/audit/text.ts";
export { crossData, type CrossedData, crossGenerators } from "./lib/cross.ts";
export { diff, type Difference } from "./lib/definition/diff.ts";
export { fingerprint } from "./lib/definition/fingerprint.ts";
export { type Axes, type Coordinate, grid } from "./lib/definition/grid.ts";
export { type Part, part } from "./lib/definition/part.ts";
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
  lastDistances,
  type MappedImage,
  type MatrixCell,
  type MatrixOptions,
  methodNames,
  type MetricRow,
  metricsText,
  mostWrong,
  overview,
  page,
  type PageOptions,
  plot,
  probeNote,
  type Published,
  type RobustnessOptions,
  type RobustnessRow,
  type RocOptions,
  type TimestepError,
  type WrongImage,
  type WrongPicture,
} from "./lib/report/mod.ts";
export {
  calibrated,
  type Calibration,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
  type FrozenThreshold,
  frozenThreshold,
  frozenThresholds,
} from "./lib/metrics/mod.ts";
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
export { type ValidationThreshold, validationThreshold } from "./lib/thresholds/mod.ts";
export type {
  Distances,
  Environment,
  EpochRow,
  Frozen,
  Interval,
  Label,
  Metrics,
  Pair,
  RunEvent,
  RunRecord,
  Sample,
  ScoreColumns,
  Split,
  StepRow,
} from "./lib/types.ts";
export { wrongPictures, type WrongPicturesOptions } from "./lib/wrong_pictures.ts";
