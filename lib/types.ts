/** Nouns that cross rooms: what flows from a definition to a record. Types only, no behaviour. */
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from "./engine/ops.ts";
import type { Experiment } from "./experiment.ts";
import type { Calibration, FrozenThreshold } from "./metrics/mod.ts";

/** Whether a camera took the picture. In tensors fake is 1. */
export type Label = "real" | "fake";

/** Part of a data set that a sample belongs to. */
export type Split = "train" | "validation" | "test";

/** One image on disk and what is known of it. */
export interface Sample {
  /** Stable across machines: path inside the data set. */
  readonly id: string;
  /**
   * Path of the image; `#xywh=x,y,w,h` (W3C media fragment) names a rectangle inside it, `path.parquet#ROW/COLUMN` the
   * bytes of an image in a cell of a table; `#jpeg=95` or `#webp=80` at the end has any of them seen as stored anew.
   * `lib/data/source.ts` reads all of these.
   */
  readonly file: string;
  /** Whether a camera made it. */
  readonly label: Label;
  /** The photograph or prompt it comes from: never crosses splits, and is the unit of the bootstrap. */
  readonly source: string;
  /** Name of the generator, as "sd14"; null for camera images. */
  readonly generator: string | null;
  /** Test set it is scored in: a generator's, with that set's own photographs; null: part of every set. */
  readonly set: string | null;
  /** Which part of its data set it belongs to; in a definition, the place of the layout decides. */
  readonly split: Split;
  /** What it shows, or the prompt it was made by, in words; null: nobody said. */
  readonly caption: string | null;
  /** File of its latent reconstruction error, `.pt` or `.safetensors`, where the data set names one or a part made one. */
  readonly errorMap?: string;
}

/** A sample and what was made from it; a reconstruction of anything is fake. */
export interface Pair {
  /** The image. */
  readonly sample: Sample;
  /** What was made from it; null: nothing. */
  readonly reconstruction: Sample | null;
}

/**
 * How many rows of a batch belong to each group. Rows stand in this order: real, fake, the
 * reconstructions of the real rows, the reconstructions of the fake rows, so that a loss can take
 * a group as one slice and row i of a group belongs to row i of its originals.
 */
export interface Groups {
  readonly real: number;
  readonly fake: number;
  /** 0, or as many as `real`. */
  readonly realRec: number;
  /** 0, or as many as `fake`. */
  readonly fakeRec: number;
}

/** What all batches tell of their rows. */
interface BatchRows extends Disposable {
  /** Ids of the samples behind the rows, B of them. */
  readonly ids: readonly string[];
  /** [B] float32, 1 = fake; reconstructions are fake. */
  readonly labels: Tensor1D;
  readonly groups: Groups;
}

/** A batch of images. */
export interface ImageBatch extends BatchRows {
  /** [B, H, W, 3] float32, normalised for the backbone. */
  readonly images: Tensor4D;
  /** [B, h, w, 4] float32, what a diffusion model got wrong of each image; null where the model looks at none. */
  readonly errorMaps: Tensor4D | null;
  /** [B, T] int32, the captions of the images as a text tower takes them; null where the model reads none. */
  readonly tokens: Tensor2D | null;
}

/** A batch of what a frozen backbone makes of images. */
export interface FeatureBatch extends BatchRows {
  /** [B, F] float32. */
  readonly features: Tensor2D;
}

/** Tensors of one step. Owned by whoever took it: `using batch = …`. */
export type Batch = ImageBatch | FeatureBatch;

/** What a model says of a batch. */
export type Outputs = {
  /** [B, D], not normalised: what the metric losses see. */
  readonly embedding: Tensor2D;
  /** [B, K]; K = 1: the log-odds of fake, K = 2: real and fake. */
  readonly logits: Tensor2D;
  /** [B, H, W, K], logits of every place, whose means are `logits`; missing where the head judges whole images. */
  readonly places?: Tensor4D;
};

/** What a loss term is given. */
export interface LossInput extends Outputs {
  /** [B] float32, 1 = fake. */
  readonly labels: Tensor1D;
  readonly groups: Groups;
}

/** The objective and its terms, each already weighted; scalars. */
export type LossValue = {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
};

/** Named numbers of one test set: accuracy, auc, … as fractions (0…1). */
export type Metrics = Readonly<Record<string, number>>;

/** A fraction with its bootstrap interval. */
export interface Interval {
  /** The number itself. */
  readonly value: number;
  /** Where the interval begins. */
  readonly low: number;
  /** Where it ends. */
  readonly high: number;
}

