import { createHash, type Hash } from "node:crypto";
import { relative } from "node:path";
import { canonical } from "../definition/fingerprint.ts";
import { isRecord } from "../definition/part.ts";
import { openSource, readBytes } from "../engine/byte_source.ts";

/** Bytes of one sample of a file, and how many samples are taken, the first and last bytes among them. */
const [BLOCK, BLOCKS] = [65536, 32];

const known = new Map<string, string>();

/**
 * 64 hexadecimal digits that are the same for the same files on every machine, and others for other files: SHA-256 over
 * sizes and 32 evenly spaced blocks of 64 KiB of each. A whole pipeline of SD 1.5 takes 10 MB of reading. Weights that
 * differ in a few numbers alone between the blocks are not told apart.
 *
 * Files of JSON count by their content, without what begins with an underscore and is no class: versions and the path
 * that a checkpoint was loaded from. What was told once in this process is told again while sizes and times stay.
 *
 * @param files in or below the folder; one that is not there counts as missing
 */
export async function pipelineIdentity(folder: string, files: readonly string[]): Promise<string> {
  const sorted = [...new Set(files)].sort();
  const stats = await Promise.all(sorted.map((file) => Deno.stat(file).catch(() => null)));
  const key = JSON.stringify([folder, sorted, stats.map((stat) => [stat?.size, stat?.mtime?.getTime()])]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const hash = createHash("sha256");
  for (const [i, file] of sorted.entries()) {
    if (stats[i] === null) continue;
    hash.update(`${relative(folder, file).replaceAll("\\", "/")}\0`);
    if (file.endsWith(".json")) hash.update(`${await contentOf(file)}\0`);
    else sample(hash, file);
  }
  const identity = hash.digest("hex");
  known.set(key, identity);
  return identity;
}

async function contentOf(file: string): Promise<string> {
  const text = await Deno.readTextFile(file);
  try {
    return canonical(plain(JSON.parse(text)));
  } catch {
    return text; // Python writes infinities that JSON does not have
  }
}

function plain(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key === "_class_name" || !key.startsWith("_")));
}

function sample(hash: Hash, file: string): void {
  using source = openSource(file);
  const { size } = source;
  hash.update(`${size}\0`);
  if (size <= BLOCK * BLOCKS) {
    hash.update(readBytes(source, 0, size));
    return;
  }
  for (let i = 0; i < BLOCKS; i++) {
    hash.update(readBytes(source, Math.floor((size - BLOCK) * i / (BLOCKS - 1)), BLOCK));
  }
}
