import { tensor, type Tensor1D, type Tensor2D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { random } from "../../lib/random.ts";
import type { Groups, LossInput } from "../../lib/types.ts";

/** Counts of groups in the order of a batch's rows: real, fake, realRec, fakeRec. */
export function groupsOf([real = 0, fake = 0, realRec = 0, fakeRec = 0]: readonly number[]): Groups {
  return { real, fake, realRec, fakeRec };
}

/** A loss input that owns its tensors. */
export interface OwnInput extends LossInput, Disposable {}

/** What a loss is given, from plain rows; what is not given is zero. */
export function inputOf(
  { groups, embedding, logits }: {
    groups: readonly number[];
    embedding?: readonly (readonly number[])[];
    logits?: readonly (readonly number[])[];
  },
): OwnInput {
  const counts = groupsOf(groups);
  const rows = groups.reduce((sum, n) => sum + n, 0);
  const matrix = (values: readonly (readonly number[])[] | undefined): Tensor2D =>
    values === undefined
      ? zeros([rows, 1]) as Tensor2D
      : tensor(values.flat(), [values.length, values[0]?.length ?? 0]) as Tensor2D;
  const tensors = {
    embedding: matrix(embedding),
    logits: matrix(logits),
    labels: tensor(Float32Array.from({ length: rows }, (_, i) => Number(i >= counts.real))) as Tensor1D,
  };
  return { ...tensors, groups: counts, [Symbol.dispose]: () => disposeTree(tensors) };
}

/** Seeded normal numbers. */
export function normals(seed: number, count: number): number[] {
  return [...random(seed, "test").normals(count)];
}

/** The same numbers as rows of a width. */
export function rowsOf(values: readonly number[], width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
}
