/** Nouns that cross rooms: what flows from a definition to a record. Types only, no behaviour. */
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from "./engine/ops.ts";
import type { Experiment } from "./experiment.ts";

/** Whether a camera took the picture. In tensors fake is 1. */
export type Label = "real" | "fake";

/** Part of a data set that a sample belongs to. */
export type Split = "train" | "validation" | "test";

/** One image on disk and what is known of it. */
export interface Sample {
  /** Stable across machines: path inside the data set. */
  readonly id: string;
  /** Path of the image; `#xywh=x,y,w,h` (W3C media fragment) names a rectangle inside it. */
  readonly file: string;
  readonly label: Label;
  /** The photograph or prompt it comes from: never crosses splits, and is the unit of the bootstrap. */
  readonly source: string;
  /** Name of the generator, as "sd14"; null for camera images. */
  readonly generator: string | null;
  /** Test set it is scored in: a generator's, with that set's own photographs; null: part of every set. */
  readonly set: string | null;
  readonly split: Split;
  readonly caption: string | null;
}

/** A sample and what was made from it; a reconstruction of anything is fake. */
export interface Pair {
  readonly sample: Sample;
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

/** Tensors of one step. Owned by whoever took it: `using batch = …`. */
export interface Batch extends Disposable {
  /** Ids of the samples behind the rows, B of them. */
  readonly ids: readonly string[];
  /** [B, H, W, 3] float32, normalised for the backbone. */
  readonly images: Tensor4D;
  /** [B] float32, 1 = fake; reconstructions are fake. */
  readonly labels: Tensor1D;
  readonly groups: Groups;
}

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
  readonly value: number;
  readonly low: number;
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

/** One epoch of a run's history. */
export interface EpochRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps done since the start of the run. */
  readonly step: number;
  /** Learning rate of the epoch. */
  readonly rate: number;
  /** Mean over the epoch's steps of the total and of each term. */
  readonly loss: Readonly<Record<string, number>>;
  /** Metrics on the validation split. */
  readonly validation: Metrics;
  /** Null when validation has no reconstructions, or the run is older than their measurement. */
  readonly distances: Distances | null;
  /** Wall time by phase. */
  readonly seconds: { readonly data: number; readonly step: number; readonly evaluate: number };
}

/** Loss terms of one step: total first, then the definition's names. */
export interface StepRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: Readonly<Record<string, number>>;
}

/** Scores of one test set, in plain columns of equal length. */
export interface ScoreColumns {
  readonly id: readonly string[];
  readonly source: readonly string[];
  /** Test set of the row, null: part of every set. */
  readonly set: readonly (string | null)[];
  /** 1 = fake. */
  readonly label: readonly number[];
  /** Probability of fake, 0…1. */
  readonly score: readonly number[];
}

/** Where and with what a run was made. */
export interface Environment {
  readonly counterproof: string;
  readonly deno: string;
  readonly v8: string;
  readonly system: string;
  readonly backend: string;
  readonly threads: number;
  readonly packages: Readonly<Record<string, string>>;
  /** Commit of the checkout, with "+changes" when it is dirty; null outside git. */
  readonly commit: string | null;
  /** Hash of each data set and weight file that the run read. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** What a run leaves behind: everything that `compare` and `plot` need, and nothing else. */
export interface RunRecord {
  readonly format: 2;
  /** Fingerprint of the experiment. */
  readonly id: string;
  /** Resolved: every default written out. */
  readonly experiment: Experiment;
  readonly environment: Environment;
  readonly status: "done" | "stopped" | "failed";
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  /** Largest resident memory seen. */
  readonly megabytes: number;
  readonly history: readonly EpochRow[];
  readonly steps: readonly StepRow[];
  /** By test set (generator), then by metric. */
  readonly metrics: Readonly<Record<string, Metrics>>;
  readonly scores: ScoreColumns;
  /**
   * What a logistic regression on trivial cues (stored size, mean colour, high-pass energy, block step), learned from
   * the training split, makes of test samples: all of them, or those drawn of a large set. Null in runs older than it.
   */
  readonly probe: ScoreColumns | null;
  readonly best: { readonly epoch: number; readonly checkpoint: string } | null;
}

/** What a run says while it goes; progress bars, logs and live plots are readers of it. */
export type RunEvent =
  | {
    readonly kind: "start";
    readonly name: string;
    readonly id: string;
    /** Of the whole run; while the schedule decides when it ends, the least there will be. */
    readonly steps: number;
    /** Null: until the schedule ends it. */
    readonly epochs: number | null;
  }
  | { readonly kind: "step"; readonly row: StepRow; readonly seconds: number }
  /** `steps` of the whole run as it is known now, as at the start. */
  | { readonly kind: "epoch"; readonly row: EpochRow; readonly steps: number }
  | { readonly kind: "checkpoint"; readonly epoch: number; readonly file: string }
  | { readonly kind: "evaluate"; readonly done: number; readonly total: number }
  /** Trivial cues of images are being measured, after the test sets were scored. */
  | { readonly kind: "probe"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly record: RunRecord };
