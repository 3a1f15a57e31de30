/** Weights and images that a golden case describes by name alone; `tests/golden/README.md` has the formula. */
import type { Stored } from "../../lib/engine/safetensors.ts";

/** A weight from its name and shape (PyTorch's axes). */
export function formulaWeight(seed: number, name: string, shape: readonly number[]): Stored {
  return { dtype: "F32", shape, data: uniform(seed, name, product(shape), rule(name, shape)) };
}

/** An image, or a stack of them, between `lo` and `hi`. */
export function formulaImage(
  seed: number,
  { name, shape, lo, hi }: { name: string; shape: readonly number[]; lo: number; hi: number },
): Float32Array {
  return uniform(seed, name, product(shape), (u) => lo + (hi - lo) * u);
}

/** Uniform numbers in [0, 1) that follow from a seed and a name, changed and rounded to float32. */
function uniform(seed: number, name: string, count: number, change: (u: number) => number): Float32Array {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${seed}:${name}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) { // a plain loop: ConvNeXt-base has 88 million of them
    let x = (hash + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = change(((x ^ (x >>> 16)) >>> 0) / 2 ** 32);
  }
  return values;
}

function rule(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith("running_var")) return (u) => 0.75 + 0.5 * u;
  if (name.endsWith("running_mean")) return (u) => 0.2 * (u - 0.5);
  if (shape.length >= 2) {
    const reach = Math.sqrt(3 / product(shape.slice(1)));
    return (u) => (2 * u - 1) * reach;
  }
  if (name.endsWith("gamma")) return (u) => 0.1 + 0.2 * u;
  if (name.endsWith("weight")) return (u) => 0.8 + 0.4 * u;
  return (u) => 0.2 * (u - 0.5);
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}
