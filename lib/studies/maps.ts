/** Error maps as plain numbers. */
import type { Image } from "../image/decode.ts";
import type { Values } from "../reconstruct/values.ts";
import type { PlaceMap } from "../report/mod.ts";

/**
 * A map of its own, as a part made it.
 *
 * @throws {TypeError} for an image: the part makes no maps
 */
export function mapOf(result: Image | Values): Values {
  if ("shape" in result) return result;
  throw new TypeError(`Cannot take an image of ${result.width} × ${result.height} pixels for an error map`);
}

/** The mean of each channel of a map [C, h, w]. */
export function channelMeans({ data, shape: [channels] }: Values): number[] {
  const length = data.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * length; i < (channel + 1) * length; i++) sum += data[i];
    return sum / length;
  });
}

/** The mean over the channels of each place of a map [C, h, w]. */
export function placeMeans({ data, shape: [channels, height, width] }: Values): PlaceMap {
  const values = new Float64Array(height * width);
  for (let i = 0; i < data.length; i++) values[i % values.length] += data[i] / channels;
  return { width, height, values };
}
