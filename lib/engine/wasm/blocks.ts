import { backend_util, slice_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { reverseBytes } from "./bytes.ts";
import { type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Where a block stands in a tensor: its first value and the values from one index to the next on each axis. */
interface Place {
  readonly address: number;
  readonly first: number;
  readonly steps: readonly number[];
}

/** Slicing, padding, joining, splitting and repeating of 4-byte values: copies of blocks. */
export function blockKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** Copies a block of `size` from one tensor to another; at most four axes after neighbours are merged. */
  const copy = (size: readonly number[], from: Place, to: Place): void => {
    if (sizeOf(size) === 0) return;
    const axes = merge(size.map((n, i) => ({ n, from: from.steps[i], to: to.steps[i] })));
    copyBlock(machine, axes, { from: from.address + from.first * 4, to: to.address + to.first * 4 });
  };

  const slice = (x: TensorInfo, begin: readonly number[], size: readonly number[]): TensorInfo => {
    const y = heap.output(size, x.dtype);
    const steps = stepsOf(x.shape);
    const first = begin.reduce((sum, n, i) => sum + n * steps[i], 0);
    const target = { address: heap.address(y), first: 0, steps: stepsOf(size) };
    copy(size, { address: heap.address(x), first, steps }, target);
    return y;
  };

  /** Puts tensors of [outer, run] side by side. */
  const join = (tensors: TensorInfo[], outer: number, shape: readonly number[]): TensorInfo => {
    const y = heap.output(shape, tensors[0].dtype);
    const line = sizeOf(shape) / outer;
    let first = 0;
    for (const x of tensors) {
      const run = sizeOf(x.shape) / outer;
      const target = { address: heap.address(y), first, steps: [line, 1] };
      copy([outer, run], { address: heap.address(x), first: 0, steps: [run, 1] }, target);
      first += run;
    }
    return y;
  };

  return {
    Slice: ({ x }, { begin, size }, stock) => {
      const [first, extent] = slice_util.parseSliceParams(x as never, begin as number[], size as number[]);
      slice_util.assertParamsValid(x as never, first, extent);
      return copyable([x], x.shape, extent) ? slice(x, first, extent) : stock();
    },
    SplitV: ({ x }, { numOrSizeSplits, axis }, stock) => {
      const at = axisOf(axis as number, x.shape);
      const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits as number[], at);
      if (!copyable([x], x.shape, x.shape.with(at, -1))) return stock();
      let first = 0;
      return sizes.map((n) => {
        const part = slice(x, x.shape.map((_, i) => i === at ? first : 0), x.shape.with(at, n));
        first += n;
        return part;
      });
    },
    Unpack: ({ value: x }, { axis }, stock) => {
      const at = axisOf(axis as number, x.shape);
      if (!copyable([x], x.shape, x.shape.with(at, -1))) return stock();
      return Array.from({ length: x.shape[at] }, (_, n) => {
        const part = slice(x, x.shape.map((_, i) => i === at ? n : 0), x.shape.with(at, 1));
        return { ...part, shape: x.shape.toSpliced(at, 1) };
      });
    },
    Reverse: ({ x }, { dims }, stock) =>
      x.dtype === "bool" ? reverseBytes(machine, x, util.parseAxisParam(dims as number[], x.shape)) : stock(),
    Concat: (inputs, { axis }, stock) => {
      const tensors = Object.values(inputs).filter((x) => sizeOf(x.shape) > 0);
      if (tensors.length === 0 || !copyable(tensors, [], [])) return stock();
      const at = axisOf(axis as number, tensors[0].shape);
      const shape = tensors[0].shape.with(at, tensors.reduce((sum, x) => sum + x.shape[at], 0));
      return join(tensors, sizeOf(shape.slice(0, at)), shape);
    },
    Pack: (inputs, { axis }, stock) => {
      const tensors = Object.values(inputs);
      const { shape } = tensors[0];
      if (sizeOf(shape) === 0 || !copyable(tensors, [], [])) return stock();
      const at = axisOf(axis as number, [...shape, 1]);
      return join(tensors, sizeOf(shape.slice(0, at)), shape.toSpliced(at, 0, tensors.length));
    },
    Tile: ({ x }, { reps }, stock) => {
      const times = reps as number[];
      const shape = x.shape.map((n, i) => n * times[i]);
      const [from, to] = [stepsOf(x.shape), stepsOf(shape)];
      const axes = merge(x.shape.flatMap((n, i) => [
        { n: times[i], from: 0, to: n * to[i] },
        { n, from: from[i], to: to[i] },
      ]));
      if (axes.length > 4 || sizeOf(shape) === 0 || !copyable([x], [], [])) return stock();
      const y = heap.output(shape, x.dtype);
      copyBlock(machine, axes, { from: heap.address(x), to: heap.address(y) });
      return y;
    },
    PadV2: ({ x }, { paddings, constantValue }, stock) => {
      const sides = paddings as [number, number][];
      const shape = x.shape.map((n, i) => sides[i][0] + n + sides[i][1]);
      if (x.dtype !== "float32" || !copyable([x], shape, x.shape) || sizeOf(x.shape) === 0) return stock();
      const y = heap.output(shape);
      const items = sizeOf(shape);
      threads.run(
        "fill",
        [constantValue as number, heap.address(y)],
        shared(machine, items, { operations: items, quantum: 4 }),
      );
      const steps = stepsOf(shape);
      const first = sides.reduce((sum, [before], i) => sum + before * steps[i], 0);
      const source = { address: heap.address(x), first: 0, steps: stepsOf(x.shape) };
      copy(x.shape, source, { address: heap.address(y), first, steps });
      return y;
    },
  };
}

function axisOf(axis: number, shape: readonly number[]): number {
  return axis < 0 ? axis + shape.length : axis;
}

/** Values from one index to the next on each axis of a dense tensor. */
export function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => sizeOf(shape.slice(i + 1)));
}

/** Whether a block of `part` in `whole` comes down to four axes of 4-byte values. */
function copyable(tensors: TensorInfo[], whole: readonly number[], part: readonly number[]): boolean {
  const cuts = whole.filter((n, i) => n !== part[i]).length;
  return cuts <= 3 && tensors.every((x) => x.dtype === "float32" || x.dtype === "int32");
}

/** One axis of a block: its length, and the values from one index to the next on either side. */
export interface Axis {
  readonly n: number;
  readonly from: number;
  readonly to: number;
}

/** Neighbouring axes that are dense on both sides become one; the last one is of single steps. */
export function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [{ n: 1, from: 1, to: 1 }];
  for (const axis of axes.toReversed()) {
    const inner = merged[0];
    if (axis.n === 1) continue;
    if (axis.from === inner.n * inner.from && axis.to === inner.n * inner.to) {
      merged[0] = { ...inner, n: inner.n * axis.n };
    } else merged.unshift(axis);
  }
  return merged;
}

/** Copies a block of at most four {@linkcode merge}d axes from one address to another. */
export function copyBlock(
  machine: Machine,
  axes: readonly Axis[],
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const outer = axes.slice(0, -1);
  const run = axes[axes.length - 1].n;
  const operations = sizeOf(axes.map(({ n }) => n));
  // the first axis is cut: what is missing comes behind it
  while (outer.length < 3) outer.push({ n: 1, from: 0, to: 0 });
  const [a, b, c] = outer;
  const args = [from, a.from, b.from, c.from, to, a.to, b.to, c.to, b.n, c.n, run];
  machine.threads.run("copyBlocks", args, shared(machine, a.n, { operations }));
}
