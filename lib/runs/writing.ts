import { MAKE_ROOM } from "./atomic.ts";

/**
 * Something that writes to a folder.
 *
 * @throws {Error} where the system refuses, with what to do; what else it throws goes on as it is
 */
export async function writing<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (code === undefined) throw error; // it is not the system's, and tells more
    throw new Error(`Cannot write to "${folder}": ${message}. ${MAKE_ROOM}`, { cause: error });
  }
}
