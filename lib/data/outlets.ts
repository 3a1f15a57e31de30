/** Where results of makers go: below the artifacts, each under the id of its sample. */
import { dirname, join } from "node:path";
import type { Part } from "../definition/part.ts";
import { writeSafetensors } from "../engine/safetensors.ts";
import type { Image } from "../image/decode.ts";
import { encodeImage } from "../image/encode.ts";
import { artifactFile, artifactFolder, namesIn } from "../reconstruct/artifacts.ts";
import type { Values } from "../reconstruct/values.ts";
import type { Sample } from "../types.ts";
import type { Outlet } from "./making.ts";

/** `<artifacts>/<kind>-<fingerprint>/`, where experiments look for what a part makes. */
export function artifactsOutlet(spec: Part, artifacts: string): Outlet {
  const folder = join(artifacts, artifactFolder(spec));
  const fileOf = (sample: Sample): string => artifactFile(spec, sample);
  return {
    root: folder,
    folder,
    fileOf,
    filesOf: async ({ sample }, result) => [{ path: fileOf(sample), bytes: await bytesOfResult(result) }],
  };
}

/** A result as a file: an image as lossless PNG, a map as safetensors with one tensor, "map". */
export async function bytesOfResult(result: Image | Values): Promise<Uint8Array> {
  if (!isMap(result)) return await encodeImage(result, { format: "png" });
  const { shape, data } = result;
  return writeSafetensors(new Map([["map", { dtype: "F32", shape: [...shape], data }]]));
}

/** Whether a result is a map of numbers, not a picture. */
export function isMap(result: Image | Values): result is Values {
  return "shape" in result;
}

/** Samples that stand in several sets once. */
export function distinct(samples: readonly Sample[], outlet: Outlet): Sample[] {
  const ids = new Set<string>();
  const files = new Map<string, Sample>();
  return samples.filter((sample) => {
    if (ids.has(sample.id)) return false;
    ids.add(sample.id);
    const file = outlet.fileOf(sample);
    if (file.split("/").some((part) => part === "..") || file.startsWith("/")) {
      throw new RangeError(
        `Cannot make artifacts of "${sample.id}": its file would be "${file}", expected one inside "${outlet.root}". ` +
          "Name the data by a folder that holds it",
      );
    }
    const other = files.get(file);
    if (other !== undefined) {
      throw new RangeError(
        `Cannot make artifacts of both "${other.id}" and "${sample.id}": each would be "${file}". ` +
          "Rename one of them, or make them apart",
      );
    }
    files.set(file, sample);
    return true;
  });
}

/** Those of which there is a file; a folder is listed once for all of its samples. */
export async function existing(samples: readonly Sample[], outlet: Outlet): Promise<Set<Sample>> {
  const listed = new Map<string, Set<string>>();
  const there = new Set<Sample>();
  for (const sample of samples) {
    const file = join(outlet.root, outlet.fileOf(sample));
    const parent = dirname(file);
    if (!listed.has(parent)) listed.set(parent, await namesIn(parent));
    if (listed.get(parent)!.has(file.slice(parent.length + 1))) there.add(sample);
  }
  return there;
}
