import { copyBlock, merge, stepsOf } from "./blocks.ts";
import { type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Axes in another order. */
export function transposeKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    Transpose: ({ x }, attributes, stock) => {
      const perm = attributes.perm as number[];
      const shape = perm.map((axis) => x.shape[axis]);
      if (sizeOf(shape) === 0 || (x.dtype !== "float32" && x.dtype !== "int32")) return stock();
      const [from, to] = [stepsOf(x.shape), stepsOf(shape)];
      const axes = merge(shape.map((n, i) => ({ n, from: from[perm[i]], to: to[i] })));
      const run = axes[axes.length - 1];
      const planes = run.n === 1 && axes.length > 1;
      const outer = planes ? axes.slice(0, -2).filter(({ from }) => from !== 1) : axes.slice(0, -1);
      if (outer.length > 3) return stock();
      const y = heap.output(shape, x.dtype);
      const [source, target] = [heap.address(x), heap.address(y)];
      if (!planes) {
        copyBlock(machine, axes, { from: source, to: target });
        return y;
      }
      // the last axis of y, and the one that was the last of x
      const rows = axes[axes.length - 2], columns = axes.find(({ from, n }) => from === 1 && n > 1)!;
      while (outer.length < 3) outer.push({ n: 1, from: 0, to: 0 });
      const [a, b, c] = outer;
      threads.run(
        "transposePlanes",
        [
          ...[source, a.from, b.from, c.from, rows.from],
          ...[target, a.to, b.to, c.to, columns.to],
          ...[b.n, c.n, rows.n, columns.n],
        ],
        shared(machine, a.n * threads.sizes.transposeBands(rows.n), { operations: sizeOf(shape) }),
      );
      return y;
    },
  };
}
