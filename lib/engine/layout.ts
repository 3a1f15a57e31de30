/**
 * Between files and memory: the only place that transposes weights.
 *
 * Files have PyTorch's axes. In memory a filter of rank 4 is HWIO (OIHW in the file; a depthwise [C, 1, k, k]
 * becomes [k, k, 1, C]); everything else is the same in both.
 */
import { nearest } from "../definition/nearest.ts";
import { type Tensor, tensor } from "./ops.ts";
import type { Stored, StoredTensors } from "./safetensors.ts";
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
    const rows = leaf.rank === 4 ? transpose(data, [h * w, i, o]) : data;
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
  const { shape, data } = stored;
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  const [o, i, h, w] = shape;
  const rows = shape.length === 4 ? transpose(values, [o, i, h * w]) : values;
  return tensor(rows, houseShape(shape), "float32");
}

/**
 * A tree like `template` with the stored values. The template stays the caller's.
 *
 * @returns tensors that the caller owns
 * @throws {TypeError} naming every missing, unknown and mis-shaped tensor at once, with the nearest name
 */
export function loadInto<T extends Tree>(template: T, stored: StoredTensors): T {
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
  return fill(template, new Map(wanted.map(([path]) => [path, loadTensor(path, stored.get(path)!)])));
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

function isFloating(stored: Stored): stored is Stored & { data: Float32Array | Float64Array } {
  return stored.data instanceof Float32Array || stored.data instanceof Float64Array;
}

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
  return {
    dtype,
    shape: [columns, rows],
    get data() {
      return transpose(stored.data as Float32Array, [rows, 1, columns]);
    },
  };
}

/** Values of [a, b, c] in the order of [c, b, a]; a copy. */
function transpose(values: Float32Array, [a, b, c]: readonly [number, number, number]): Float32Array {
  const out = new Float32Array(values.length);
  for (let k = 0, to = 0; k < c; k++) {
    for (let j = 0; j < b; j++) {
      for (let i = 0; i < a; i++) out[to++] = values[(i * b + j) * c + k];
    }
  }
  return out;
}
