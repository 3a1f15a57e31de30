import type { NamedAttrMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { Heap } from "./heap.ts";
import { MOST_CHUNKS, type Threads, type Work } from "./threads.ts";

/** What a kernel works with. */
export interface Machine {
  readonly heap: Heap;
  readonly threads: Threads;
}

/** A kernel of TensorFlow.js, or of the house's operations; `stock` is the one it stands before. */
export type Kernel = (
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: NamedAttrMap,
  stock: () => TensorInfo | TensorInfo[],
) => TensorInfo | TensorInfo[];

/** Kernels by the name under which TensorFlow.js looks for them. */
export type KernelTable = Readonly<Record<string, Kernel>>;

/** The address of an optional input, 0 for none: what kernels take for "no bias". */
export function addressOf({ heap }: Machine, tensor: TensorInfo | undefined): number {
  return tensor === undefined ? 0 : heap.address(tensor);
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** Below this many operations waking another thread costs more than it saves. */
const worthwhile = 100_000;

/**
 * Work cut so that all threads share it. Only for kernels whose every output value is computed whole within one item:
 * there, where the cuts fall changes nothing.
 *
 * @param operations of the whole work, roughly
 * @param quantum items that a kernel takes at once
 */
export function shared(
  { threads }: Machine,
  items: number,
  { operations, quantum = 1, scratch = 64 }: { operations: number; quantum?: number; scratch?: number },
): Work {
  if (threads.count === 1 || operations < worthwhile) return { items, per: items, scratch, alone: true };
  // four chunks a thread: a slow core holds the others up by a quarter of its share at most
  const chunks = Math.min(MOST_CHUNKS, threads.count * 4);
  return { items, per: Math.max(quantum, Math.ceil(items / chunks / quantum) * quantum), scratch };
}

/** Partial sums of a reduction: at most this many, by the shape alone. */
const mostPartials = 8;

/** How a reduction is cut and where its sums go. */
export interface Reduction {
  readonly items: number;
  /** Items worth a partial sum of their own. */
  readonly least: number;
  /** Operations of the whole work, roughly. */
  readonly operations: number;
  /** The sums, one behind the other in a partial sum: where they go and how many values they have. */
  readonly to: readonly { readonly address: number; readonly size: number }[];
  readonly scratch?: number;
}

/**
 * Runs a kernel that sums over its items: into partial sums whose number depends on the shape alone, then these in
 * ascending order. So the result is the same to the last bit whatever the number of threads.
 *
 * @param args makes the kernel's arguments from the address of the partial sums
 */
export function reduce(
  { threads }: Machine,
  kernel: string,
  args: (partials: number) => number[],
  { items, least, operations, to, scratch }: Reduction,
): void {
  if (items === 0) {
    for (const { address, size } of to) threads.run("fill", [0, address], { items: size, per: size, alone: true });
    return;
  }
  const per = Math.max(1, least, Math.ceil(items / mostPartials));
  const count = Math.ceil(items / per);
  const work = { items, per, scratch, alone: operations < worthwhile };
  // one partial sum is the sum itself
  if (count === 1 && to.length === 1) return threads.run(kernel, args(to[0].address), work);
  const size = to.reduce((sum, part) => sum + part.size, 0);
  const partials = threads.partials(count * size * 4);
  threads.run(kernel, args(partials), work);
  let from = partials;
  for (const part of to) {
    threads.run("addPartials", [from, count, size, part.address], { items: part.size, per: part.size, alone: true });
    from += part.size * 4;
  }
}
