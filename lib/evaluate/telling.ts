/** Turns the progress of a reader into events of a kind, and hands its result on. */
export async function* telling<K extends string, T>(
  kind: K,
  reader: AsyncGenerator<{ readonly done: number; readonly total: number }, T>,
): AsyncGenerator<{ readonly kind: K; readonly done: number; readonly total: number }, T> {
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return value;
    yield { kind, ...value };
  }
}
