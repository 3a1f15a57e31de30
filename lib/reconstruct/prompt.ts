/** Prompts as the networks of a pipeline take them. */
// T tokens · D width of the text encoder, or of both side by side
import { openTokenizer } from "../tokenizer/mod.ts";
import type { Values } from "./values.ts";

/** A text as a UNet takes it. */
export interface Prompt {
  /** [1, T, D], what the encoder knows of each token. */
  readonly states: Values;
  /** [1, D] of the second encoder's whole text, which SDXL is given beside; null elsewhere. */
  readonly pooled: Values | null;
  readonly text: string;
}

/** What of a pipeline is needed for prompts. */
export interface Speaking {
  readonly info: {
    readonly folder: string;
    readonly family: "sd1" | "sd2" | "sdxl" | "ldm";
    /** T, 77. */
    readonly contextLength: number;
  };
  /** All outputs of a text encoder, by the names that the export gave them, for numbers of tokens, T of them. */
  text(ids: Int32Array, which: 1 | 2): Promise<Readonly<Record<string, Values>>>;
}

/** Prompts that are kept of a pipeline, bytes of their values; the class names of ImageNet fit for SD 1. */
const MOST_BYTES = 256e6;

interface Known {
  readonly encode: (text: string, which: 1 | 2) => Promise<Int32Array>;
  /** The one that was asked for last stands last. */
  readonly prompts: Map<string, Promise<Prompt>>;
}

const known = new WeakMap<Speaking, Known>();

/**
 * A text through a pipeline's tokenizers and text encoders; a pipeline encodes a text once, however often it is asked.
 * What is longer than 75 tokens is cut off, as the pipelines do.
 *
 * @param pipeline `text` is asked for encoder 1, of SDXL for 2 as well
 * @throws {TypeError} when an encoder lacks an output that its family is read from, naming those that it has
 * @throws as `openTokenizer`, when a tokenizer's files are missing or damaged
 *
 * Source: diffusers 0.42, `encode_prompt` of its pipelines. SD 1, SD 2 and LDM: the last, normed states; SD 2's encoder
 * is exported without its last layer, so that they are those before the last. SDXL: of both encoders the states before
 * the last layer, not normed, side by side, and the second one's projection of the end token. `optimum-cli` names them
 * last_hidden_state, hidden_states.N and text_embeds.
 */
export async function encodePrompt(pipeline: Speaking, text: string): Promise<Prompt> {
  const { encode, prompts } = knownOf(pipeline);
  const before = prompts.get(text);
  prompts.delete(text);
  const prompt = before ?? encoded(pipeline, text, encode);
  prompts.set(text, prompt);
  try {
    const made = await prompt;
    forget(prompts, made);
    return made;
  } catch (error) {
    if (prompts.get(text) === prompt) prompts.delete(text); // what is mended is tried again
    throw error;
  }
}

/**
 * The prompt that stands for no prompt where SDXL is guided without a negative one: zeros in the place of every value,
 * which is not what '' is encoded as.
 *
 * Source: diffusers, `force_zeros_for_empty_prompt` in the `model_index.json` of SDXL.
 */
export function zeroPrompt({ states, pooled }: Prompt): Prompt {
  const zeros = ({ data, shape }: Values): Values => ({ data: new Float32Array(data.length), shape });
  return { states: zeros(states), pooled: pooled === null ? null : zeros(pooled), text: "" };
}

function knownOf(pipeline: Speaking): Known {
  const before = known.get(pipeline);
  if (before !== undefined) return before;
  const { folder, contextLength: length } = pipeline.info;
  const opened = new Map<string, ReturnType<typeof openTokenizer>>();
  const made: Known = {
    prompts: new Map(),
    async encode(text, which) {
      const name = which === 1 ? "tokenizer" : "tokenizer_2";
      if (!opened.has(name)) opened.set(name, openTokenizer({ folder: `${folder}/${name}` }));
      try {
        return (await opened.get(name)!).encode(text, { length });
      } catch (error) {
        opened.delete(name);
        throw error;
      }
    },
  };
  known.set(pipeline, made);
  return made;
}

async function encoded(pipeline: Speaking, text: string, encode: Known["encode"]): Promise<Prompt> {
  const outputs = async (which: 1 | 2) => await pipeline.text(await encode(text, which), which);
  if (pipeline.info.family !== "sdxl") {
    return { states: named(await outputs(1), { name: "last_hidden_state", pipeline, which: 1 }), pooled: null, text };
  }
  const [first, second] = [await outputs(1), await outputs(2)];
  return {
    states: sideBySide([beforeLast(first, { pipeline, which: 1 }), beforeLast(second, { pipeline, which: 2 })]),
    pooled: named(second, { name: "text_embeds", pipeline, which: 2 }),
    text,
  };
}

/** Frees the prompts that were not asked for the longest, but for the one at hand. */
function forget(prompts: Known["prompts"], { states, pooled }: Prompt): void {
  const bytes = states.data.byteLength + (pooled?.data.byteLength ?? 0);
  const most = Math.max(1, Math.floor(MOST_BYTES / bytes)); // all of a pipeline are of one size
  for (const text of prompts.keys()) {
    if (prompts.size <= most) break;
    prompts.delete(text);
  }
}

type Of = { readonly pipeline: Speaking; readonly which: 1 | 2 };

function named(outputs: Readonly<Record<string, Values>>, { name, ...of }: Of & { readonly name: string }): Values {
  return outputs[name] ?? refuse(outputs, `the output "${name}"`, of);
}

/** The states that the last layer is given. */
function beforeLast(outputs: Readonly<Record<string, Values>>, of: Of): Values {
  const numbers = Object.keys(outputs).flatMap((name) => /^hidden_states\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const at = Math.max(...numbers) - 1;
  return outputs[`hidden_states.${at}`] ?? refuse(outputs, "the outputs hidden_states.0, hidden_states.1, …", of);
}

function refuse(outputs: Readonly<Record<string, Values>>, wanted: string, { pipeline, which }: Of): never {
  const { folder, family } = pipeline.info;
  throw new TypeError(
    `Cannot encode a prompt with "${folder}/text_encoder${which === 1 ? "" : "_2"}": it gives ` +
      `${Object.keys(outputs).join(", ") || "nothing"}, expected ${wanted} of an encoder of ${family}. ` +
      "Export the pipeline with optimum-cli, which names them so",
  );
}

/** [1, T, D] beside [1, T, E]: [1, T, D + E]. */
function sideBySide(parts: readonly Values[]): Values {
  const [, tokens] = parts[0].shape;
  const widths = parts.map(({ shape }) => shape[2]);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const data = new Float32Array(tokens * width);
  let from = 0;
  for (const [i, part] of parts.entries()) {
    for (let token = 0; token < tokens; token++) {
      data.set(part.data.subarray(token * widths[i], (token + 1) * widths[i]), token * width + from);
    }
    from += widths[i];
  }
  return { data, shape: [1, tokens, width] };
}
