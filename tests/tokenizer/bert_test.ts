import { bertTokenizer, openTokenizer } from "../../lib/tokenizer/mod.ts";
import { assertEquals, assertRejects } from "../assert.ts";

const words = "[PAD] [UNK] [CLS] [SEP] [MASK] a photo of ##s cafe na ##ive ##n ! , 3 o ' clock 中 文".split(" ");

async function within(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const config = JSON.stringify({ tokenizer_class: "BertTokenizer", do_lower_case: true, model_max_length: 512 });
const files = { "vocab.txt": `${words.join("\n")}\n`, "tokenizer_config.json": config };

Deno.test("bertTokenizer() has the numbers of transformers 5.24 for a list of words", () =>
  within(files, async (folder) => {
    const { length, pad, encode } = await openTokenizer({ folder });
    assertEquals([length, pad], [512, 0]);
    const ids = (text: string) => [...encode(text, { length: 12 })];
    assertEquals(ids(""), [2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assertEquals(ids("A photo of Café"), [2, 5, 6, 7, 9, 3, 0, 0, 0, 0, 0, 0]);
    assertEquals(ids("photos, naïven! 3 o'clock 中文 xyz"), [2, 6, 8, 14, 10, 11, 12, 13, 15, 16, 17, 3]);
    assertEquals(ids("a [MASK] of [SEP]  "), [2, 5, 4, 7, 3, 3, 0, 0, 0, 0, 0, 0]);
  }));

Deno.test("bertTokenizer() keeps capitals where the configuration says so", () =>
  within({ ...files, "tokenizer_config.json": '{"do_lower_case": false}' }, async (folder) => {
    const { encode } = await openTokenizer({ folder });
    assertEquals([...encode("A a", { length: 4 })], [2, 1, 5, 3]);
  }));

Deno.test("bertTokenizer() says what is missing or cut off", async () => {
  await within({ "tokenizer_config.json": config }, (folder) =>
    assertRejects(
      () => openTokenizer({ folder }),
      Deno.errors.NotFound,
      `"${folder}": no tokenizer.json and no vocab.txt`,
    ).then(() => {}));
  await within(
    { "vocab.txt": "[PAD]\n[UNK]\n" },
    (folder) =>
      assertRejects(() => bertTokenizer({ folder }), TypeError, "its 2 lines have no [CLS], [SEP]").then(() => {}),
  );
});
