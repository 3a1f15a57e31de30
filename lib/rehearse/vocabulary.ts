/** Numbers that CLIP's published text towers know; the last two begin and end a text. */
const KNOWN = 49408;

/**
 * Writes a vocabulary of CLIP's kind, `vocab.json` and `merges.txt`, that knows single signs and no words: texts become
 * longer numbers of it, and all of them are below CLIP's 49,408.
 */
export async function writeVocabulary(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const signs = byteSigns();
  const pieces = [...signs, ...signs.map((sign) => `${sign}</w>`)];
  const vocabulary = {
    ...Object.fromEntries(pieces.map((piece, i) => [piece, i])),
    "<|startoftext|>": KNOWN - 2,
    "<|endoftext|>": KNOWN - 1,
  };
  await Deno.writeTextFile(`${folder}/vocab.json`, JSON.stringify(vocabulary));
  await Deno.writeTextFile(`${folder}/merges.txt`, "#version: 0.2\n");
}

/** The sign that stands for each byte, as byte-level vocabularies have it: itself where it can be printed. */
function byteSigns(): string[] {
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printed = (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
    return String.fromCodePoint(printed ? byte : moved++);
  });
}

/** Writes the tokenizer of a pipeline: the same vocabulary, with the tokens that its configuration names. */
export async function writeTokenizer(folder: string): Promise<void> {
  await writeVocabulary(folder);
  const special = { bos_token: "<|startoftext|>", eos_token: "<|endoftext|>", pad_token: "<|endoftext|>" };
  const config = { ...special, unk_token: "<|endoftext|>", model_max_length: 77, tokenizer_class: "CLIPTokenizer" };
  await Deno.writeTextFile(`${folder}/tokenizer_config.json`, JSON.stringify(config));
}
