/** The experiment: one frozen, JSON-able value that says what is trained on what, and how it is judged. */
import * as augment from "./augment/mod.ts";
import type { Augmentation, View } from "./augment/mod.ts";
import { canonical } from "./definition/fingerprint.ts";
import type { Coordinate } from "./definition/grid.ts";
import { frozen } from "./definition/part.ts";
import { type Patch, patched } from "./definition/patch.ts";
import { fields, list, makersOf, named, nullable, partOf, scalar } from "./definition/reader.ts";
import { checkFit } from "./experiment_fit.ts";
import * as layouts from "./layouts/mod.ts";
import type { Layout } from "./layouts/mod.ts";
import * as losses from "./losses/mod.ts";
import type { Loss } from "./losses/mod.ts";
import * as models from "./models/mod.ts";
import type { Backbone, Head, Refinement } from "./models/mod.ts";
import * as optimizers from "./optimizers/mod.ts";
import type { Optimizer } from "./optimizers/mod.ts";
import * as reconstruct from "./reconstruct/mod.ts";
import type { LatentError, Reconstruction, Residual } from "./reconstruct/mod.ts";
import * as schedules from "./schedules/mod.ts";
import type { Schedule } from "./schedules/mod.ts";
import * as thresholds from "./thresholds/mod.ts";
import type { ThresholdPart } from "./thresholds/mod.ts";

/** The form of definitions that this version writes; it reads those before it too. */
const FORMAT = 1;

/** What is trained on what, and how it is judged. Backend, device and folders belong to a run, not here. */
export interface Experiment {
  /** Form in which it is written, so that another version knows whether it can read it; not part of the identity. */
  readonly format: number;
  /** A title, any text; not part of the identity. */
  readonly name: string;
  /** Point of a grid and the like; not part of the identity. */
  readonly tags: Readonly<Record<string, Coordinate>>;
  /** Of every random number: first weights, order, augmentation. */
  readonly seed: number;
  /** Data sets; of each, the place here decides which split is read. */
  readonly data: {
    readonly train: readonly Layout[];
    /** Null: a seeded share of the training sources is held out. */
    readonly validation: readonly Layout[] | null;
    readonly test: readonly Layout[];
    /** Largest share of a split's images that may be unreadable and are passed over, 0…1; null: 0.01. */
    readonly maxSkipped: number | null;
  };
  /** What is seen of an image: in training at a random place, elsewhere at its centre. */
  readonly view: View;
  /**
   * How samples get their reconstruction, which joins the batch as one more fake; residual(): every sample, of every
   * split, is seen as what its reconstruction lost, and there are no pairs. Null: none do.
   */
  readonly reconstruct: Reconstruction | Residual | null;
  /** Changes in training only, in order, before the view. */
  readonly augment: readonly Augmentation[];
  /** The network. */
  readonly model: {
    readonly backbone: Backbone;
    /** What refines the backbone's features before the head sees them; null: nothing. */
    readonly refine: Refinement | null;
    readonly head: Head;
  };
  /** What of the model learns, and what is done to it after each step; null: all of it, nothing. */
  readonly trainable: {
    /** Only the last stages of the backbone learn, this many, and the head; 0: the head alone; null: everything. */
    readonly lastStages: number | null;
    /**
     * Share of the running mean of the weights that a step keeps, 0 < ema < 1; the mean is what is judged. Null: the
     * weights themselves are.
     */
    readonly ema: number | null;
    /** Whether the weights of the last layer are held ≥ 0, as Stay-Positive does (Rajan and Lee 2025). */
    readonly headNonNegative: boolean;
  } | null;
  /** Terms of the objective; the keys name them in records, tables and curves. */
  readonly loss: Readonly<Record<string, Loss>>;
  /** How a step moves the parameters. */
  readonly optimizer: Optimizer;
  /** How fast it moves them, epoch by epoch. */
  readonly schedule: Schedule;
  /** Largest norm of the gradient over all parameters; longer ones are shortened to it. Null: any. */
  readonly clip: number | null;
  /** What a step sees. */
  readonly batch: {
    /** Rows that enter the network, reconstructions included; with `fakes` at most so many. */
    readonly size: number;
    /** Batches whose gradients are averaged to one step; null: one. */
    readonly accumulate: number | null;
    /** Whether a sample and its reconstruction receive the same draws of augmentation and view. */
    readonly synced: boolean;
    /** Whether the generators of a class get equal shares of an epoch, whatever their sizes; null: they do not. */
    readonly balanced: boolean | null;
    /**
     * Fakes to a photograph, a whole number ≥ 0, reconstructions not counted; 0: those of the data set are left out, and
     * the reconstructions of photographs are the only fakes. Null: 1.
     */
    readonly fakes: number | null;
  };
  /**
   * What products of matrices and convolutions are computed in while it trains: "float32" | "bfloat16", which rounds
   * what they take and make to eight bits and is offered on the backend tensorflow. Parameters, the optimizer, sums,
   * norms, depthwise convolutions and losses are float32, and so is every judgement. "float32" is written as null.
   */
  readonly precision: "float32" | "bfloat16" | null;
  /** Null: until the schedule ends it, as plateau() does. */
  readonly epochs: number | null;
  /** When the network is judged on the validation split, which judgement is the best, and when none better is waited for. */
  readonly select: {
    /** The first with the highest value is kept, or the last whatever its value. */
    readonly metric: "accuracy" | "balancedAccuracy" | "auc" | "averagePrecision" | "last";
    /** Steps from one validation to the next within an epoch, which is judged at its end anyway; null: only there. */
    readonly every: number | null;
    /** Training ends after so many validations in a row that are no better; null: however many. */
    readonly patience: number | null;
    /** By how much a value has to exceed the best before it for `patience` to begin anew; ≥ 0. Null: any higher one. */
    readonly gain: number | null;
  };
  /** What is decided on the validation split once training has ended; null: the threshold of best accuracy, alone. */
  readonly evaluate: {
    /** Where fake begins; null: where accuracy is best on all of the split. */
    readonly threshold: ThresholdPart | null;
    /**
     * What makes probabilities of scores, fitted to the split: one temperature (Guo et al. 2017), a line through the
     * log-odds (Platt 1999), or any rising function (isotonic). Null: scores are taken as they are.
     */
    readonly calibration: "temperature" | "platt" | "isotonic" | null;
  } | null;
  /** What becomes of a step whose loss or gradient is not finite: it is left out and recorded. Null: training stops. */
  readonly onNaN: "skip" | null;
}

