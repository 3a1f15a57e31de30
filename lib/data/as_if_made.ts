/** The samples of a definition before anything was made of them, for those who count or rehearse. */
import type { Experiment } from "../experiment.ts";
import { twinsOf } from "../reconstruct/mod.ts";
import type { Pair } from "../types.ts";
import { type Folders, type Gathered, gatherSamples } from "./pairs.ts";

/**
 * The samples that {@linkcode gatherSamples} gives once all reconstructions, residuals and error maps are made, without
 * them: in the place of a training sample's reconstruction stands the sample itself, as a fake, so that batches are as
 * many and as large. What data sets ship is there as it is.
 *
 * @throws as `gatherSamples`, of data sets alone
 */
export async function gatherAsIfMade(experiment: Experiment, folders: Folders): Promise<Gathered> {
  const { reconstruct, model } = experiment;
  const ships = reconstruct === null || reconstruct.kind === "existing";
  // not through experiment(), which would refuse losses that want reconstructions
  const bare = { ...experiment, model: { ...model, refine: null }, ...(ships ? {} : { reconstruct: null }) };
  const gathered = await gatherSamples(bare, folders);
  const twins = ships ? null : twinsOf(reconstruct);
  if (twins === null) return gathered;
  const made = ({ sample }: Pair): Pair => ({
    sample,
    reconstruction: twins.of === "both" || twins.of === sample.label
      ? { ...sample, id: `${sample.id}@${twins.kind}`, label: "fake", generator: twins.kind }
      : null,
  });
  return { ...gathered, train: gathered.train.map(made), validation: gathered.validation.map(made) };
}
