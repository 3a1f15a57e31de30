import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import type { RunRecord } from "../types.ts";

/** The method by which Deno's kernel asks a value how it looks. */
export const DISPLAY = Symbol.for("Jupyter.display");
/** The method by which the console asks. */
const INSPECT = Symbol.for("Deno.customInspect");

/** The record as before, with a summary where a notebook would show some ten thousand lines. */
export function displayable(record: RunRecord): RunRecord {
  return Object.assign({ ...record }, {
    // loaded only when it is looked at: a run needs no tables
    [DISPLAY]: async () => (await import("./record.ts")).recordBundle(record),
    [INSPECT]: () => recordLine(record),
  });
}

/** A record in a line, as `dual, seed 1: done, 250 steps in 41 s`. */
export function recordLine({ experiment: { name, seed }, status, steps, seconds }: RunRecord): string {
  return `${name}, seed ${seed}: ${status}, ${plural(steps.length, "step")} in ${duration(seconds)}`;
}