/** What an experiment is made from: fields with a default may be left out. */
export type ExperimentInput =
  & Pick<Experiment, "name" | "view" | "loss" | "optimizer" | "schedule" | "epochs">
  & Partial<
    Pick<Experiment, "format" | "tags" | "seed" | "reconstruct" | "augment" | "clip" | "precision" | "onNaN">
  >
  & {
    readonly data: Pick<Experiment["data"], "train" | "test"> & Partial<Experiment["data"]>;
    readonly model: Pick<Experiment["model"], "backbone" | "head"> & Partial<Experiment["model"]>;
    readonly trainable?: Partial<Experiment["trainable"]>;
    readonly batch?: Partial<Experiment["batch"]>;
    readonly select?: Partial<Experiment["select"]>;
    readonly evaluate?: Partial<Experiment["evaluate"]>;
  };

const layout = partOf<Layout>("a layout", makersOf(layouts, layouts.layouts));
const text = scalar("a text", (value): value is string => typeof value === "string" && value !== "");
const flag = scalar("true or false", (value): value is boolean => typeof value === "boolean");
const coordinate = scalar(
  "a text, a finite number, true or false",
  (value): value is Coordinate => ["string", "boolean"].includes(typeof value) || Number.isFinite(value),
);
const wholeFrom = (least: number) =>
  scalar(
    `a whole number ≥ ${least}`,
    (value): value is number => Number.isSafeInteger(value) && Number(value) >= least,
  );

const numberBetween = (above: number, below: number) =>
  scalar(
    `a number > ${above}${below === Infinity ? "" : ` and < ${below}`}`,
    (value): value is number => Number.isFinite(value) && Number(value) > above && Number(value) < below,
  );

const share = scalar(
  "a number from 0 to 1",
  (value): value is number => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= 1,
);

const calibrations = ["temperature", "platt", "isotonic"] as const;

/** One of some words. */
const wordOf = <T extends string>(words: readonly T[]) =>
  scalar(
    words.map((name) => `"${name}"`).join(", ").replace(/, (?=[^,]*$)/, " or "),
    (value): value is T => words.some((name) => name === value),
  );

const metrics = ["accuracy", "balancedAccuracy", "auc", "averagePrecision", "last"] as const;

const bare = partOf<Refinement>("a refinement", makersOf(models, models.refinements));
const errorMap = nullable(partOf<LatentError>("an error map", makersOf(reconstruct, reconstruct.errorMaps)));

/** A refinement; its error map is a part of another room, which its own maker does not know. */
function refinement(value: unknown, path: string): Refinement {
  const made = bare(value, path);
  return { ...made, map: errorMap(made.map, `${path}.map`) };
}

const precisions = ["float32", "bfloat16"] as const;
const precisionName = nullable(wordOf(precisions));

/** "float32" is what there was before there was a choice, and null by then: both are one definition. */
function precision(value: unknown, path: string): Experiment["precision"] {
  const name = precisionName(value, path);
  return name === "float32" ? null : name;
}

