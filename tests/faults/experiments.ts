/** What the fault tests train: done in two seconds, with everything that a state has to keep. */
import { derive } from "../../lib/experiment.ts";
import { plateau } from "../../lib/schedules/mod.ts";
import { tinyDual } from "../tiny_world.ts";

/** Four epochs of five steps, judged after every second one and at the end of each epoch. */
export const everything = derive(tinyDual({ epochs: 4 }), {
  name: "everything",
  model: { backbone: { dropPath: 0.5 } },
  trainable: { lastStages: 2, ema: 0.5 },
  clip: 1,
  batch: { size: 4, accumulate: 2 },
  select: { metric: "auc", every: 2 },
});

/** The same until its validation stands still. */
export const untilStill = derive(everything, {
  name: "until still",
  epochs: null,
  schedule: plateau({ patience: 1, factor: 0.1, floor: 1e-3 }),
});

/**
 * Steps whose gradient overflows are left out: so large a weight takes the squared norm of some, and not of all, beyond
 * what 32 bits hold.
 */
export const careful = derive(everything, {
  name: "careful",
  onNaN: "skip",
  loss: { contrastive: { weight: 2e18 } },
});
