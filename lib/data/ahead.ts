/**
 * Makes the values `from`…`to`−1 one ahead of their use, so that pixels are read while the network
 * works. What was made and not taken is disposed when the reader stops.
 */
export async function* ahead<T extends Disposable>(
  { from, to }: { from: number; to: number },
  make: (i: number) => Promise<T>,
): AsyncGenerator<T, void> {
  let next: Promise<T> | null = null;
  const start = (i: number): Promise<T> | null => {
    if (i >= to) return null;
    const made = make(i);
    made.catch(() => {}); // seen when it is awaited; without this an early stop reports it as unhandled
    return made;
  };
  try {
    next = start(from);
    for (let i = from; next !== null; i++) {
      const value: T = await next;
      next = start(i + 1);
      yield value;
    }
  } finally {
    (await next?.catch(() => null))?.[Symbol.dispose]();
  }
}

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
