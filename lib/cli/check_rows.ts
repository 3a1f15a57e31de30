/** Runs that were made again beside the numbers that stand in the results: equal, within a band, or outside. */
import { alignedText } from "../report/text.ts";
import type { RunRecord } from "../types.ts";
import { type FirstEpoch, type RunNumbers, runNumbers } from "./results_numbers.ts";

/**
 * How far a number of a whole run may lie from the committed one where equal bits cannot be expected. Rounding that differs
 * grows over the 410 steps of a run. Measured on one machine, plain and dual of the dual loss under seed 1: tensorflow
 * against wasm moved accuracy by 0.33 and 0.16 points, AUC by 0.11 and 0.07 points, losses and their terms by 0.1 to
 * 3.4 %; wasm with two threads gave the bits of one. The bands are some five times that; another seed moves accuracy by
 * several points.
 */
export const BANDS = {
  accuracy: 0.02,
  auc: 0.01,
  /** A share of the committed loss, and what a loss near 0 may move beside. */
  loss: { share: 0.15, least: 0.002 },
} as const;

/** One number of one run. */
export interface CheckRow {
  readonly system: string;
  readonly variant: string;
  readonly seed: number;
  /** "accuracy", "auc", or "loss" and the name of its term. */
  readonly number: string;
  readonly committed: number;
  /** NaN where the run has no such number. */
  readonly here: number;
  /** 0: equal bits are expected. */
  readonly band: number;
  readonly verdict: "equal" | "within" | "outside";
}

/** Every number that was committed of a run beside that of the same definition run again. */
export function checkRows(system: string, committed: RunNumbers, again: RunRecord): CheckRow[] {
  const here = runNumbers(again);
  const row = rowOf(system, committed, { exact: sameEngine(committed, here) && !asksPipeline(again.experiment) });
  return [
    row("accuracy", [committed.accuracy, here.accuracy], BANDS.accuracy),
    row("auc", [committed.auc, here.auc], BANDS.auc),
    ...lossRows(committed.loss, here.loss, row),
  ];
}

/** The first epoch of the same, and nothing of what came after: losses, and accuracy and AUC on the validation split. */
export function firstRows(
  system: string,
  committed: RunNumbers & { readonly first: FirstEpoch },
  { experiment, first, environment }: Pick<RunRecord, "experiment"> & Pick<RunNumbers, "environment"> & {
    readonly first: FirstEpoch;
  },
): CheckRow[] {
  const exact = sameEngine(committed, { environment }) && !asksPipeline(experiment);
  const row = rowOf(system, committed, { exact });
  const { loss, validation } = committed.first;
  return [
    ...(["accuracy", "auc"] as const).flatMap((metric) => {
      const was = validation[metric];
      return was === undefined
        ? []
        : [row(`epoch 1, ${metric}`, [was, first.validation[metric] ?? NaN], BANDS[metric])];
    }),
    ...lossRows(loss, first.loss, (number, pair, band) => row(`epoch 1, ${number}`, pair, band)),
  ];
}

type MakeRow = (number: string, pair: readonly [was: number, is: number], band: number) => CheckRow;

function rowOf(system: string, { variant, seed }: RunNumbers, { exact }: { readonly exact: boolean }): MakeRow {
  return (number, [was, is], band) => {
    const allowed = exact ? 0 : band;
    const verdict = was === is ? "equal" : Math.abs(was - is) <= allowed ? "within" : "outside";
    return { system, variant, seed, number, committed: was, here: is, band: allowed, verdict };
  };
}

function lossRows(committed: FirstEpoch["loss"], here: FirstEpoch["loss"], row: MakeRow): CheckRow[] {
  return Object.entries(committed).map(([term, was]) =>
    row(`loss ${term}`, [was, here[term] ?? NaN], BANDS.loss.least + BANDS.loss.share * Math.abs(was))
  );
}

/**
 * Whether equal bits are expected: on wasm and cpu with the same V8 and the same packages that compute, whatever the
 * number of threads and the machine. TensorFlow's sums depend on the processor.
 */
export function sameEngine(
  { environment: a }: Pick<RunNumbers, "environment">,
  { environment: b }: Pick<RunNumbers, "environment">,
): boolean {
  const computing = ({ packages }: RunNumbers["environment"]): string =>
    JSON.stringify(
      Object.entries(packages).filter(([name]) =>
        /^@tensorflow\/(?!tfjs-backend-webgpu$)|^sharp$|^onnxruntime/.test(name)
      ).sort(),
    );
  return a.backend === b.backend && ["wasm", "cpu"].includes(a.backend) && a.v8 === b.v8 &&
    computing(a) === computing(b);
}

/** Whether the run looks at what a pipeline made: ONNX Runtime's sums depend on the processor, too. */
function asksPipeline({ reconstruct, model }: RunRecord["experiment"]): boolean {
  return (reconstruct !== null && reconstruct.kind !== "existing") || (model.refine ?? null) !== null;
}

/** The rows as text for a terminal. */
export function checkText(rows: readonly CheckRow[]): string {
  const told = (value: number): string => Number.isNaN(value) ? "none" : value.toPrecision(9);
  return alignedText([
    {
      title: "run",
      cells: rows.map(({ system, variant, seed }) => `${system}, ${variant}, seed ${seed}`),
      shrinks: true,
    },
    { title: "number", cells: rows.map(({ number }) => number) },
    { title: "results", cells: rows.map(({ committed }) => told(committed)), right: true },
    { title: "here", cells: rows.map(({ here }) => told(here)), right: true },
    {
      title: "band",
      cells: rows.map(({ band }) => band === 0 ? "equal bits" : `± ${band.toPrecision(2)}`),
      right: true,
    },
    { title: "", cells: rows.map(({ verdict }) => verdict) },
  ], { width: 120 });
}
