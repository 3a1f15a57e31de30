import type { ColumnTable } from "arquero";
import type { RunRecord } from "../types.ts";
import { differences } from "./compare.ts";
import { groupMethods } from "./methods.ts";
import { onSharedSets } from "./shared_sets.ts";

/**
 * What the last method gained on each of the others: tables of `differences`, and where two cannot be paired the reason.
 * Runs without a seed in common, or tested on different photographs, have a comparison all the same.
 *
 * @throws {RangeError} as `compare`
 */
export function gainsOfLast(records: readonly RunRecord[]): (ColumnTable | string)[] {
  const names = groupMethods(onSharedSets(records)).map(({ name }) => name);
  const of = names.pop()!;
  return names.map((against) => {
    try {
      return differences(records, { of, against });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message;
    }
  });
}