/**
 * Mean squared L2 distance (0…4) between the unit embeddings of validation samples and of their reconstructions, as in
 * the reconstruction term of the dual loss; null where a class lacks reconstructions. They are measured whether or not
 * the run trains on reconstructions.
 */
export interface Distances {
  /** Photographs and their reconstructions. */
  readonly real: number | null;
  /** Fakes and their reconstructions. */
  readonly fake: number | null;
}

/** How the network stood at one step, judged on the validation split. */
export interface ValidationRow {
  /** Steps done since the start of the run. */
  readonly step: number;
  /** Metrics on the validation split. */
  readonly validation: Metrics;
  /** Null when validation has no reconstructions, or the run is older than their measurement. */
  readonly distances: Distances | null;
}

/** A number for each phase of training: waiting for batches, steps, validation. */
export interface Phases {
  /** What the network waited for images; large beside `step`, it starves. */
  readonly data: number;
  /** The steps themselves: forward, backward, update. */
  readonly step: number;
  /** Looking at the validation split. */
  readonly evaluate: number;
}

/** One epoch of a run's history. */
export interface EpochRow extends ValidationRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Learning rate of the epoch's last step. */
  readonly rate: number;
  /** Mean over the epoch's steps of the total and of each term. */
  readonly loss: Readonly<Record<string, number>>;
  /** Validations within the epoch, before that at its end; none unless `select.every` asks for them. */
  readonly between: readonly ValidationRow[];
  /** Wall time. */
  readonly seconds: Phases;
  /** Largest resident memory seen at the end of a phase, in MB (10⁶ bytes); null in runs older than it. */
  readonly megabytes: Phases | null;
}

/** A step whose loss or gradient was not finite. */
export interface NonFiniteRow {
  /** Counted from 1. */
  readonly step: number;
  /** That it stood in, counted from 1. */
  readonly epoch: number;
  /** The total and each term; what was not finite is NaN or infinite. */
  readonly loss: Readonly<Record<string, number>>;
  /** Ids of the samples behind the rows of its batches. */
  readonly ids: readonly string[];
}

/** An image that could not be read, and was passed over. */
export interface Unreadable {
  /** Of its sample. */
  readonly id: string;
  /** Its path. */
  readonly file: string;
  /** What it was to be read for: training, where another of its class stood in, or a judgement, which leaves it out. */
  readonly split: Split;
  /** Why it could not be read. */
  readonly reason: string;
}

/** Loss terms of one step: total first, then the definition's names. */
export interface StepRow {
  /** Counted from 1. */
  readonly step: number;
  /** That it stands in, counted from 1. */
  readonly epoch: number;
  /** The total, and each term by its name. */
  readonly loss: Readonly<Record<string, number>>;
}

/** Scores of test sets, in plain columns of equal length. */
export interface ScoreColumns {
  /** Of the sample. */
  readonly id: readonly string[];
  /** Of the sample: what intervals are drawn over. */
  readonly source: readonly string[];
  /** Name of the generator, null for camera images; of rows older than this column null too. */
  readonly generator: readonly (string | null)[];
  /** Test set of the row, null: part of every set. */
  readonly set: readonly (string | null)[];
  /** What was done to the image before it was scored, as "jpeg-50"; null: nothing. */
  readonly corruption: readonly (string | null)[];
  /** 1 = fake. */
  readonly label: readonly number[];
  /** Probability of fake, 0…1. */
  readonly score: readonly number[];
}

