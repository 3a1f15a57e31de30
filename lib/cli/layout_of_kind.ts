import type { Layout } from "../layouts/mod.ts";
import { UsageError } from "./command.ts";
import { load } from "./places.ts";

/**
 * A layout with nothing but its kind, and all generators where it has to be told which.
 *
 * @param words what could not be done, as `audit "folders"`, and where its options may be given instead
 * @throws {UsageError} when it needs options
 */
export async function layoutOfKind(
  kind: string,
  { what, instead }: { readonly what: string; readonly instead: string },
): Promise<Layout> {
  // every maker of a layout bears the name of its kind
  const makers = await load<Record<string, (options?: object) => Layout>>("lib/layouts/mod.ts");
  const errors: Error[] = [];
  for (const options of [{}, { generators: "all" }]) {
    try {
      return makers[kind](options);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  throw new UsageError(`Cannot ${what}: it needs options (${errors[0].message}). ${instead}`);
}
