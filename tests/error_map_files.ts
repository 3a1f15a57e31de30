/** Error maps that no diffusion model made, on disk. */
import { dirname } from "node:path";
import { gatherSamples } from "../lib/data/pairs.ts";
import { writeSafetensors } from "../lib/engine/safetensors.ts";
import type { Experiment } from "../lib/experiment.ts";
import { random } from "../lib/random.ts";
import { errorMapFile } from "../lib/reconstruct/error_maps.ts";
import type { LatentError } from "../lib/reconstruct/mod.ts";
import type { Sample } from "../lib/types.ts";

/** Writes a map [4, side, side], larger where the sample is fake. */
export async function writeErrorMap(
  file: string,
  { id, label }: Pick<Sample, "id" | "label">,
  side = 4,
): Promise<void> {
  const draw = random(1, "map", id);
  const data = Float32Array.from({ length: 4 * side * side }, () => draw.uniform() + (label === "fake" ? 1 : 0));
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeFile(file, writeSafetensors(new Map([["map", { dtype: "F32", shape: [4, side, side], data }]])));
}

/** Writes the maps of everything that a definition reads, reconstructions too; says which files. */
export async function writeErrorMaps(
  definition: Experiment,
  { data, artifacts }: { readonly data: string; readonly artifacts: string },
): Promise<string[]> {
  const { model } = definition;
  const spec = model.refine!.map as LatentError;
  const bare = { ...definition, model: { ...model, refine: null } };
  const { train, validation, test } = await gatherSamples(bare, { data, artifacts });
  const pairs = [...train, ...validation].flatMap((
    { sample, reconstruction },
  ) => [sample, ...reconstruction ? [reconstruction] : []]);
  const files: string[] = [];
  for (const sample of [...pairs, ...test]) {
    const file = `${artifacts}/${errorMapFile(spec, sample)}`;
    await writeErrorMap(file, sample);
    files.push(file);
  }
  return files;
}
