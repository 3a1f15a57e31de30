import { fingerprint } from "../definition/fingerprint.ts";
import { isPart, type Part } from "../definition/part.ts";
import { parseRecodings } from "../image/recode.ts";
import type { Sample } from "../types.ts";

/**
 * Folder of what a part makes of samples, below the artifacts folder: its kind and the first 12 digits of its
 * fingerprint. Which samples are asked for (`of`, where it is a word) does not change what is made of one, and does not
 * count, in parts inside the part neither.
 */
export function artifactFolder(spec: Part): string {
  return `${spec.kind}-${fingerprint(whatIsMade(spec)).slice(0, 12)}`;
}

/** A part without which samples are asked for. */
export function whatIsMade(spec: Part): Part {
  const options = Object.entries(spec).filter(([name, value]) => name !== "of" || isPart(value))
    .map(([name, value]) => [name, isPart(value) ? whatIsMade(value) : value]);
  return Object.fromEntries(options);
}

/**
 * Path of what a part makes of a sample, below its folder. An image that is seen as if stored anew (`#jpeg=96`) is
 * another one than the file, and its name says so.
 */
export function artifactFile({ kind }: Part, { id, file }: Pick<Sample, "id" | "file">): string {
  const recoding = file.slice(parseRecodings(file).file.length);
  return `${id}${recoding}.${kind === "latentError" ? "safetensors" : "png"}`;
}

/**
 * The PNG of each sample below a folder, `<sample id>.png`, as a sample; null where there is none.
 *
 * @param maker what made them, the `generator` of the result
 */
export async function findArtifacts(
  folder: string,
  samples: readonly Sample[],
  maker: string,
): Promise<(Sample | null)[]> {
  const listed = new Map<string, Set<string>>();
  const found: (Sample | null)[] = [];
  for (const sample of samples) {
    const file = `${folder}/${sample.id}.png`;
    const slash = file.lastIndexOf("/");
    const parent = file.slice(0, slash);
    // one listing of a folder instead of a question for each of its files
    if (!listed.has(parent)) listed.set(parent, await namesIn(parent));
    const there = listed.get(parent)!.has(file.slice(slash + 1));
    const { errorMap: _, ...rest } = sample; // it tells of the sample, not of what was made of it
    found.push(there ? { ...rest, id: `${sample.id}@${maker}`, file, label: "fake", generator: maker } : null);
  }
  return found;
}

/** The names of what stands in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(folder)) names.add(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}
