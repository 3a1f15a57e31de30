/**
 * Turns the progress of a reader into events of a kind, and hands its result on.
 *
 * @param whole where the reader does a part of some work: what was done before it, and all there is
 */
export async function* telling<K extends string, T>(
  kind: K,
  reader: AsyncGenerator<{ readonly done: number; readonly total: number }, T>,
  whole?: { readonly before: number; readonly total: number },
): AsyncGenerator<{ readonly kind: K; readonly done: number; readonly total: number }, T> {
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return value;
    yield whole === undefined ? { kind, ...value } : { kind, done: whole.before + value.done, total: whole.total };
  }
}
