/** The results as numbers, for machines: what `check-results` compares with. */
import { apartText, headline, type Judgement } from "../report/mod.ts";
import type { Environment, EpochRow, RunRecord } from "../types.ts";
import type { Told } from "./results_told.ts";

/** What a run came to, at full precision. */
export interface RunNumbers {
  readonly variant: string;
  readonly seed: number;
  /** Of its definition: another one has no numbers here. */
  readonly fingerprint: string;
  readonly seconds: number;
  readonly environment: Pick<Environment, "backend" | "threads" | "v8" | "packages">;
  /** Over the unseen generators, or over all where it is not known which those are. */
  readonly accuracy: number;
  readonly auc: number;
  /** Means over the last epoch's steps: the total and each term. */
  readonly loss: Readonly<Record<string, number>>;
  /** How it stood after its first epoch, which `check-results --short` makes again; missing in files of before. */
  readonly first?: FirstEpoch;
}

/** How a run stood after its first epoch. */
export interface FirstEpoch {
  /** Means over its steps: the total and each term. */
  readonly loss: Readonly<Record<string, number>>;
  /** On the validation split. */
  readonly validation: { readonly accuracy?: number; readonly auc?: number };
}

/** A system's numbers. */
export interface SystemNumbers {
  readonly question: { readonly of: string; readonly against: string };
  readonly claims: readonly {
    readonly text: string;
    readonly verdict: Judgement["verdict"];
    readonly difference: { readonly value: number; readonly low: number; readonly high: number } | null;
    readonly told: string | null;
    readonly reason: string | null;
  }[];
  /** Name of the run that `check-results` makes again. */
  readonly check: { readonly variant: string; readonly seed: number };
  readonly runs: readonly RunNumbers[];
}

/** The whole file. */
export interface ResultNumbers {
  readonly format: 1;
  /** Hash of the pocket world on which all runs were made. */
  readonly world: string;
  readonly systems: Readonly<Record<string, SystemNumbers>>;
}

/** What a run came to. */
export function runNumbers(record: RunRecord): RunNumbers {
  const { experiment: { name, seed }, fingerprint, seconds, environment, history } = record;
  const { backend, threads, v8, packages } = environment;
  const [epoch] = history;
  return {
    variant: name,
    seed,
    fingerprint,
    seconds,
    environment: { backend, threads, v8, packages },
    ...headline(record),
    loss: history.at(-1)?.loss ?? {},
    ...(epoch === undefined ? {} : { first: firstEpoch(epoch) }),
  };
}

/** What an epoch came to. */
export function firstEpoch({ loss, validation: { accuracy, auc } }: Pick<EpochRow, "loss" | "validation">): FirstEpoch {
  return { loss, validation: { accuracy, auc } };
}

/** The numbers of some systems. */
export function resultNumbers(told: readonly Told[], { world }: { readonly world: string }): ResultNumbers {
  return { format: 1, world, systems: Object.fromEntries(told.map((one) => [one.key, systemNumbers(one)])) };
}

function systemNumbers({ system: { question }, claims, records }: Told): SystemNumbers {
  const runs = records.map(runNumbers);
  // the one that is made again soonest, so that all systems together take a few minutes
  const [{ variant, seed }] = runs.toSorted((a, b) => a.seed - b.seed || a.seconds - b.seconds);
  return {
    question: { of: question.of, against: question.against },
    claims: claims.map(({ claim: { text }, verdict, apart, reason }) => ({
      text,
      verdict,
      difference: apart === null ? null : { value: apart.value, low: apart.low, high: apart.high },
      told: apart === null ? null : apartText(apart),
      reason,
    })),
    check: { variant, seed },
    runs,
  };
}

/** As a file: equal numbers give an equal text. */
export function numbersText(numbers: ResultNumbers): string {
  return `${JSON.stringify(numbers, null, 2)}\n`;
}

/**
 * Reads what {@linkcode numbersText} wrote.
 *
 * @param file for messages
 * @throws {SyntaxError} when it is no JSON
 * @throws {RangeError} when another version wrote it
 */
export function parseNumbers(text: string, file: string): ResultNumbers {
  let value: ResultNumbers;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read "${file}": it is not JSON (${(error as Error).message}). ${REWRITE}`, {
      cause: error,
    });
  }
  if (value?.format === 1 && typeof value.systems === "object") return value;
  throw new RangeError(`Cannot read "${file}": expected the numbers of results in format 1. ${REWRITE}`);
}

/** What makes the file again. */
export const REWRITE = "Write it again with: deno task demo --all && deno task results";
