/** One bench beside the reference computation, in turns. */
import type { Benched } from "../benched.ts";
import { processorTime, reference } from "./reference.ts";

/** What a bench came to in one process. */
export interface Measured {
  /** Its processor time over the reference's, both in the turns that were disturbed least. */
  readonly ratio: number;
  /** Its processor time in such a turn, milliseconds. */
  readonly milliseconds: number;
  readonly turns: number;
}

/** Processor time of a turn and of the warming up, at least, milliseconds. */
const TURN = 3, WARM = 150;

/** What takes longer than this, milliseconds, is as warm behind the reference as before it. */
const COLD = 20;

/** Of what takes longer than this, milliseconds, fewer runs go before, and of what takes even longer fewer turns count. */
const LONG = 300, VERY_LONG = 1500;

/** Most turns. */
const TURNS = 60;

/**
 * Measures a bench: it is run until it is warm, then in turns with the reference, behind which it is run once more for
 * nothing, since that has emptied the caches.
 *
 * Others who work on the machine take caches and memory, and a turn takes longer by it, never shorter: what counts is
 * {@linkcode nearLeast} and not the median. With 6 to 8 processes on two cores the ratios of medians of ten kernels lay 19 %
 * apart between four processes (the worst 27 %), those of the least 7 % (11 %).
 *
 * @param options `budget`, processor time of its turns together, milliseconds: there are 6 to 60, of what takes seconds 3
 */
export async function measure(one: Benched, { budget }: { readonly budget: number }): Promise<Measured> {
  const run = async (times: number): Promise<number> => {
    if (one.elsewhere !== undefined) return await one.elsewhere();
    const before = processorTime();
    for (let i = 0; i < times; i++) await one.fn();
    return (processorTime() - before) / times;
  };
  const once = await warm(run);
  const times = one.elsewhere === undefined ? Math.max(1, Math.round(TURN / once)) : 1;
  const turns = Math.min(TURNS, Math.max(once < VERY_LONG ? 6 : 3, Math.round(budget / (times * once))));
  const own: number[] = [], beside: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    beside.push(referenceTime());
    if (once < COLD) await run(1);
    own.push(await run(times));
  }
  const milliseconds = nearLeast(own);
  return { ratio: milliseconds / nearLeast(beside), milliseconds, turns };
}

/** Runs it until it has been compiled and its memory is at hand; tells what a run takes. */
async function warm(run: (times: number) => Promise<number>): Promise<number> {
  await run(1);
  let once = await run(1), spent = once;
  for (let runs = 2; once < LONG && (runs < 4 || spent < WARM); runs++) {
    once = await run(1);
    spent += Math.max(once, 1e-3);
  }
  return Math.max(once, 1e-3);
}

let warmed = false;

function referenceTime(): number {
  for (let i = 0; !warmed && i < 60; i++) reference();
  warmed = true;
  const before = processorTime();
  reference();
  return processorTime() - before;
}

/** The least of some numbers but one: now and then the system books a slice of time on the turn behind its own. */
export function nearLeast(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(1, sorted.length - 1)];
}
