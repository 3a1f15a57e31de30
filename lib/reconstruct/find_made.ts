import type { Sample } from "../types.ts";
import { artifactFolder, findArtifacts } from "./artifacts.ts";
import type { Ddim } from "./ddim.ts";
import type { Img2img } from "./img2img.ts";
import type { Inpainting } from "./inpainting.ts";
import { howToMake } from "./make_words.ts";
import type { Places } from "./mod.ts";
import type { Vae } from "./vae.ts";

/**
 * What a pipeline has made of each sample, from the artifacts folder.
 *
 * @throws {Deno.errors.NotFound} when some are missing: how many, where they are expected and what makes them
 */
export async function findMade(
  spec: Inpainting | Vae | Ddim | Img2img,
  samples: readonly Sample[],
  { artifacts }: Places,
): Promise<(Sample | null)[]> {
  const folder = `${artifacts}/${artifactFolder(spec)}`;
  const found = await findArtifacts(folder, samples, `${spec.kind}-${spec.model}`);
  const missing = samples.filter((_, i) => found[i] === null);
  if (missing.length === 0) return found;
  throw new Deno.errors.NotFound(
    `Cannot find the reconstructions of ${missing.length} of ${samples.length} samples in "${folder}", ` +
      `the first is "${missing[0].id}.png". ${howToMake(spec)}`,
  );
}
