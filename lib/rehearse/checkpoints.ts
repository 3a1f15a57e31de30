/** Files of weights in the form of published ones, whose numbers are told by a formula. */
import { dirname, join } from "node:path";
import { safetensorsPieces } from "../engine/safetensors.ts";
import { countOf, derived, type Stored, type StoredData } from "../engine/stored.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { type PublishedTensor, publishedTensors } from "./published_names.ts";

/**
 * Writes the weights of a published set into a folder of weights, under the names and with the shapes of the published
 * file, at full size. No backend but the processor's own is needed, and no more memory than the largest tensor takes.
 *
 * @returns the bytes of the file
 */
export async function writeWeights(name: string, folder: string): Promise<number> {
  const tensors = publishedTensors(name).map((tensor): [string, Stored] => [
    tensor.name,
    derived(tensor, () => formulaValues(tensor)),
  ]);
  const file = join(folder, `${name}.safetensors`);
  await Deno.mkdir(dirname(file), { recursive: true });
  await writeAtomic(file, safetensorsPieces(new Map(tensors), { format: "pt" }));
  return (await Deno.stat(file)).size;
}

/** Length of the table that all values are taken from: a prime, so that the rows of no matrix are alike. */
const TABLE = 1_000_003;

let table: Float32Array | null = null;

/**
 * The values of a tensor: norms 1, variances 1, biases and means near 0, the factors on branches 0.1, and filters and
 * matrices of mean 0 whose deviation is 1/√(inputs), so that what goes through a network neither dies nor explodes.
 * Value i of a name is its deviation times number (i + hash of the name) of a table of uniform numbers, over and over.
 */
export function formulaValues({ name, shape, dtype }: PublishedTensor): StoredData {
  const count = countOf(shape);
  if (dtype === "I64") return new BigInt64Array(count);
  if (name === "logit_scale") return Float32Array.of(Math.log(100));
  const [mean, deviation] = momentsOf(name, shape);
  const values = new Float32Array(count);
  if (deviation === 0) return values.fill(mean);
  table ??= uniformTable();
  const from = hashOf(name) % TABLE;
  const once = Math.min(count, TABLE);
  for (let i = 0; i < once; i++) values[i] = mean + deviation * table[(from + i) % TABLE];
  for (let at = TABLE; at < count; at += TABLE) values.copyWithin(at, 0, Math.min(TABLE, count - at));
  return values;
}

function momentsOf(name: string, shape: readonly number[]): [mean: number, deviation: number] {
  if (/\.running_var$/.test(name)) return [1, 0];
  if (/\.(bias|running_mean)$|_bias$/.test(name)) return [0, 0.01];
  if (/\.gamma$/.test(name)) return [0.1, 0];
  if (/\.weight$/.test(name) && shape.length === 1) return [1, 0];
  if (/embedding/.test(name) && !/patch_embedding/.test(name)) return [0, 0.02];
  return [0, countOf(shape.slice(1)) ** -0.5];
}

/** Numbers of mean 0 and deviation 1, uniform between ±√3. */
function uniformTable(): Float32Array {
  const values = new Float32Array(TABLE);
  let state = 1;
  for (let i = 0; i < TABLE; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0; // Numerical Recipes' generator
    values[i] = Math.sqrt(3) * state / 2 ** 31;
  }
  return values;
}

/** FNV-1a of a name. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
