import type { Sample } from "../types.ts";
import { imageNames, nameOf, parentOf, stem } from "./files.ts";

/** Where the reconstruction of a sample lies, and what made it. */
export interface TwinPlace {
  readonly folder: string;
  readonly generator: string;
}

/**
 * The image that bears a sample's name, with any extension, in another folder, as its reconstruction. A folder is listed
 * once for all of its samples.
 *
 * @param placeOf null for a sample that has none
 * @returns by sample; null where there is none
 */
export async function twinsByName(
  samples: readonly Sample[],
  placeOf: (sample: Sample) => TwinPlace | null,
): Promise<(Sample | null)[]> {
  const listed = new Map<string, Map<string, string>>();
  const found: (Sample | null)[] = [];
  for (const sample of samples) {
    const place = placeOf(sample);
    if (place === null) {
      found.push(null);
      continue;
    }
    const { folder, generator } = place;
    if (!listed.has(folder)) {
      listed.set(folder, new Map((await imageNames(folder) ?? []).map((name) => [stem(name), name])));
    }
    const name = listed.get(folder)!.get(stem(nameOf(sample.file)));
    found.push(
      name === undefined
        ? null
        : { ...sample, id: `${sample.id}@${generator}`, file: `${folder}/${name}`, label: "fake", generator },
    );
  }
  return found;
}

/** The folder beside that of a sample's file, by its name. */
export function besideFolder(sample: Sample, name: string): string {
  return `${parentOf(parentOf(sample.file))}/${name}`;
}
