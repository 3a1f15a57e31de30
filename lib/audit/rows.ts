/** Short rows of numbers by key, for millions: no object for each, and no text. */
import { createHash } from "node:crypto";

/** 64 bits of a hash, in halves: of three million texts two share a key with a chance of 2 in 10⁷. */
export type Key = readonly [number, number];

/** The key of a text. */
export function rowKey(text: string): Key {
  const digest = createHash("sha256").update(text).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** Rows of words of 32 bits. */
export interface Rows {
  /** The words of a key, not to be changed; null where there are none. */
  find(key: Key): Uint32Array | null;
  /** Takes in the words of a key, unless it has some. */
  add(key: Key, words: ArrayLike<number>): void;
}

/** Rows that stand together in memory. */
const BLOCK = 1 << 14;

/**
 * No rows, to be added to: a table of slots, each with the place of a row, at most half of them taken.
 *
 * @param width words of a row; a row takes 4 bytes for each, and 16 to 24 besides
 */
export function emptyRows(width: number): Rows {
  const stride = 2 + width;
  const blocks: Uint32Array[] = [];
  let slots = new Int32Array(1024).fill(-1);
  let count = 0;
  const rowAt = (place: number): Uint32Array => {
    const from = place % BLOCK * stride;
    return blocks[Math.floor(place / BLOCK)].subarray(from, from + stride);
  };
  /** The slot of a key, or the free one in which it belongs. */
  const slotOf = ([low, high]: Key): number => {
    for (let slot = low & (slots.length - 1);; slot = (slot + 1) & (slots.length - 1)) {
      if (slots[slot] < 0) return slot;
      const row = rowAt(slots[slot]);
      if (row[0] === low && row[1] === high) return slot;
    }
  };
  const grow = (): void => {
    slots = new Int32Array(2 * slots.length).fill(-1);
    for (let place = 0; place < count; place++) {
      const [low, high] = rowAt(place);
      slots[slotOf([low, high])] = place;
    }
  };
  return {
    find(key) {
      const place = slots[slotOf(key)];
      return place < 0 ? null : rowAt(place).subarray(2);
    },
    add(key, words) {
      const slot = slotOf(key);
      if (slots[slot] >= 0) return;
      if (count % BLOCK === 0) blocks.push(new Uint32Array(BLOCK * stride));
      slots[slot] = count;
      const row = rowAt(count++);
      row.set(key);
      row.set(words, 2);
      if (2 * count > slots.length) grow();
    },
  };
}