/** Where and with what a run was made. */
export interface Environment {
  /** Version of this library. */
  readonly counterproof: string;
  /** Version of Deno. */
  readonly deno: string;
  /** Version of its JavaScript engine. */
  readonly v8: string;
  /** Operating system, processor, cores and memory. */
  readonly system: string;
  /** What operations ran on. */
  readonly backend: string;
  /** Threads that they ran on. */
  readonly threads: number;
  /** Versions of the libraries, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Commit of the checkout, with "+changes" when it is dirty; null outside git. */
  readonly commit: string | null;
  /** Hash of each data set and weight file that the run read, and of the pipelines that made what it looks at. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** What a run leaves behind: everything that `compare` and `plot` need, and nothing else. */
export interface RunRecord {
  /** Form in which it is written. */
  readonly format: 3;
  /** Hash of fingerprint and data: 64 hexadecimal digits. Of runs of format 1 and 2 the fingerprint alone. */
  readonly id: string;
  /** Of the experiment; runs that share it differ in their data alone. */
  readonly fingerprint: string;
  /** Identity of all data that the run reads; null in runs older than it. */
  readonly data: string | null;
  /** Resolved: every default written out. */
  readonly experiment: Experiment;
  /** Where and with what it was made. */
  readonly environment: Environment;
  /** "running" is what a run says that was killed, too: whether it still goes, its lock tells. */
  readonly status: "running" | "done" | "stopped" | "failed";
  /** Why it failed, null where it did not. */
  readonly error: string | null;
  /** ISO 8601. */
  readonly started: string;
  /** Wall time of training, pauses left out. */
  readonly seconds: number;
  /** Largest resident memory seen. */
  readonly megabytes: number;
  /** Epoch by epoch. */
  readonly history: readonly EpochRow[];
  /** Steps that were left out because their loss or gradient was not finite, where the definition allows that. */
  readonly skipped: readonly NonFiniteRow[];
  /** Images that were passed over, each once for each split; empty in runs older than it. */
  readonly unreadable: readonly Unreadable[];
  /** The loss of every step. */
  readonly steps: readonly StepRow[];
  /** By test set (generator), then by metric; empty before the run is done. */
  readonly metrics: Readonly<Record<string, Metrics>>;
  /** Of every test image; empty before the run is done. */
  readonly scores: ScoreColumns;
  /**
   * What a logistic regression on trivial cues (stored size, mean colour, high-pass energy, block step), learned from
   * the training split, makes of test samples: all of them, or those drawn of a large set. Null in runs older than it.
   */
  readonly probe: ScoreColumns | null;
  /**
   * Scores of the validation split under the checkpoint that is evaluated: what thresholds and calibrations are made
   * from, since test samples may not choose them. Null before the run is done, and in runs older than it.
   */
  readonly validation: ScoreColumns | null;
  /** What was decided on those scores; null where they are. */
  readonly frozen: Frozen | null;
  /** The checkpoint that is evaluated; null before there is one. */
  readonly best: Best | null;
}

/** What is decided on the validation split alone, and kept for every test. */
export interface Frozen {
  /** Where fake begins; of a definition that names none that of all validation scores, by accuracy. */
  readonly threshold: FrozenThreshold;
  /** What makes probabilities of scores; null where the definition asks for none. */
  readonly calibration: Calibration | null;
}

/** The checkpoint that is evaluated. */
export interface Best {
  /** After which it was taken, counted from 1. */
  readonly epoch: number;
  /** After which it was taken. */
  readonly step: number;
  /** File in the run's folder. */
  readonly checkpoint: string;
  /** Of that file; null in runs older than it. */
  readonly sha256: string | null;
}

/** What a run says while it goes; progress bars, logs and live plots are readers of it. */
export type RunEvent =
  /** Before the start: what a part of the definition makes of images, as reconstructions, is made where it is missing. */
  | {
    readonly kind: "making";
    /** Of the experiment. */
    readonly name: string;
    /** Kind of the part. */
    readonly part: string;
    readonly done: number;
    readonly total: number;
    /** Of those that are done, how many were there before. */
    readonly found: number;
  }
  | {
    readonly kind: "start";
    readonly name: string;
    readonly id: string;
    /** Step that it goes on from, 0 for a new run. */
    readonly step: number;
    /** Of the whole run; while the schedule decides when it ends, the least there will be. */
    readonly steps: number;
    /** How many images a step trains on, are scored at the end (test sets and validation), and are measured for trivial cues. */
    readonly images: { readonly step: number; readonly test: number; readonly probe: number };
    /** Null: until the schedule ends it. */
    readonly epochs: number | null;
  }
  | { readonly kind: "step"; readonly row: StepRow; readonly seconds: number }
  /** A validation within an epoch. */
  | { readonly kind: "validation"; readonly epoch: number; readonly row: ValidationRow }
  /** A step that was not finite; where it is not left out, the run fails with it. */
  | { readonly kind: "nonfinite"; readonly row: NonFiniteRow; readonly skipped: boolean }
  /** `steps` of the whole run as it is known now, as at the start. */
  | { readonly kind: "epoch"; readonly row: EpochRow; readonly steps: number }
  /** The state after `step` is on the disk. */
  | { readonly kind: "checkpoint"; readonly epoch: number; readonly step: number; readonly file: string }
  /** Something that the user should know and that stops nothing, as a damaged checkpoint that was passed over. */
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "evaluate"; readonly done: number; readonly total: number }
  /** Trivial cues of images are being measured, after the test sets were scored. */
  | { readonly kind: "probe"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly record: RunRecord };
