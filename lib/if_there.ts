/**
 * What is found, or null where the file system says that there is no such thing. Other errors stay what they are.
 *
 * @example
 * ```ts
 * import { ifThere } from "./if_there.ts";
 *
 * await ifThere(Deno.readTextFile("no such file")); // null
 * ```
 */
export async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
