/** What a heap refused, by the error that it threw: so that whoever knows the size of the work can say what to change. */
const refusals = new WeakMap<object, string>();

/**
 * An error that says that a backend's heap is full.
 *
 * @param refused what does not fit, in words
 */
export function heapFull(refused: string): RangeError {
  const error = new RangeError(`${refused}. Use a smaller batch or model, or free tensors that nobody needs`);
  refusals.set(error, refused);
  return error;
}

/** What a full heap refused, in words, when that is what an error tells of; null otherwise. */
export function refusedByHeap(error: unknown): string | null {
  return (typeof error === "object" && error !== null ? refusals.get(error) : undefined) ?? null;
}
