/** Pipelines that lie in the library itself. */
import { join } from "node:path";

/** Folders of the pipelines that are shipped, by the names that parts have for them. */
export const shippedPipelines: Readonly<Record<string, string>> = {
  pocket: join(import.meta.dirname!, "../pocket/pipelines/pocket"),
};

/** The folder of a shipped pipeline; null where none has the name. */
export function shippedPipeline(name: string): string | null {
  return Object.hasOwn(shippedPipelines, name) ? shippedPipelines[name] : null;
}
