export interface VocabularyFolder extends Disposable {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The same as `tokenizer.json` holds it, without what does not matter to plain letters. */
  composed(): object;
}

/** A folder with a vocabulary of CLIP's kind that knows two letters. */
export async function vocabularyFolder(): Promise<VocabularyFolder> {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  const pieces = ["!", "b</w>", "a", "b", "ba</w>", "a</w>", "ab</w>", "?", "<|startoftext|>", "<|endoftext|>"];
  const vocab = Object.fromEntries(pieces.map((piece, i) => [piece, i]));
  await write("vocab.json", JSON.stringify(vocab));
  await write("merges.txt", "#version: 0.2\na b</w>\nb a</w>\n");
  return {
    folder,
    write,
    remove: (name: string) => Deno.remove(`${folder}/${name}`),
    composed: () => ({
      added_tokens: [8, 9].map((id) => ({ id, content: pieces[id], special: true })),
      normalizer: { type: "Lowercase" },
      decoder: { type: "ByteLevel" },
      pre_tokenizer: {
        type: "Split",
        pattern: { Regex: "[\\p{L}]+" },
        behavior: "Removed",
        invert: true,
      },
      post_processor: { type: "RobertaProcessing", cls: [pieces[8], 8], sep: [pieces[9], 9], trim_offsets: false },
      model: {
        type: "BPE",
        unk_token: pieces[9],
        end_of_word_suffix: "</w>",
        vocab,
        merges: [["a", "b</w>"], ["b", "a</w>"]],
      },
    }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
