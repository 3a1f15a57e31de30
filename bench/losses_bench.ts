/**
 * Loss terms and their gradients at the sizes of the recipes: AUC and CVaR of 2,048 rows, what looks at pairs at 1,024
 * rows of 1,024 values. On the backend and threads of `bench/engine.ts`.
 */
import { disposeTree } from "../lib/engine/tree.ts";
import { largeInput, largeLoss, largeTerms } from "../tests/losses/large_batches.ts";
import { bench } from "./benched.ts";
import { startEngine } from "./engine.ts";

await startEngine();

for (const [name, term] of Object.entries(largeTerms)) {
  const input = largeInput(term);
  bench({
    ...{ group: "loss with gradients", name, watch: /^(auc|contrastive)/.test(name) ? "short" : "full" },
    fn: async () => {
      const made = largeLoss(term, input);
      await made.value.data();
      disposeTree(made);
    },
  });
}
