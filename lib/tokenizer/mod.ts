/** Texts as the numbers that text encoders take. */
import { bertTokenizer } from "./bert.ts";
import { clipTokenizer } from "./clip.ts";
import { configIn, objectIn, textIn } from "./files.ts";
import type { Tokenizer } from "./tokenizer.ts";

export { bertTokenizer } from "./bert.ts";
export { clipTokenizer } from "./clip.ts";
export type { EncodeOptions, Tokenizer } from "./tokenizer.ts";

/**
 * The tokenizer in a folder, CLIP's or BERT's as its configuration names it; where none does, BERT's if the vocabulary
 * is a list of words.
 *
 * @throws as {@linkcode clipTokenizer} and {@linkcode bertTokenizer}
 */
export async function openTokenizer({ folder }: { readonly folder: string }): Promise<Tokenizer> {
  return await isBert(folder) ? await bertTokenizer({ folder }) : await clipTokenizer({ folder });
}

async function isBert(folder: string): Promise<boolean> {
  const { tokenizer_class } = await configIn(folder);
  if (typeof tokenizer_class === "string") return tokenizer_class.startsWith("Bert");
  const { model } = await objectIn(folder, "tokenizer.json") ?? {};
  if (model !== undefined) return (model as { readonly type?: unknown } | null)?.type === "WordPiece";
  return await textIn(folder, "vocab.txt") !== null;
}
