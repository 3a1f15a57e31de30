import { configIn, objectIn, textIn } from "./files.ts";
import { textOf, type Tokenizer, tokenizerOf } from "./tokenizer.ts";

/** BERT's texts have 512 tokens at most; LDM's pipeline asks for 77. */
const LENGTH = 512;

/**
 * BERT's word pieces, as the text encoder of LDM has them: text without accents and in lower case, split at spaces and
 * signs, each word cut into the longest pieces that are known.
 *
 * Reads `tokenizer.json`, or `vocab.txt`, and beside it `tokenizer_config.json`.
 *
 * @param options `folder`: a pipeline's `tokenizer`
 * @throws {Deno.errors.NotFound} when files are missing, naming those that are expected
 * @throws {SyntaxError | TypeError} when a file is damaged, or the vocabulary is none of BERT
 *
 * Source: transformers, `BertTokenizer`, compared with its version 5.24.
 */
export async function bertTokenizer({ folder }: { readonly folder: string }): Promise<Tokenizer> {
  const config = await configIn(folder);
  const json = await objectIn(folder, "tokenizer.json") ?? await composed(folder, config);
  return tokenizerOf({ folder, json, config, otherwise: { length: LENGTH, pad: "[PAD]" } });
}

/** What `tokenizer.json` of BERT holds, of the list of words that stood before it. */
async function composed(folder: string, config: Readonly<Record<string, unknown>>): Promise<object> {
  const text = await textIn(folder, "vocab.txt");
  if (text === null) {
    throw new Deno.errors.NotFound(
      `Cannot read the tokenizer in "${folder}": no tokenizer.json and no vocab.txt, expected one of them. ` +
        "Export the pipeline again, or copy them from its tokenizer folder on the hub",
    );
  }
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const vocab = Object.fromEntries(lines.map((word, i) => [word, i]));
  const named = (role: string, usual: string) => textOf(config[role]) ?? usual;
  const [start, end, unknown] = [
    named("cls_token", "[CLS]"),
    named("sep_token", "[SEP]"),
    named("unk_token", "[UNK]"),
  ];
  const lacks = [start, end, unknown].filter((token) => !Object.hasOwn(vocab, token));
  if (lacks.length > 0) {
    throw new TypeError(
      `Cannot read "${folder}/vocab.txt": its ${lines.length} lines have no ${lacks.join(", ")}, expected a line for ` +
        "each word of BERT. Is it cut off? Copy it again",
    );
  }
  const special = [start, end, unknown, named("pad_token", "[PAD]"), named("mask_token", "[MASK]")];
  const lowers = config.do_lower_case !== false;
  const single = [start, null, end].map((token) =>
    token === null ? { Sequence: { id: "A", type_id: 0 } } : { SpecialToken: { id: token, type_id: 0 } }
  );
  const framed = (token: string) => [token, { id: token, ids: [vocab[token]], tokens: [token] }];
  return {
    added_tokens: special.filter((token) => Object.hasOwn(vocab, token)).map((content) => ({
      id: vocab[content],
      content,
      special: true,
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars !== false,
      strip_accents: config.strip_accents ?? null,
      lowercase: lowers,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [],
      special_tokens: Object.fromEntries([framed(start), framed(end)]),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
