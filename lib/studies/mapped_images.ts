import { encodeImage } from "../image/encode.ts";
import type { LatentError } from "../reconstruct/mod.ts";
import type { MappedImage } from "../report/mod.ts";
import { chosenSamples, madeOf, makersOf, type StudyOptions } from "./made.ts";
import { mapOf, placeMeans } from "./maps.ts";

/**
 * Images with their error maps, for `plot.errorMaps`: of several channels their mean. A photograph is titled "real", a
 * fake by its generator.
 *
 * @throws {RangeError} when `most` is no count
 * @throws {Deno.errors.NotFound} when the pipeline or the data set is missing
 *
 * @example
 * ```ts ignore
 * plot.errorMaps(await mappedImages(latentError({ model: "sd15" }), { of, pipelines, most: 2 }));
 * ```
 */
export async function mappedImages(spec: LatentError, options: StudyOptions): Promise<MappedImage[]> {
  const samples = await chosenSamples(options);
  const found: MappedImage[] = [];
  const making = madeOf(spec, samples, { open: makersOf(options), signal: options.signal });
  for await (const { sample: { label, generator }, image, result } of making) {
    const png = await encodeImage(image, { format: "png" });
    found.push({
      title: generator ?? label,
      source: `data:image/png;base64,${png.toBase64()}`,
      map: placeMeans(mapOf(result)),
    });
    options.tell?.(found.length, samples.length);
  }
  return found;
}
