import { checkChoice } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import type { Places } from "./mod.ts";

/** Which samples are reconstructed. */
export type Target = "both" | "real" | "fake";

/** All of them, to choose from. */
export const targets: readonly Target[] = ["both", "real", "fake"];

/** Reconstructions made by others, which the data set ships beside its samples. */
export interface Existing extends Part<"existing"> {
  /** Which samples get theirs. */
  readonly of: Target;
}

/** Makes an {@linkcode Existing} part. */
export const existing: Maker<Existing> = part("existing", { of: "both" }, {
  check: ({ of }) => checkChoice("existing.of", of, targets),
});

/** The shipped reconstruction of each sample, null where there is none. */
export async function findExisting(
  _spec: Existing,
  samples: readonly Sample[],
  { shipped }: Places,
): Promise<readonly (Sample | null)[]> {
  return await shipped(samples);
}
