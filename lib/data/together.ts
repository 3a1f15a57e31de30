/**
 * Waits for all, whatever becomes of each, so that a user hears at once of everything that is missing.
 *
 * @returns the values, in the order given
 * @throws the one refusal there is; {Deno.errors.NotFound} with each message once, a line each, where several fail
 */
export async function together<T extends readonly unknown[]>(
  promises: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const settled = await Promise.allSettled(promises);
  const errors: Error[] = settled.flatMap((each) => each.status === "rejected" ? [each.reason] : []);
  const messages = [...new Set(errors.map(({ message }) => message))];
  if (messages.length > 1) throw new Deno.errors.NotFound(messages.join("\n"), { cause: errors[0] });
  if (messages.length === 1) throw errors[0];
  return settled.map((each) => (each as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
