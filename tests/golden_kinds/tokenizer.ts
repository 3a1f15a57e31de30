/** Golden case of CLIP's tokenizer, read from the tokenizer of a pipeline of the set. */
import { clipTokenizer } from "../../lib/tokenizer/mod.ts";
import { type Computed, goldenFolder, type OpenCase } from "./cases.ts";

/** `tokenizer`: all prompts below each other, [prompts, tokens]. */
export async function tokenizerCase(open: OpenCase): Promise<Computed> {
  const { prompts, contextLength: length, pad } = open.config;
  const { encode } = await clipTokenizer({ folder: `${goldenFolder()}/pipelines/tiny-sd/tokenizer` });
  const outputs = [...open.tensors.keys()].filter((key) => key.startsWith("out."));
  const ids = prompts.flatMap((prompt: string) => [...encode(prompt, { length, pad })]);
  return Object.fromEntries(outputs.map((key) => [key, ids]));
}
