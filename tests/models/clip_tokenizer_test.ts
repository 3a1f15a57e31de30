import { dirname } from "node:path";
import { link } from "../../lib/hub/cache.ts";
import { clipTextTokenizer } from "../../lib/models/clip_tokenizer.ts";
import { clipVocabulary } from "../../lib/models/weights_table.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { vocabularyFolder } from "../tokenizer/vocabulary.ts";

Deno.test("clipTextTokenizer() reads the vocabulary in the folder of weights or in the hub's cache, and tells where", async () => {
  using made = await vocabularyFolder();
  const [folder, cache, before] = [await Deno.makeTempDir(), await Deno.makeTempDir(), Deno.env.get("HF_HUB_CACHE")];
  Deno.env.set("HF_HUB_CACHE", cache);
  const { repo, paths } = clipVocabulary;
  const ids = async (
    weights: string | null,
  ) => [...(await clipTextTokenizer(weights)).encode("ab", { length: 5, pad: 0 })];
  try {
    await assertRejects(() => ids(null), Deno.errors.NotFound, "no folder of weights is named");
    await assertRejects(
      () => ids(folder),
      Deno.errors.NotFound,
      `no folder "${folder}/${repo}", and the cache of the hub`,
    );
    for (const path of paths) {
      await Deno.copyFile(`${made.folder}/${path}`, `${cache}/${path}`);
      await link({ repo, path }, { blob: `${cache}/${path}`, commit: "abc", cache });
    }
    assertEquals(await ids(null), [8, 6, 9, 0, 0]);
    assertEquals(await ids(folder), [8, 6, 9, 0, 0]);
    await Deno.mkdir(dirname(`${folder}/${repo}/a`), { recursive: true });
    await assertRejects(() => ids(folder), Deno.errors.NotFound, `"${folder}/${repo}": no tokenizer.json`);
  } finally {
    if (before === undefined) Deno.env.delete("HF_HUB_CACHE");
    else Deno.env.set("HF_HUB_CACHE", before);
    for (const path of [folder, cache]) await Deno.remove(path, { recursive: true });
  }
});
