import { join } from "node:path";
import type { Sample } from "../types.ts";
import { artifactFile, artifactFolder, namesIn } from "./artifacts.ts";
import { howToMake } from "./make_words.ts";
import type { Residual } from "./residual.ts";

/**
 * The same samples, each seen as its residual, `<artifacts>/residual-<fingerprint>/<sample id>.png`.
 *
 * @throws {Deno.errors.NotFound} when some are missing: how many, where they are expected and what makes them
 */
export async function findResiduals(
  spec: Residual,
  samples: readonly Sample[],
  { artifacts }: { readonly artifacts: string },
): Promise<Sample[]> {
  const folder = join(artifacts, artifactFolder(spec));
  const listed = new Map<string, Set<string>>();
  const missing: Sample[] = [];
  const found: Sample[] = [];
  for (const sample of samples) {
    const file = join(folder, artifactFile(spec, sample));
    const slash = file.lastIndexOf("/");
    const parent = file.slice(0, slash);
    if (!listed.has(parent)) listed.set(parent, await namesIn(parent));
    if (listed.get(parent)!.has(file.slice(slash + 1))) found.push({ ...sample, file });
    else missing.push(sample);
  }
  if (missing.length === 0) return found;
  throw new Deno.errors.NotFound(
    `Cannot find the residuals of ${missing.length} of ${samples.length} samples in "${folder}", the first is ` +
      `"${artifactFile(spec, missing[0])}". ${howToMake(spec)}`,
  );
}
