/**
 * Between files and memory: the only place that transposes weights.
 *
 * Files have PyTorch's axes. In memory a filter of rank 4 is HWIO (OIHW in the file; a depthwise [C, 1, k, k]
 * becomes [k, k, 1, C]); everything else is the same in both.
 */
import { nearest } from "../definition/nearest.ts";
import { filled } from "./filled.ts";
import type { Tensor } from "./ops.ts";
import { derived, isFloating, type Stored, type StoredTensors } from "./stored.ts";
import { entries, fill, type Tree } from "./tree.ts";

/** A shape in PyTorch's axes from the house's. */
export function torchShape(shape: readonly number[]): number[] {
  if (shape.length !== 4) return [...shape];
  const [h, w, i, o] = shape;
  return [o, i, h, w];
}

/** A shape in the house's axes from PyTorch's. */
export function houseShape(shape: readonly number[]): number[] {
  if (shape.length !== 4) return [...shape];
  const [o, i, h, w] = shape;
  return [h, w, i, o];
}

/**
 * A tree as it is stored: float32, PyTorch's axes, the tree's dotted paths as names.
 *
 * Waits for the backend, so no `tidy` may be open around it.
 */
export async function storeTree(tree: Tree): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>();
  for (const [path, leaf] of entries(tree)) {
    const data = (await leaf.data()) as Float32Array;
    const [h, w, i, o] = leaf.shape;
    const rows = leaf.rank === 4 ? transpose(data, [h * w, i, o], new Float32Array(data.length)) : data;
    stored.set(path, { dtype: "F32", shape: torchShape(leaf.shape), data: rows });
  }
  return stored;
}

/**
 * One stored tensor in memory, in the house's axes; half and double precision become float32.
 *
 * @throws {TypeError} for whole numbers: parameters are floating
 */
export function loadTensor(name: string, stored: Stored): Tensor {
  if (!isFloating(stored)) throw new TypeError(`Cannot load "${name}": it holds ${stored.dtype}, expected ${floating}`);
  const { shape, copyTo } = stored;
  const [o, i, h, w] = shape;
  return filled(houseShape(shape), (values) => {
    if (shape.length === 4) transpose(stored.data as Float32Array | Float64Array, [o, i, h * w], values);
    else if (copyTo !== undefined) copyTo(values);
    else values.set(stored.data as Float32Array | Float64Array);
  });
}

/**
 * A tree like `template` with the stored values.
 *
 * @param options `consume`: whether the template's tensors are freed, each before the one that takes its place is made,
 * so that a network is never twice in memory; otherwise the template stays as it is
 * @returns tensors that the caller owns
 * @throws {TypeError} naming every missing, unknown and mis-shaped tensor at once, with the nearest name
 */
export function loadInto<T extends Tree>(
  template: T,
  stored: StoredTensors,
  { consume = false }: { readonly consume?: boolean } = {},
): T {
  const wanted = entries(template);
  const names = new Set(wanted.map(([path]) => path));
  const unknown = [...stored.keys()].filter((name) => !names.has(name));
  // told lazily: searching the nearest of hundreds of names for each of hundreds would take seconds
  const complaints: (() => string)[] = [];
  for (const [path, leaf] of wanted) {
    const found = stored.get(path);
    const shape = torchShape(leaf.shape);
    if (found === undefined) {
      complaints.push(() => `missing "${path}" [${shape.join(", ")}]${hint(nearest(path, unknown), "is it")}`);
    } else if (found.shape.join() !== shape.join()) {
      complaints.push(() => `"${path}" is [${found.shape.join(", ")}], expected [${shape.join(", ")}]`);
    } else if (!isFloating(found)) {
      complaints.push(() => `"${path}" holds ${found.dtype}, expected ${floating}`);
    }
  }
  for (const name of unknown) complaints.push(() => `unknown "${name}"${hint(nearest(name, names), "did you mean")}`);
  if (complaints.length > 0) throw new TypeError(`Cannot load the weights: ${firstOf(complaints)}`);
  const loaded = new Map<string, Tensor>();
  try {
    for (const [path, leaf] of wanted) {
      if (consume) leaf.dispose();
      loaded.set(path, loadTensor(path, stored.get(path)!));
    }
  } catch (error) {
    for (const tensor of loaded.values()) tensor.dispose(); // a file that ends too soon is told in its middle
    throw error;
  }
  return fill(template, loaded);
}

function hint(near: string | null, question: string): string {
  return near === null ? "" : `, ${question} "${near}"?`;
}

/** The first complaints, and how many more there are. */
function firstOf(complaints: readonly (() => string)[]): string {
  const most = 12;
  const more = complaints.length > most ? `; and ${complaints.length - most} more` : "";
  return complaints.slice(0, most).map((tell) => tell()).join("; ") + more;
}

const floating = "F32, F64, F16 or BF16";

/** Side of the square blocks in which a transposition goes; two of them lie in the nearest cache. */
const BLOCK = 32;

/**
 * A stored matrix with its axes exchanged, turned when it is looked at: [A, B] → [B, A].
 *
 * @throws {TypeError} for another rank, and for whole numbers
 */
export function transposed(stored: Stored): Stored {
  const { dtype, shape } = stored;
  if (shape.length !== 2 || !isFloating(stored)) {
    throw new TypeError(`Cannot turn ${dtype} [${shape.join(", ")}]: expected a matrix of ${floating}`);
  }
  const [rows, columns] = shape;
  return derived({ dtype: "F32", shape: [columns, rows] }, () => {
    const values = stored.data as Float32Array | Float64Array;
    return transpose(values, [rows, 1, columns], new Float32Array(values.length));
  });
}

/** Values of [a, b, c] in the order of [c, b, a], written to `out`, which is returned. */
function transpose(
  values: ArrayLike<number>,
  [a, b, c]: readonly [number, number, number],
  out: Float32Array,
): Float32Array {
  const columns = b * c;
  for (let top = 0; top < a; top += BLOCK) {
    const bottom = Math.min(a, top + BLOCK);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(columns, left + BLOCK);
      for (let column = left; column < right; column++) {
        const to = ((column % c) * b + Math.floor(column / c)) * a;
        for (let row = top; row < bottom; row++) out[to + row] = values[row * columns + column];
      }
    }
  }
  return out;
}
