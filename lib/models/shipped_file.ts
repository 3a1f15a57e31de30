/** Files of weights that are shipped with the library, each beside a card that names it and its SHA-256. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Where weights lie that are shipped. */
export interface ShippedWeights {
  readonly folder: string;
  /** Name of the card in it: JSON with `weights: { file, sha256 }`. */
  readonly card: string;
  /** What is shipped, as "the shipped CLIP". */
  readonly what: string;
  /** What brings a file back. */
  readonly remedy: string;
}

/**
 * The file of the weights, compared with the SHA-256 that its card names.
 *
 * @throws {Deno.errors.NotFound} when a file is missing
 * @throws {TypeError} when the weights are not those that the card names
 */
export async function shippedFile({ folder, card, what, remedy }: ShippedWeights): Promise<string> {
  const read = async (name: string) => {
    try {
      return await Deno.readFile(join(folder, name));
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      throw new Deno.errors.NotFound(`Cannot find "${join(folder, name)}" of ${what}. ${remedy}`, { cause });
    }
  };
  const { weights: { file, sha256 } } = JSON.parse(new TextDecoder().decode(await read(card)));
  const found = createHash("sha256").update(await read(file)).digest("hex");
  if (found === sha256) return join(folder, file);
  throw new TypeError(
    `Cannot use the weights "${join(folder, file)}": their SHA-256 is ${found}, expected ${sha256}. ${remedy}`,
  );
}
