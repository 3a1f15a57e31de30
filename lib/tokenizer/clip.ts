import { show } from "../definition/part.ts";
import { configIn, objectIn, textIn } from "./files.ts";
import { textOf, type Tokenizer, tokenizerOf } from "./tokenizer.ts";

/** Start and end of a text, where a configuration names no others. */
const START = "<|startoftext|>", END = "<|endoftext|>";

/** CLIP's texts have 77 tokens, in every published network. */
const LENGTH = 77;

/** What CLIP takes for a word: elisions, letters in a row, single digits, other signs in a row. */
const words = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/**
 * CLIP's byte pair encoding, as the text encoders of SD pipelines and CLIP's own text towers have it: text in lower case
 * and canonical composition, split into words, each word's bytes merged by rank.
 *
 * Reads `tokenizer.json`, or `vocab.json` and `merges.txt`, and beside them `tokenizer_config.json`, which says what
 * pads a text and how long it may be; where it does not, the end token and 77.
 *
 * @param options `folder`: a pipeline's `tokenizer` or `tokenizer_2`, or one of a CLIP on the hub
 * @throws {Deno.errors.NotFound} when files are missing, naming those that are expected
 * @throws {SyntaxError | TypeError} when a file is damaged, or the vocabulary is none of CLIP
 *
 * Source: openai/CLIP, `simple_tokenizer.py`; transformers, `CLIPTokenizer`, of which this has every step but one: the
 * repair of mangled text by ftfy, which neither does without that package. Compared with transformers 5.24.
 */
export async function clipTokenizer({ folder }: { readonly folder: string }): Promise<Tokenizer> {
  const config = await configIn(folder);
  const json = await objectIn(folder, "tokenizer.json") ?? await composed(folder, config);
  return tokenizerOf({ folder, json, config, otherwise: { length: LENGTH, pad: textOf(config.eos_token) ?? END } });
}

/** What `tokenizer.json` of CLIP holds, of the two files that stood before it. */
async function composed(folder: string, config: Readonly<Record<string, unknown>>): Promise<object> {
  const vocab = await objectIn(folder, "vocab.json");
  const merges = await textIn(folder, "merges.txt");
  if (vocab === null || merges === null) {
    const lacks = [vocab === null ? "vocab.json" : null, merges === null ? "merges.txt" : null].filter((name) => name);
    throw new Deno.errors.NotFound(
      `Cannot read the tokenizer in "${folder}": no tokenizer.json, and no ${
        lacks.join(" and no ")
      }, expected the one ` +
        "or both others. Export the pipeline again, or copy them from its tokenizer folder on the hub",
    );
  }
  const [start, end] = [textOf(config.bos_token) ?? START, textOf(config.eos_token) ?? END];
  const special = [...new Set([start, end, textOf(config.pad_token) ?? end])].map((content) => ({
    id: idOf(content, { vocab, folder }),
    content,
    special: true,
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  }));
  return {
    added_tokens: special,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: { Regex: `${quoted(start)}|${quoted(end)}|${words}` },
          behavior: "Removed",
          invert: true,
        },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: [end, vocab[end]],
      cls: [start, vocab[start]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: textOf(config.unk_token) ?? end,
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: mergesOf(merges, folder),
    },
  };
}

function idOf(token: string, { vocab, folder }: { vocab: Readonly<Record<string, unknown>>; folder: string }): number {
  const id = vocab[token];
  if (Number.isSafeInteger(id)) return id as number;
  throw new TypeError(
    `Cannot read "${folder}/vocab.json": ${show(token)} is ${show(id)} there, expected its number, as CLIP's has it. ` +
      "Is it the vocabulary of another network, or cut off? Copy the tokenizer's files again",
  );
}

/** Lines of two pieces each, the most frequent first; the first line may tell a version. */
function mergesOf(text: string, folder: string): [string, string][] {
  return text.split("\n").flatMap((line, i): [string, string][] => {
    if (line.trim() === "" || (i === 0 && line.startsWith("#version"))) return [];
    const pieces = line.trimEnd().split(" ");
    if (pieces.length === 2) return [[pieces[0], pieces[1]]];
    throw new SyntaxError(
      `Cannot read line ${i + 1} of "${folder}/merges.txt": given ${show(line.slice(0, 60))}, expected two pieces of ` +
        "words and a space between. Copy the file again",
    );
  });
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
