import type { RunRecord } from "../lib/types.ts";
import { assertEquals } from "./assert.ts";

/** The same run to the last bit, whenever and wherever it went. */
export function assertSame(one: RunRecord, other: RunRecord): void {
  assertEquals(one.id, other.id);
  for (const key of ["steps", "scores", "probe", "metrics"] as const) assertEquals<unknown>(one[key], other[key], key);
}
