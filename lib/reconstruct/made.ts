import { join } from "node:path";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Part } from "../definition/part.ts";
import { ifThere } from "../if_there.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { artifactFolder, whatIsMade } from "./artifacts.ts";

/** What a folder of artifacts was made with: its `made.json`. */
export interface Made {
  readonly format: 1;
  /** The part; `of` does not count. */
  readonly spec: Part;
  /** Folder of the pipeline, its base name, and what tells its files from those of another. */
  readonly pipeline: { readonly name: string; readonly identity: string };
  /** Of what computed: those of the process that began the folder. */
  readonly versions: Readonly<Record<string, string>>;
}

const FILE = "made.json";

/**
 * Writes down what a folder's artifacts are made with, or compares it with what is written there.
 *
 * @param through folder of temporary files on the same disk; null: nothing is written
 * @throws {Error} when the folder was begun with another pipeline of the same name, or what it says is damaged
 */
export async function signArtifacts(folder: string, made: Made, through: string | null): Promise<void> {
  const file = join(folder, FILE);
  const before = await readMade(file);
  if (before === null) {
    if (through === null) return;
    await writeAtomic(file, `${JSON.stringify({ ...made, spec: whatIsMade(made.spec) }, null, 2)}\n`, { through });
    return;
  }
  if (before.pipeline.identity !== made.pipeline.identity) {
    throw new Error(
      `Cannot add to the artifacts in "${folder}": they were made with the pipeline "${before.pipeline.name}" ` +
        `${before.pipeline.identity.slice(0, 12)}, given "${made.pipeline.name}" ` +
        `${made.pipeline.identity.slice(0, 12)}, whose files are others. Give the one that began the folder, or ` +
        "another name of model, or remove the folder",
    );
  }
  if (fingerprint(whatIsMade(before.spec)) === fingerprint(whatIsMade(made.spec))) return;
  throw new Error(
    `Cannot add to the artifacts in "${folder}": "${FILE}" there says that they were made with other options. ` +
      "Remove the folder, or name another",
  );
}

/**
 * The identities of the pipelines that made parts' artifacts, by the names of their folders; of what others made, or
 * nobody yet, nothing is known.
 *
 * @throws {Error} when a folder says it and is damaged
 */
export async function pipelineHashes(
  parts: readonly (Part | null)[],
  artifacts: string,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const part of parts) {
    if (part === null) continue;
    const name = artifactFolder(part);
    const made = await readMade(join(artifacts, name, FILE));
    if (made !== null) hashes[name] = made.pipeline.identity;
  }
  return hashes;
}

/** What a folder of artifacts says that it was made with; null where it says nothing. */
async function readMade(file: string): Promise<Made | null> {
  const text = await ifThere(Deno.readTextFile(file));
  if (text === null) return null;
  try {
    const made = JSON.parse(text) as Made;
    if (typeof made.pipeline.identity === "string" && typeof made.spec.kind === "string") return made;
  } catch {
    // told below
  }
  throw new Error(`Cannot read "${file}": it is damaged. Restore it, or remove it to have it written anew`);
}
