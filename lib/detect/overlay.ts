/** A small map of heat laid over a picture. */
import type { Image } from "../image/decode.ts";
import type { Heat } from "./grad_cam.ts";

/** Colours from no heat to the most: dark to light as well, so that grey prints and colour-blind eyes see the order. */
const RAMP: readonly (readonly [red: number, green: number, blue: number])[] = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
];

/** Least side of what is written, pixels: smaller pictures are enlarged by a whole factor, their pixels left to be seen. */
const LEAST = 256;

/**
 * The picture in grey with the heat over it, the more of it the hotter a place is.
 *
 * @returns pixels that the caller owns
 */
export function overlay(picture: Image, heat: Heat): Image {
  const factor = Math.max(1, Math.ceil(LEAST / Math.max(picture.width, picture.height)));
  const [width, height] = [picture.width * factor, picture.height * factor];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / factor) * picture.width + Math.floor(x / factor));
      const [red, green, blue] = picture.data.subarray(from, from + 3);
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
      const value = heatAt(heat, (x + 0.5) / width, (y + 0.5) / height);
      const share = 0.2 + 0.5 * value;
      const colour = colourOf(value);
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) data[at + c] = Math.round((1 - share) * grey + share * colour[c]);
    }
  }
  return { data, width, height };
}

/** The heat at a place of the picture, 0…1 across and down, between the middles of four values. */
function heatAt({ values, width, height }: Heat, across: number, down: number): number {
  const place = (share: number, length: number) => Math.min(Math.max(share * length - 0.5, 0), length - 1);
  const [x, y] = [place(across, width), place(down, height)];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const between = (row: number) => {
    const [a, b] = [values[row * width + left], values[row * width + right]];
    return a + (b - a) * (x - left);
  };
  return between(top) + (between(bottom) - between(top)) * (y - top);
}

/** A value 0…1 on the ramp. */
export function colourOf(value: number): readonly [number, number, number] {
  const at = value * (RAMP.length - 1), low = Math.min(Math.floor(at), RAMP.length - 2);
  const mix = (c: number) => RAMP[low][c] + (RAMP[low + 1][c] - RAMP[low][c]) * (at - low);
  return [mix(0), mix(1), mix(2)];
}
