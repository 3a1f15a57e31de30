/** Texts for CLIP's text towers. */
import { dirname, join } from "node:path";
import { cachedFile } from "../hub/cache.ts";
import { clipTokenizer, type Tokenizer } from "../tokenizer/mod.ts";
import type { Captions } from "./network.ts";
import { pocketClip } from "./pocket_clip.ts";
import { clipVocabulary } from "./weights_table.ts";

/**
 * The tokenizer of the published text towers, which have one vocabulary: the function that pipelines' tokenizers are
 * read by, on files in the folder of weights, or in the cache of the hub that Python's users share. Nothing is downloaded.
 * OpenAI's code and open_clip pad with 0 (`pad: 0`), transformers with the end token, which a tower is read at either way.
 *
 * The pocket world's tower has a vocabulary of its own, which is shipped.
 *
 * @param folder of weights, null when the user named none
 * @param options `texts`: whose vocabulary
 * @throws {Deno.errors.NotFound} saying where was looked, and how to get the files
 */
export async function clipTextTokenizer(
  folder: string | null,
  { texts }: Pick<Captions, "texts"> = { texts: "published" },
): Promise<Tokenizer> {
  if (texts === "pocket") return await clipTokenizer({ folder: pocketClip.folder });
  const { repo, paths } = clipVocabulary;
  const own = folder === null ? null : join(folder, repo);
  if (own !== null && await Deno.stat(own).then(({ isDirectory }) => isDirectory, () => false)) {
    return await clipTokenizer({ folder: own });
  }
  const cached = await Promise.all(paths.map((path) => cachedFile({ repo, path })));
  if (cached.every((file) => file !== null)) return await clipTokenizer({ folder: dirname(cached[0]!) });
  const looked = own === null ? "no folder of weights is named (--weights DIR or WEIGHTS)" : `no folder "${own}"`;
  throw new Deno.errors.NotFound(
    `Cannot read CLIP's vocabulary: ${looked}, and the cache of the hub lacks ${paths.join(" or ")} of ${repo}. ` +
      "Get them with the weights of any CLIP: deno task weights get NAME",
  );
}
