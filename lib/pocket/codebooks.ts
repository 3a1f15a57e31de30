/**
 * Product quantisation: a vector is cut into groups of a few components, and each group rounded to the nearest of its
 * own codewords (Jégou et al. 2011).
 */
import type { Random } from "../random.ts";

/** How vectors are cut, and how many words there are for each group. */
export interface Quantiser {
  readonly groups: number;
  /** Components of a group. */
  readonly width: number;
  /** Codewords of a group. */
  readonly codes: number;
}

/**
 * Codewords for some vectors by Lloyd's k-means: eight rounds from vectors drawn at random. A word to which nothing is
 * nearest stays where it is.
 *
 * @param vectors n · groups · width values
 * @returns groups · codes · width values
 * @throws {RangeError} when there are fewer vectors than codewords
 */
export function fitCodebooks(vectors: Float32Array, quantiser: Quantiser, random: Random): Float32Array {
  const { groups, width, codes } = quantiser;
  const count = vectors.length / (groups * width);
  if (count < codes) throw new RangeError(`Cannot fit ${codes} codewords: found ${count} vectors, expected ${codes}`);
  const books = new Float32Array(groups * codes * width);
  for (let group = 0; group < groups; group++) {
    const drawn = random.permutation(count).subarray(0, codes);
    for (const [code, i] of drawn.entries()) {
      const from = (i * groups + group) * width;
      books.set(vectors.subarray(from, from + width), (group * codes + code) * width);
    }
  }
  for (let round = 0; round < 8; round++) {
    const sums = new Float64Array(books.length);
    const counts = new Uint32Array(groups * codes);
    for (let i = 0; i < count * groups; i++) {
      const word = nearest(vectors, i * width, { books, group: i % groups, ...quantiser });
      counts[word]++;
      for (let k = 0; k < width; k++) sums[word * width + k] += vectors[i * width + k];
    }
    for (const [word, found] of counts.entries()) {
      if (found === 0) continue;
      for (let k = 0; k < width; k++) books[word * width + k] = sums[word * width + k] / found;
    }
  }
  return books;
}

/** Vectors with every group replaced by its nearest codeword; the first of two equally near. */
export function nearestCodewords(
  vectors: ArrayLike<number>,
  books: ArrayLike<number>,
  quantiser: Quantiser,
): Float32Array {
  const { groups, width } = quantiser;
  const rounded = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length / width; i++) {
    const word = nearest(vectors, i * width, { books, group: i % groups, ...quantiser });
    for (let k = 0; k < width; k++) rounded[i * width + k] = books[word * width + k];
  }
  return rounded;
}

/** Number of the codeword, counted over all groups, that is nearest to the values at `from`. */
function nearest(
  vectors: ArrayLike<number>,
  from: number,
  { books, group, width, codes }: Quantiser & { books: ArrayLike<number>; group: number },
): number {
  let best = group * codes;
  let least = Infinity;
  for (let word = group * codes; word < (group + 1) * codes; word++) {
    let distance = 0;
    for (let k = 0; k < width; k++) distance += (vectors[from + k] - books[word * width + k]) ** 2;
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}