const read = fields<Experiment>({
  format: { read: wholeFrom(1), otherwise: FORMAT },
  name: { read: text },
  tags: { read: named(coordinate), otherwise: {} },
  seed: { read: wholeFrom(0), otherwise: 1 },
  data: {
    read: fields<Experiment["data"]>({
      train: { read: list(layout, { atLeast: 1 }) },
      validation: { read: nullable(list(layout, { atLeast: 1 })), otherwise: null },
      test: { read: list(layout, { atLeast: 1 }) },
      maxSkipped: { read: nullable(share), otherwise: null },
    }),
  },
  view: { read: partOf<View>("a view", makersOf(augment, augment.views)) },
  reconstruct: {
    read: nullable(
      partOf<Reconstruction | Residual>(
        "a reconstruction",
        makersOf(reconstruct, { ...reconstruct.reconstructions, ...reconstruct.residuals }),
      ),
    ),
    otherwise: null,
  },
  augment: {
    read: list(partOf<Augmentation>("an augmentation", makersOf(augment, augment.augmentations))),
    otherwise: [],
  },
  model: {
    read: fields<Experiment["model"]>({
      backbone: { read: partOf<Backbone>("a backbone", makersOf(models, models.backbones)) },
      refine: { read: nullable(refinement), otherwise: null },
      head: { read: partOf<Head>("a head", makersOf(models, models.heads)) },
    }),
  },
  trainable: {
    read: nullable(fields<NonNullable<Experiment["trainable"]>>({
      lastStages: { read: nullable(wholeFrom(0)), otherwise: null },
      ema: { read: nullable(numberBetween(0, 1)), otherwise: null },
      headNonNegative: { read: flag, otherwise: false },
    })),
    otherwise: null,
  },
  loss: { read: named(partOf<Loss>("a loss", makersOf(losses, losses.losses)), { atLeast: 1 }) },
  optimizer: { read: partOf<Optimizer>("an optimizer", makersOf(optimizers, optimizers.optimizers)) },
  schedule: { read: partOf<Schedule>("a schedule", makersOf(schedules, schedules.schedules)) },
  clip: { read: nullable(numberBetween(0, Infinity)), otherwise: null },
  batch: {
    read: fields<Experiment["batch"]>({
      size: { read: wholeFrom(2), otherwise: 64 },
      accumulate: { read: nullable(wholeFrom(1)), otherwise: null },
      synced: { read: flag, otherwise: false },
      balanced: { read: nullable(flag), otherwise: null },
      fakes: { read: nullable(wholeFrom(0)), otherwise: null },
    }),
    otherwise: {},
  },
  precision: { read: precision, otherwise: null },
  epochs: { read: nullable(wholeFrom(1)) },
  select: {
    read: fields<Experiment["select"]>({
      metric: { read: wordOf(metrics), otherwise: "accuracy" },
      every: { read: nullable(wholeFrom(1)), otherwise: null },
      patience: { read: nullable(wholeFrom(1)), otherwise: null },
      gain: {
        read: nullable(
          scalar("a number ≥ 0", (value): value is number => Number.isFinite(value) && Number(value) >= 0),
        ),
        otherwise: null,
      },
    }),
    otherwise: {},
  },
  evaluate: {
    read: nullable(fields<NonNullable<Experiment["evaluate"]>>({
      threshold: {
        read: nullable(partOf<ThresholdPart>("a threshold", makersOf(thresholds, thresholds.thresholds))),
        otherwise: null,
      },
      calibration: { read: nullable(wordOf(calibrations)), otherwise: null },
    })),
    otherwise: null,
  },
  onNaN: { read: nullable(scalar('"skip"', (value): value is "skip" => value === "skip")), otherwise: null },
});

/**
 * An experiment with every default written out, frozen. Checks every field and option, wherever they come from (a
 * notebook cell is not type-checked, a definition may be read from JSON), and that the parts fit one another.
 *
 * @throws {TypeError} for an unknown, missing or ill-typed field or option, with its place and the nearest name; for
 * parts that do not fit, with both fields and the fix
 * @throws {RangeError} for an option outside its range, and for a definition in the form of a newer version
 */
export function experiment(input: ExperimentInput): Experiment {
  refuseNewer(input);
  const made = frozen(read(input, ""));
  canonical(made); // refuses what a file cannot hold
  checkFit(made);
  return made;
}

/**
 * An experiment that differs from another only where told: objects are merged, arrays replaced, a part of another kind
 * taken whole, a key set to undefined removed (and its default taken, where it has one). The result is checked as
 * `experiment` checks.
 *
 * @throws {TypeError} for an option that the base part does not have, with its path; otherwise as `experiment`
 */
export function derive(base: Experiment, patch: Patch<Experiment>): Experiment {
  return experiment(patched<Experiment>(base, patch));
}

/** A newer form may have fields that this version does not know, so it is told before any of them is read. */
function refuseNewer(input: ExperimentInput): void {
  const { name, format = FORMAT } = input ?? {};
  if (!(format > FORMAT)) return;
  throw new RangeError(
    `Cannot read the definition "${name}": it has format ${format}, expected ${FORMAT} or older. ` +
      "A newer Counterproof wrote it; update this one",
  );
}
