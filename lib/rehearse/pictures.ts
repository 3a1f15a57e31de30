import { encodeImage } from "../image/encode.ts";
import { random } from "../random.ts";
import type { Label } from "../types.ts";

/** Side of the pictures, pixels: more than any published view cuts out. */
const SIDE = 256;

/**
 * The file of a random picture, the same for the same name: soft colours under noise, of a fake with a grid of two pixels
 * over it, so that there is something to learn. Photographs are JPEG, as those of the published sets; fakes are whatever
 * the name ends in.
 */
export async function picture(name: string, label: Label): Promise<Uint8Array<ArrayBuffer>> {
  const draw = random(1, "rehearsal", name);
  const colours = Array.from({ length: 6 }, () => 40 + draw.integer(150));
  const grid = label === "fake" ? 16 : 0;
  const data = new Uint8Array(SIDE * SIDE * 3);
  let at = 0;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const noise = draw.integer(24) + ((x + y) % 2) * grid;
      for (let channel = 0; channel < 3; channel++) {
        const [from, to] = [colours[channel], colours[3 + channel]];
        data[at++] = from + (to - from) * (x + y) / (2 * SIDE) + noise;
      }
    }
  }
  const image = { data, width: SIDE, height: SIDE };
  const isPng = name.toLowerCase().endsWith(".png");
  const bytes = await encodeImage(image, isPng ? { format: "png" } : { format: "jpeg", quality: 90 });
  return bytes as Uint8Array<ArrayBuffer>;
}
