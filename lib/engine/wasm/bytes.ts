/**
 * Operations on truths, a byte each. The stock kernels of choosing and reversing copy four bytes for every one of them,
 * beyond the end of their output: later allocations never return. That of casting keeps a number's lowest byte, so that
 * 0.5 is false and -1 is 255.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Machine, sizeOf } from "./machine.ts";

/** The one where the condition holds, the other elsewhere; all of one shape. */
export function selectBytes({ heap }: Machine, condition: TensorInfo, [one, other]: readonly TensorInfo[]): TensorInfo {
  const y = heap.output(one.shape, "bool");
  const bytes = new Uint8Array(heap.memory.buffer);
  const [from, a, b, to] = [condition, one, other, y].map(heap.address);
  for (let i = 0; i < sizeOf(y.shape); i++) bytes[to + i] = bytes[bytes[from + i] !== 0 ? a + i : b + i];
  return y;
}

/** Backwards along some axes, counted from 0. */
export function reverseBytes({ heap }: Machine, x: TensorInfo, axes: readonly number[]): TensorInfo {
  const y = heap.output(x.shape, "bool");
  const bytes = new Uint8Array(heap.memory.buffer);
  const [from, to] = [x, y].map(heap.address);
  for (let i = 0; i < sizeOf(x.shape); i++) {
    let [rest, place, step] = [i, 0, 1];
    for (const [axis, n] of [...x.shape.entries()].toReversed()) {
      const at = rest % n;
      place += (axes.includes(axis) ? n - 1 - at : at) * step;
      step *= n;
      rest = Math.floor(rest / n);
    }
    bytes[to + place] = bytes[from + i];
  }
  return y;
}

/** Whether each of some numbers differs from 0; NaN does. */
export function truths({ heap }: Machine, x: TensorInfo): TensorInfo {
  const y = heap.output(x.shape, "bool");
  const place = [heap.memory.buffer, heap.address(x), sizeOf(x.shape)] as const;
  const numbers = x.dtype === "int32" ? new Int32Array(...place) : new Float32Array(...place);
  const bytes = new Uint8Array(heap.memory.buffer, heap.address(y), numbers.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = numbers[i] !== 0 ? 1 : 0;
  return y;
}
