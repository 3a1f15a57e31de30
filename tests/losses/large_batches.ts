/**
 * Loss terms with their gradients on large batches. As a program it takes all of them once on the backend it is given
 * and prints the largest memory that the process took, in MB (10⁶ bytes).
 */
import { type BackendName, closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import type { Scalar, Tensor2D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { auc, contrastive, cvar, type Loss, marginContrastive, supervisedContrastive } from "../../lib/losses/mod.ts";
import { lossTerm } from "../../lib/losses/total.ts";
import { peakMegabytes } from "../../lib/runs/memory.ts";
import { inputOf, normals, type OwnInput, rowsOf } from "./inputs.ts";

/** A term, and the batch that it is taken on: as many rows of each group. */
export interface LargeTerm {
  readonly term: Loss;
  readonly groups: readonly number[];
  /** Values of an embedding. */
  readonly width: number;
}

const quarters = [256, 256, 256, 256];

/** The recipes' largest batches. */
export const largeTerms: Readonly<Record<string, LargeTerm>> = {
  "auc, 2,048 rows": { term: auc(), groups: [1024, 1024], width: 1 },
  "cvar, 2,048 rows": { term: cvar(), groups: [1024, 1024], width: 1 },
  "contrastive, 1,024 rows of 1,024 values": { term: contrastive({ realPairs: true }), groups: quarters, width: 1024 },
  "marginContrastive, 1,024 rows of 1,024 values": { term: marginContrastive(), groups: quarters, width: 1024 },
  "supervisedContrastive, 1,024 rows of 1,024 values": {
    term: supervisedContrastive(),
    groups: quarters,
    width: 1024,
  },
};

/** A seeded batch for a term. */
export function largeInput({ groups, width }: LargeTerm): OwnInput {
  const rows = groups.reduce((sum, n) => sum + n, 0);
  return inputOf({
    groups,
    embedding: rowsOf(normals(71, rows * width), width),
    logits: rowsOf(normals(72, rows), 1),
  });
}

/** A term and its gradients by embedding and logits; the caller owns them. */
export function largeLoss(
  { term }: LargeTerm,
  { embedding, logits, ...others }: OwnInput,
): { readonly value: Scalar; readonly gradient: { readonly embedding: Tensor2D; readonly logits: Tensor2D } } {
  const { value, gradient } = valueAndGradient(
    (leaves: { embedding: Tensor2D; logits: Tensor2D }) => ({
      value: lossTerm(term, { ...leaves, ...others }),
      aux: {},
    }),
    { embedding, logits },
  );
  return { value, gradient };
}

if (import.meta.main) {
  await useBackend(Deno.args[0] as BackendName);
  for (const term of Object.values(largeTerms)) {
    using input = largeInput(term);
    const made = largeLoss(term, input);
    await made.value.data();
    disposeTree(made);
  }
  // deno-lint-ignore no-console -- what the program is for
  console.log(peakMegabytes());
  closeBackend();
}
