/** The backbone of the detector that is shipped, as weights that a definition can name. */
import { join } from "node:path";
import { shippedFile } from "./shipped_file.ts";

/** What its weights are called, where they lie, and under which licence. */
export const pocketBackbone = {
  name: "pocket/detector",
  folder: join(import.meta.dirname!, "../pocket/model"),
  licence: "Apache-2.0; trained on photographs of the pocket world, whose authors lib/pocket/README.md names",
} as const;

/**
 * The file of its weights, the whole detector's, compared with the SHA-256 that its card names.
 *
 * @throws as {@linkcode shippedFile}
 */
export async function pocketBackboneFile(folder: string = pocketBackbone.folder): Promise<string> {
  return await shippedFile({
    folder,
    card: "pocket.json",
    what: "the shipped detector",
    remedy: "Restore it with: git checkout -- lib/pocket/model, or make it anew with: deno task pocket:model",
  });
}
