import { parseRecodings } from "../image/recode.ts";
import type { Sample } from "../types.ts";
import { artifactFolder, namesIn } from "./artifacts.ts";
import type { LatentError } from "./latent_error.ts";
import { howToMake } from "./make_words.ts";

/**
 * Where the error map of a sample lies below the artifacts folder: a file of one tensor, "map" [4, h, w]. An image that is
 * seen as if stored anew has another one than the same image as it lies on the disk.
 */
export function errorMapFile(spec: LatentError, { id, file }: Pick<Sample, "id" | "file">): string {
  const recodings = file.slice(parseRecodings(file).file.length);
  return `${artifactFolder(spec)}/${id}${recodings}.safetensors`;
}

/**
 * The same samples, each with the file of its error map as {@linkcode errorMapFile} names it; those of reconstructions are
 * found in the same way, under their own ids. Without a part the maps are those that the data set names.
 *
 * @param spec what makes the maps; null: whoever made the data set did
 * @throws {Deno.errors.NotFound} when some are missing: how many, where they are expected and what makes them
 */
export async function findErrorMaps(
  spec: LatentError | null,
  samples: readonly Sample[],
  { artifacts }: { readonly artifacts: string },
): Promise<Sample[]> {
  if (spec === null) return samples.map(own);
  const listed = new Map<string, Set<string>>();
  const missing: Sample[] = [];
  const found: Sample[] = [];
  for (const sample of samples) {
    const errorMap = `${artifacts}/${errorMapFile(spec, sample)}`;
    const slash = errorMap.lastIndexOf("/");
    const parent = errorMap.slice(0, slash);
    if (!listed.has(parent)) listed.set(parent, await namesIn(parent));
    if (listed.get(parent)!.has(errorMap.slice(slash + 1))) found.push({ ...sample, errorMap });
    else missing.push(sample);
  }
  if (missing.length === 0) return found;
  throw new Deno.errors.NotFound(
    `Cannot find the error maps of ${missing.length} of ${samples.length} samples in "${artifacts}", the first is ` +
      `"${errorMapFile(spec, missing[0])}". ${howToMake(spec)}`,
  );
}

function own(sample: Sample): Sample {
  if (sample.errorMap !== undefined) return sample;
  throw new Deno.errors.NotFound(
    `Cannot find the error map of "${sample.file}": its data set names none and "model.refine.map" is null, expected ` +
      'a data set with maps, as lareList({ maps }). Set "model.refine.map" to latentError({ model }), which makes them',
  );
}
