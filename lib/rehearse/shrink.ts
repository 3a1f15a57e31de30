/** A recipe at a size that is rehearsed in minutes: fewer rows a step, two epochs of two steps, fewer steps of diffusion. */
import { planEpochs } from "../data/epochs.ts";
import { gatherAsIfMade } from "../data/as_if_made.ts";
import type { Gathered } from "../data/pairs.ts";
import { isPart } from "../definition/part.ts";
import type { Patch } from "../definition/patch.ts";
import { derive, type Experiment } from "../experiment.ts";
import { drawingOf } from "../train/train.ts";

/** What a rehearsal changes of a recipe, and what it makes of it. */
export interface Shrunk {
  readonly patch: Patch<Experiment>;
  readonly experiment: Experiment;
}

/** Steps of each of the two epochs: the third step is the first behind a checkpoint. */
export const STEPS = 2;

/** Steps of a chain of diffusion. */
const CHAIN = 2;

/**
 * The patch that makes a recipe small: batches of as many rows as give {@linkcode STEPS} steps an epoch on the data at hand,
 * two epochs, chains of two steps. Everything else is the recipe's.
 *
 * @returns null when the data at hand are too few for that, or leave validation without a class
 */
export async function shrunk(recipe: Experiment, data: string): Promise<Shrunk | null> {
  const gathered = await gatherAsIfMade(recipe, { data, artifacts: data });
  const labels = new Set(gathered.validation.map(({ sample }) => sample.label));
  const accumulate = recipe.batch.accumulate === null ? null : Math.min(2, recipe.batch.accumulate);
  const size = labels.size < 2 ? null : rowsFor(recipe, gathered, accumulate ?? 1);
  if (size === null) return null;
  const { reconstruct, batch } = recipe;
  const patch: Patch<Experiment> = {
    batch: { size, ...(accumulate === batch.accumulate ? {} : { accumulate }) },
    epochs: 2,
    ...shortened("reconstruct", reconstruct),
  };
  return { patch, experiment: derive(recipe, patch) };
}

/** The largest number of rows with which an epoch has so many steps; null: none. */
function rowsFor(recipe: Experiment, { train }: Gathered, accumulate: number): number | null {
  let found: number | null = null;
  for (let size = 2; size <= 4 * train.length; size++) {
    try {
      const { rows, stepsPerEpoch } = planEpochs(train, { ...drawingOf(recipe), size, accumulate });
      if (stepsPerEpoch === STEPS && size % rows === 0) found = size;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // such a batch cannot be filled
    }
  }
  return found;
}

/** A part, or the one inside it, with a short chain where it has one. */
function shortened(field: string, part: object | null): Record<string, unknown> {
  if (part === null) return {};
  if ("steps" in part) return { [field]: { steps: CHAIN } };
  return "of" in part && isPart(part.of) ? { [field]: shortened("of", part.of) } : {};
}
