/** A vocabulary of pieces of words, learned from a few texts, in the files that CLIP's tokenizers are read from. */

/** Start and end of a text, the last two numbers of a vocabulary. */
const special = ["<|startoftext|>", "<|endoftext|>"] as const;

/** What CLIP takes for a word, as the tokenizer has it. */
const words = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;

/** The files of a vocabulary, by their names. */
export type WordPieces = Readonly<Record<"vocab.json" | "merges.txt" | "tokenizer_config.json", string>>;

/**
 * Learns pairs of pieces to merge, the most frequent first and among equals the first in the alphabet, until the
 * vocabulary has so many numbers: every byte, every byte that ends a word, the merged pieces, start and end.
 *
 * @param options `length`: numbers of the longest text, start and end among them
 * @throws {RangeError} when the texts have too few pairs
 *
 * Source: Neural Machine Translation of Rare Words with Subword Units (Sennrich et al. 2016, algorithm 1), with bytes
 * for letters as in openai/CLIP, `simple_tokenizer.py`.
 */
export function learnWordPieces(
  texts: readonly string[],
  { size, length }: { readonly size: number; readonly length: number },
): WordPieces {
  const alphabet = byteSigns();
  const counts = new Map<string, number>();
  for (const word of texts.flatMap((text) => text.normalize("NFC").toLowerCase().match(words) ?? [])) {
    const signs = Array.from(new TextEncoder().encode(word), (byte) => alphabet[byte]);
    const spelt = [...signs.slice(0, -1), `${signs.at(-1)}</w>`].join(" ");
    counts.set(spelt, (counts.get(spelt) ?? 0) + 1);
  }
  const spellings = [...counts].map(([spelt, count]) => ({ pieces: spelt.split(" "), count }));
  const signs = [...alphabet, ...alphabet.map((sign) => `${sign}</w>`)];
  const merges: (readonly [string, string])[] = [];
  while (signs.length + merges.length + special.length < size) {
    const pair = commonest(spellings);
    if (pair === null) {
      throw new RangeError(
        `Cannot learn a vocabulary of ${size}: the texts have pairs for ${
          signs.length + merges.length + 2
        }, expected more`,
      );
    }
    merges.push(pair);
    for (const spelling of spellings) spelling.pieces = merged(spelling.pieces, pair);
  }
  const vocabulary = [...signs, ...merges.map((pair) => pair.join("")), ...special];
  const [bos_token, eos_token] = special;
  return {
    "vocab.json": `${JSON.stringify(Object.fromEntries(vocabulary.map((piece, i) => [piece, i])))}\n`,
    "merges.txt": `#version: 0.2\n${merges.map((pair) => `${pair.join(" ")}\n`).join("")}`,
    "tokenizer_config.json": `${
      JSON.stringify({
        ...{ tokenizer_class: "CLIPTokenizer", bos_token, eos_token, unk_token: eos_token, pad_token: eos_token },
        model_max_length: length,
      })
    }\n`,
  };
}

interface Spelling {
  pieces: string[];
  readonly count: number;
}

function commonest(spellings: readonly Spelling[]): readonly [string, string] | null {
  const counts = new Map<string, number>();
  for (const { pieces, count } of spellings) {
    for (let i = 1; i < pieces.length; i++) {
      const pair = `${pieces[i - 1]} ${pieces[i]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: [string, number] | null = null;
  for (const [pair, count] of counts) {
    if (best === null || count > best[1] || (count === best[1] && pair < best[0])) best = [pair, count];
  }
  return best === null ? null : best[0].split(" ") as [string, string];
}

function merged(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const found: string[] = [];
  for (const piece of pieces) {
    // two in a row are merged once: what was merged is no left half any more
    if (piece === right && found.at(-1) === left) found[found.length - 1] = left + right;
    else found.push(piece);
  }
  return found;
}

/**
 * A visible letter for every byte: printable ones of Latin-1 stand for themselves, the others for letters behind them.
 *
 * Source: openai/gpt-2, `bytes_to_unicode`.
 */
function byteSigns(): string[] {
  const visible = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(visible(byte) ? byte : next++));
}
