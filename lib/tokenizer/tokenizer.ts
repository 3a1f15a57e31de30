import { Tokenizer as Library } from "@huggingface/tokenizers";
import { show } from "../definition/part.ts";

/** Turns texts into the numbers that a text encoder takes. */
export interface Tokenizer {
  /** Numbers of the longest text, its start and end among them, as its folder says or its kind has it. */
  readonly length: number;
  /** What fills a shorter text up to its length. */
  readonly pad: number;
  /**
   * The numbers of a text, always as many: what is too long is cut off before the end token, what is short is padded
   * behind it.
   *
   * @throws {RangeError} for a length that has no room for start and end
   */
  encode(text: string, options?: EncodeOptions): Int32Array;
}

/** How a text is brought to its length. */
export interface EncodeOptions {
  /** Left out: the tokenizer's own. */
  readonly length?: number;
  /** Left out: the tokenizer's own. CLIP's own code pads with 0, pipelines mostly with the end token. */
  readonly pad?: number;
}

/** What a tokenizer is made of. */
export interface Ingredients {
  /** Where it comes from, for messages. */
  readonly folder: string;
  /** What `tokenizer.json` holds: normalizer, splitting, vocabulary, special tokens. */
  readonly json: object;
  /** What `tokenizer_config.json` holds. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the configuration does not say. */
  readonly otherwise: { readonly length: number; readonly pad: string };
}

/** Transformers writes 10³⁰ where a network has no largest length. */
const MOST = 2 ** 20;

/**
 * A tokenizer of Hugging Face's own format, which their library for JavaScript runs.
 *
 * @throws {TypeError} when the library cannot make sense of it, or the vocabulary lacks the token that pads
 */
export function tokenizerOf({ folder, json, config, otherwise }: Ingredients): Tokenizer {
  const library = made(folder, { json, config });
  const { model_max_length } = config;
  const known = Number.isSafeInteger(model_max_length) && Number(model_max_length) <= MOST;
  const own = known ? Number(model_max_length) : otherwise.length;
  const token = textOf(config.pad_token) ?? otherwise.pad;
  const padding = library.token_to_id(token);
  if (padding === undefined) {
    throw new TypeError(
      `Cannot read the tokenizer in "${folder}": its vocabulary has no ${show(token)}, which pads texts. ` +
        'Name one that it has as "pad_token" in tokenizer_config.json, or copy all files of the tokenizer again',
    );
  }
  const lowers = /"Lowercase"|"lowercase":true/.test(JSON.stringify("normalizer" in json ? json.normalizer : null));
  return {
    length: own,
    pad: padding,
    encode(text, { length = own, pad = padding } = {}) {
      if (!(length >= 2)) {
        throw new RangeError(`Cannot encode a text as ${length} tokens: expected at least 2, its start and its end`);
      }
      // JavaScript makes Σ a ς where a word ends, the reference, which goes letter by letter, a σ everywhere
      const { ids } = library.encode(lowers ? text.replaceAll("Σ", "σ") : text);
      const kept = ids.length > length ? [...ids.slice(0, length - 1), ids[ids.length - 1]] : ids;
      const filled = new Int32Array(length).fill(pad);
      filled.set(kept);
      return filled;
    },
  };
}

function made(folder: string, { json, config }: Pick<Ingredients, "json" | "config">): Library {
  try {
    return new Library(json, config);
  } catch (cause) {
    throw new TypeError(
      `Cannot read the tokenizer in "${folder}": ${(cause as Error).message}. Copy its files again from where the ` +
        "pipeline came from",
      { cause },
    );
  }
}

/** A special token as configurations name it: its text, or an object that holds it; null where there is none. */
export function textOf(token: unknown): string | null {
  if (typeof token === "string") return token;
  const { content } = (token ?? {}) as { readonly content?: unknown };
  return typeof content === "string" ? content : null;
}
