/** The small CLIP that is shipped with the library, and where its files lie. */
import { join } from "node:path";
import { shippedFile } from "./shipped_file.ts";

/** What its weights are called, where they lie with the vocabulary, and under which licence. */
export const pocketClip = {
  name: "pocket/clip",
  folder: join(import.meta.dirname!, "../pocket/clip"),
  /** Of the weights; the photographs' licences are told beside the world. */
  licence: "Apache-2.0; trained on photographs of the pocket world, whose authors lib/pocket/README.md names",
} as const;

/** Names of its files. */
export const pocketClipFiles = { weights: "clip.safetensors", card: "clip.json" } as const;

/** What is told of the weights in the file beside them. */
export interface PocketClipCard {
  readonly format: 1;
  readonly name: typeof pocketClip.name;
  /** A sentence each: what it is, how good, and what it is not. */
  readonly about: readonly string[];
  readonly licence: string;
  /** The command that makes it again. */
  readonly made: string;
  /** Everything that decides the weights, beside the training photographs. */
  readonly course: Readonly<Record<string, unknown>>;
  /** Identity of the training photographs: their pixels. */
  readonly photographs: string;
  readonly weights: { readonly file: string; readonly sha256: string };
  /** What was measured, by name. */
  readonly measured: Readonly<Record<string, unknown>>;
}

const REMEDY = "Restore it with: git checkout -- lib/pocket/clip, or make it anew with: deno task pocket:clip";

/**
 * The file of its weights, compared with the SHA-256 that its card names.
 *
 * @throws {Deno.errors.NotFound} when a file is missing
 * @throws {TypeError} when the weights are not those that the card names
 */
export async function pocketClipFile(folder: string = pocketClip.folder): Promise<string> {
  return await shippedFile({ folder, card: pocketClipFiles.card, what: "the shipped CLIP", remedy: REMEDY });
}
