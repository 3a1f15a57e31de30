import { isRecord } from "../definition/part.ts";
import { ifThere } from "../if_there.ts";

/** A file of a folder as text; null when it is not there. */
export async function textIn(folder: string, name: string): Promise<string | null> {
  return await ifThere(Deno.readTextFile(`${folder}/${name}`));
}

/**
 * A file of a folder as an object of JSON; null when it is not there.
 *
 * @throws {SyntaxError} when it is no JSON, or another value than an object
 */
export async function objectIn(folder: string, name: string): Promise<Readonly<Record<string, unknown>> | null> {
  const text = await textIn(folder, name);
  if (text === null) return null;
  const refuse = (what: string, cause?: unknown): never => {
    throw new SyntaxError(
      `Cannot read "${folder}/${name}": ${what}, expected an object of JSON; is the file cut off? Copy it again`,
      { cause },
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse((error as Error).message, error);
  }
  return isRecord(value) ? value : refuse(`it holds ${value === null ? "null" : typeof value}`);
}

/**
 * What `tokenizer_config.json` says, with the special tokens of `special_tokens_map.json` where it names none itself;
 * empty when neither is there.
 */
export async function configIn(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await objectIn(folder, "tokenizer_config.json") ?? {};
  return { ...await objectIn(folder, "special_tokens_map.json") ?? {}, ...config };
}
