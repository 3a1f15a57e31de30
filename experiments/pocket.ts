/** The ablation of dual-loss learning on the pocket world: what `deno task demo` runs. */
import { derive, type Experiment } from "../mod.ts";
import { contrastiveOnly, dual, onPocket, plain, withReconstructions } from "./dual_loss.ts";

/** The four variants by the names that `--methods` takes, in the order of the table. */
export const methods = {
  "plain": ({ seed = 1 } = {}): Experiment => onPocket(plain({ seed })),
  "with-reconstructions": ({ seed = 1 } = {}): Experiment => onPocket(withReconstructions({ seed })),
  "contrastive-only": ({ seed = 1 } = {}): Experiment => onPocket(contrastiveOnly({ seed })),
  "dual": ({ seed = 1 } = {}): Experiment => onPocket(dual({ seed })),
};

/** A variant of the ablation. */
export type Method = keyof typeof methods;

/** What `--quick` compares: the two variants whose difference is the question. */
export const quickMethods: readonly Method[] = ["contrastive-only", "dual"];

/** A variant cut to half of its steps, for a first look. */
export function quick(full: Experiment): Experiment {
  return derive(full, { schedule: { period: 4.5 }, epochs: 5 });
}

export default Object.values(methods).map((method) => method());
