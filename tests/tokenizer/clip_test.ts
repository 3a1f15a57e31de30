import { clipTokenizer } from "../../lib/tokenizer/mod.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { vocabularyFolder } from "./vocabulary.ts";

const folder = new URL("../golden/pipelines/tiny-sd/tokenizer", import.meta.url).pathname;
const end = 49407;

Deno.test("clipTokenizer() cuts what is too long before the end, and pads as it is told", async () => {
  const { length, pad, encode } = await clipTokenizer({ folder });
  assertEquals([length, pad], [77, end]);
  assertEquals([...encode("a photo", { length: 6 })], [49406, 320, 1125, end, end, end]);
  assertEquals([...encode("a photo", { length: 6, pad: 0 })], [49406, 320, 1125, end, 0, 0]);
  assertEquals([...encode("a photo of a cat", { length: 4 })], [49406, 320, 1125, end]);
  assertEquals(encode("x ".repeat(200)).length, 77);
  assertThrows(() => encode("", { length: 1 }), RangeError, "as 1 tokens: expected at least 2");
});

Deno.test("clipTokenizer() has the numbers of transformers 5.24 for scripts, signs and special tokens", async () => {
  const { encode } = await clipTokenizer({ folder });
  const ids = (text: string) => [...encode(text, { pad: -1 })].filter((id) => id >= 0).slice(1, -1);
  assertEquals(ids("don't I'LL we're 1234 $$$"), [847, 713, 328, 1342, 649, 982, 272, 273, 274, 275, 31859]);
  assertEquals(ids("İstanbul ΑΣ straße ﬁ 中文字 e\u0301 ①½ \u00a0nbsp\u200bzw"), [
    ...[328, 16384, 11231, 138, 109, 139, 481, 1894, 127, 253, 324, 171, 105, 479, 19759, 255, 29032, 229, 35751, 501],
    ...[4166, 158, 239, 510, 33613, 6459, 4393, 9844, 42188],
  ]);
  assertEquals(ids("<|startoftext|>hello"), [49406, 3306]);
  assertEquals(ids("it''s !!!?? _under_score_ a\tb"), [
    585,
    8445,
    338,
    11194,
    2197,
    318,
    1798,
    318,
    4431,
    318,
    320,
    321,
  ]);
});

Deno.test("clipTokenizer() reads tokenizer.json as it reads the two files before it", async () => {
  using made = await vocabularyFolder();
  const { encode } = await clipTokenizer({ folder: made.folder });
  const told = [...encode("ab b ba", { length: 8 })];
  assertEquals(told, [8, 6, 1, 4, 9, 9, 9, 9]);
  await made.write("tokenizer.json", JSON.stringify(made.composed()));
  await made.remove("vocab.json");
  assertEquals([...(await clipTokenizer({ folder: made.folder })).encode("ab b ba", { length: 8 })], told);
});

Deno.test('the padding token is the one that the configuration names, as SD 2 has "!"', async () => {
  using made = await vocabularyFolder();
  const padOf = async (config: object) => {
    await made.write("tokenizer_config.json", JSON.stringify(config));
    const { pad, length } = await clipTokenizer({ folder: made.folder });
    return [pad, length];
  };
  assertEquals(await padOf({ model_max_length: 1e30 }), [9, 77]);
  assertEquals(await padOf({ pad_token: "!", model_max_length: 12 }), [0, 12]);
  assertEquals(await padOf({ pad_token: { content: "!", special: true } }), [0, 77]);
  await made.write("special_tokens_map.json", JSON.stringify({ pad_token: "!" }));
  assertEquals(await padOf({}), [0, 77]);
  await assertRejects(() => padOf({ pad_token: "<pad>" }), TypeError, '"<pad>" is undefined there');
});

Deno.test("clipTokenizer() says which file is missing or damaged, and what to do", async () => {
  const refused = async (name: string, text: string | null, kind: ErrorConstructor, told: string) => {
    using made = await vocabularyFolder();
    if (text === null) await made.remove(name);
    else await made.write(name, text);
    await assertRejects(() => clipTokenizer({ folder: made.folder }), kind, told.replaceAll("DIR", made.folder));
  };
  const missing = Deno.errors.NotFound as ErrorConstructor;
  await refused("vocab.json", null, missing, '"DIR": no tokenizer.json, and no vocab.json, expected the one or both');
  await refused("merges.txt", null, missing, "no tokenizer.json, and no merges.txt");
  await refused("vocab.json", '{"a": 0', SyntaxError as ErrorConstructor, "an object of JSON; is the file cut off?");
  await refused("vocab.json", "[]", SyntaxError as ErrorConstructor, '"DIR/vocab.json": it holds object, expected');
  await refused("vocab.json", '{"a": 0}', TypeError as ErrorConstructor, '"<|startoftext|>" is undefined there');
  await refused("merges.txt", "#version\na b c\n", SyntaxError as ErrorConstructor, 'line 2 of "DIR/merges.txt"');
  await refused("tokenizer.json", '{"model": {"type": "?"}}', TypeError as ErrorConstructor, 'the tokenizer in "DIR"');
});
