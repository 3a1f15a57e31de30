/** Files of which it can be told whether they are whole. */
import { createHash, type Hash } from "node:crypto";
import { fromJson, toJson } from "./record.ts";

/** What a file must be. */
export interface Hashed {
  /** Its length; missing where it was not written down. */
  readonly bytes?: number;
  readonly sha256: string;
}

/** What is wrong with a file that is to have this hash, in words; null when nothing is. */
export async function damage(path: string, { bytes, sha256 }: Hashed): Promise<string | null> {
  const info = await Deno.stat(path).catch(() => null);
  if (info === null) return "there is no such file";
  if (bytes !== undefined && info.size !== bytes) return `it has ${info.size} bytes, expected ${bytes}`;
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(2 ** 20);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) hash.update(buffer.subarray(0, n));
  const found = hash.digest("hex");
  return found === sha256 ? null : `its SHA-256 is ${found}, expected ${sha256}`;
}

/** The pieces as they are, each put into the hash on its way. */
export function* hashing(pieces: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** An object as JSON text that is easy to read, with the hash of the rest in front. */
export function sealed(value: object): string {
  return toJson({ sha256: hashOf(toJson(value)), ...value });
}

/** The object of such a text, or what is wrong with it, in words. */
export function unsealed(text: string): object | string {
  let value: { readonly sha256?: string } | null;
  try {
    value = fromJson(text) as typeof value;
  } catch (error) {
    return `it is not JSON (${(error as Error).message})`;
  }
  const { sha256, ...rest } = value ?? {};
  const hash = hashOf(toJson(rest));
  return hash === sha256 ? rest : `its SHA-256 is ${hash}, it says ${sha256}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
