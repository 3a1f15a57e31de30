/**
 * Makes the values `from`…`to`−1 ahead of their use, so that pixels are read while the network works; one after the
 * other, since those who make them share out the images of one among themselves. What was made and not taken is disposed
 * when the reader stops.
 *
 * @param most values that wait or are in the making at a time, ≥ 1; left out: one
 */
export async function* ahead<T extends Disposable>(
  { from, to, most = 1 }: { from: number; to: number; most?: number },
  make: (i: number) => Promise<T>,
): AsyncGenerator<T, void> {
  const waiting: Promise<T>[] = [];
  let next = from;
  let left = false;
  const fill = (): void => {
    while (next < to && waiting.length < most) {
      const i = next++;
      const before = waiting.at(-1);
      const made = before === undefined ? make(i) : before.then(() => left ? Promise.reject(LEFT) : make(i));
      made.catch(() => {}); // seen when it is awaited; without this an early stop reports it as unhandled
      waiting.push(made);
    }
  };
  try {
    for (fill(); waiting.length > 0;) {
      const value = await waiting[0];
      waiting.shift();
      fill();
      yield value;
    }
  } finally {
    left = true;
    for (const made of waiting) (await made.catch(() => null))?.[Symbol.dispose]();
  }
}

/** Why a value was not made: nobody reads on. */
const LEFT = new Error("The reader has stopped");

/**
 * The items of a source, some at a time. Those of a group that is not full when the source ends or throws, or is left,
 * are disposed.
 */
export async function* inGroups<T extends Disposable>(
  source: AsyncIterable<T>,
  size: number,
): AsyncGenerator<T[], void> {
  let group: T[] = [];
  try {
    for await (const item of source) {
      group.push(item);
      if (group.length < size) continue;
      const full = group;
      group = [];
      yield full;
    }
  } finally {
    for (const item of group) item[Symbol.dispose]();
  }
}
