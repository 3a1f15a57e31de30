/**
 * Loss terms and their gradients at the sizes of the recipes: AUC and CVaR of 2,048 rows, what looks at pairs at 1,024
 * rows of 1,024 values. `COUNTERPROOF_BACKEND` chooses the backend (wasm unless given).
 */
import { type BackendName, useBackend } from "../lib/engine/backend.ts";
import { disposeTree } from "../lib/engine/tree.ts";
import { largeInput, largeLoss, largeTerms } from "../tests/losses/large_batches.ts";

await useBackend((Deno.env.get("COUNTERPROOF_BACKEND") ?? "wasm") as BackendName);

for (const [name, term] of Object.entries(largeTerms)) {
  const input = largeInput(term);
  Deno.bench(name, async () => {
    const made = largeLoss(term, input);
    await made.value.data();
    disposeTree(made);
  });
}
