/** The committed ratios, `bench/baseline.json`: of each processor model that somebody measured. */
import { writeAtomic } from "../../lib/runs/atomic.ts";
import { median } from "../median.ts";
import { bandOf } from "./judge.ts";

/** What is known of a bench. */
export interface Known {
  /** Its processor time over the reference's, the median of some runs. */
  readonly ratio: number;
  /** How far the ratio of the same code may lie above that, a share of it; from the spread of those runs. */
  readonly band: number;
  /** Its processor time, milliseconds; for readers alone. */
  readonly milliseconds: number;
}

/** How the benches of a processor were measured. */
export interface How {
  readonly date: string;
  /** Of the code that was measured. */
  readonly commit: string;
  readonly deno: string;
  /** Runs of the benches that were measured last. */
  readonly runs: number;
  readonly cores: number;
}

/** The benches of one processor model. */
export interface Entry {
  readonly how: How;
  readonly benches: Readonly<Record<string, Known>>;
}

/** The whole file. */
export interface Baseline {
  readonly format: 1;
  readonly processors: Readonly<Record<string, Entry>>;
}

const REMEDY = "Write it with: deno task bench:check --update";

/**
 * Reads the baseline.
 *
 * @throws {Deno.errors.NotFound} when there is none
 * @throws {TypeError} when it is none of this format
 */
export async function readBaseline(file: string): Promise<Baseline> {
  let value: Baseline;
  try {
    value = JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(`Cannot compare benches: there is no "${file}". ${REMEDY}`);
    }
    throw new TypeError(`Cannot read "${file}": it is not JSON (${(error as Error).message}). ${REMEDY}`);
  }
  if (value?.format === 1 && typeof value.processors === "object") return value;
  throw new TypeError(`Cannot read "${file}": expected a baseline in format 1. ${REMEDY}`);
}

/** Writes it, in an order that does not hang on who measured what when. */
export async function writeBaseline(file: string, { format, processors }: Baseline): Promise<void> {
  const sorted = <T>(of: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(of).sort(([a], [b]) => a < b ? -1 : 1));
  const entries = Object.entries(processors).map((
    [name, { how, benches }],
  ) => [name, { how, benches: sorted(benches) }]);
  const whole = { format, processors: sorted(Object.fromEntries(entries)) };
  await writeAtomic(file, `${JSON.stringify(whole, null, 2)}\n`);
}

/** What some runs say of a bench: numbers rounded, since a file of them is read and compared by people. */
export function knownOf(runs: readonly { readonly ratio: number; readonly milliseconds: number }[]): Known {
  const ratios = runs.map(({ ratio }) => ratio);
  return {
    ratio: Number(median(ratios).toPrecision(4)),
    band: Number(bandOf(ratios).toFixed(3)),
    milliseconds: Number(Math.min(...runs.map(({ milliseconds }) => milliseconds)).toPrecision(3)),
  };
}

/** The same entry with some benches measured anew. @param whole whether benches that were not measured are no more */
export function renewed(
  before: Entry | undefined,
  now: Entry,
  { whole }: { readonly whole: boolean },
): Entry {
  if (before === undefined || whole) return now;
  return { how: now.how, benches: { ...before.benches, ...now.benches } };
}
