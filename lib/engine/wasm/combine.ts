import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { type Kernel, type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Operations of two operands, in the order in which the kernels number them. */
const kinds = ["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference"];

/** Sums, products and their like of two tensors, whatever is repeated along which axes. */
export function combineKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  const combine = (kind: number): Kernel => ({ a, b }, _, stock) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return stock();
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const operations = sizeOf(shape);
    const axes = merge(shape, stepsOf(a, shape), stepsOf(b, shape));
    if (axes.length > 4) return stock();
    const y = heap.output(shape);
    const [from, other, to] = [a, b, y].map(heap.address);
    if (axes.length === 1) {
      const [{ n, a, b }] = axes;
      const work = shared(machine, n, { operations, quantum: 4 });
      threads.run("combine", [kind, from, a, other, b, to], work);
      return y;
    }
    // the first axis is cut: what is missing comes behind it
    while (axes.length < 4) axes.splice(1, 0, { n: 1, a: 0, b: 0 });
    const [, { n: n1 }, { n: n2 }, { n: run }] = axes;
    const steps = (side: "a" | "b"): number[] => axes.map((axis) => axis[side]);
    const args = [kind, from, ...steps("a"), other, ...steps("b"), to, n1, n2, run];
    threads.run("combineBlocks", args, shared(machine, axes[0].n, { operations }));
    return y;
  };

  return Object.fromEntries(kinds.map((name, kind) => [name, combine(kind)]));
}

interface Axis {
  readonly n: number;
  readonly a: number;
  readonly b: number;
}

/** Values of an operand from one index to the next on each axis of the result; 0 where it is repeated. */
function stepsOf({ shape: own }: TensorInfo, shape: readonly number[]): number[] {
  const missing = shape.length - own.length;
  return shape.map((_, i) => i < missing || own[i - missing] === 1 ? 0 : sizeOf(own.slice(i - missing + 1)));
}

/** Neighbouring axes that both operands walk through, or both repeat, become one. */
function merge(shape: readonly number[], a: readonly number[], b: readonly number[]): Axis[] {
  const merged: Axis[] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) continue;
    const [inner] = merged;
    if (inner !== undefined && a[i] === inner.n * inner.a && b[i] === inner.n * inner.b) {
      merged[0] = { ...inner, n: inner.n * shape[i] };
    } else merged.unshift({ n: shape[i], a: a[i], b: b[i] });
  }
  return merged.length === 0 ? [{ n: 1, a: 1, b: 1 }] : merged;
}
