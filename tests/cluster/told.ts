import type { Sweep, SweepEvent } from "../../lib/cluster/events.ts";
import { assert } from "../assert.ts";

/** What a sweep that told all this has come to. */
export function resultOf(told: readonly SweepEvent[]): Sweep {
  const last = told.at(-1)!;
  assert(last.kind === "done", Deno.inspect(last));
  return last.sweep;
}
