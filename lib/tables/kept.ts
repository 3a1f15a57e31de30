/** Values that are kept while there is room, by key; the one unused for longest goes first. */
export interface Kept<T> {
  /** What was kept under a key, or what `make` makes, which is then kept; made once for all who ask meanwhile. */
  get(key: string, make: () => Promise<T>): Promise<T>;
}

/**
 * Keeps values within a budget of memory.
 *
 * @param budget in bytes; a single value may exceed it, and then goes with the next one
 * @param sizeOf bytes of a value
 */
export function keptWithin<T>(budget: number, sizeOf: (value: T) => number): Kept<T> {
  const kept = new Map<string, { readonly value: Promise<T>; bytes: number }>();
  let held = 0;
  const drop = (key: string): void => {
    held -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    async get(key, make) {
      const before = kept.get(key);
      if (before !== undefined) {
        kept.delete(key);
        kept.set(key, before); // the most recently used stands last
        return await before.value;
      }
      const entry = { value: make(), bytes: 0 };
      kept.set(key, entry);
      try {
        const value = await entry.value;
        if (kept.get(key) === entry) held += entry.bytes = sizeOf(value);
        for (const [other, { bytes }] of kept) {
          if (held <= budget) break;
          if (other !== key && bytes > 0) drop(other);
        }
        return value;
      } catch (error) {
        if (kept.get(key) === entry) drop(key);
        throw error;
      }
    },
  };
}
