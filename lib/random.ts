/** Named, seeded streams of random numbers: the same seed and names give the same numbers on every machine. */

/** A stream of random numbers; every draw moves it on. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** The integers 0…n−1 in random order. */
  permutation(n: number): Int32Array;
  /** `n` draws of {@linkcode normal}, rounded to float32. */
  normals(n: number): Float32Array;
}

/**
 * A stream of its own for every seed and name, so that drawing more of one thing never moves another.
 *
 * The generator is xoshiro128** (Blackman and Vigna 2018), seeded by an FNV-1a hash of the seed and the
 * names, mixed by the finaliser of MurmurHash3.
 *
 * @example
 * ```ts
 * import { random } from "./random.ts";
 *
 * random(1, "order", 3).permutation(4); // the order of epoch 3 under seed 1, always the same
 * ```
 */
export function random(seed: number, ...names: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(JSON.stringify([seed, ...names]))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  const next = (): number => {
    hash = (hash + 0x9e3779b9) | 0;
    let x = hash;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) | 0;
  };
  let a = next(), b = next(), c = next(), d = next() | 1; // never all zero
  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  let spare: number | null = null;
  const uniform = (): number => bits() / 2 ** 32;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    // Box and Muller; 1 − u keeps the logarithm finite
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const integer = (n: number): number => Math.floor(uniform() * n);
  return {
    uniform,
    normal,
    integer,
    permutation: (n) => {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
    normals: (n) => Float32Array.from({ length: n }, normal),
  };
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
