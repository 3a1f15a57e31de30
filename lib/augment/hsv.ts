/** Hue, saturation and value: how a colour of a place is written, and Pillow's 8-bit form, each 0…255. */

/** Writes the HSV of the colour at a place. */
export function toPillowHsv(data: Uint8Array, at: number, hsv: Uint8Array): void {
  const r = data[at], g = data[at + 1], b = data[at + 2];
  const most = Math.max(r, g, b);
  const spread = most - Math.min(r, g, b);
  hsv[2] = most;
  if (spread === 0) {
    hsv[0] = hsv[1] = 0;
    return;
  }
  // single precision where the original's variables have it: the cut to whole numbers shows the last bit
  const red = Math.fround((most - r) / spread);
  const green = Math.fround((most - g) / spread);
  const blue = Math.fround((most - b) / spread);
  const sixths = Math.fround(r === most ? blue - green : g === most ? 2 + red - blue : 4 + green - red);
  hsv[0] = Math.trunc(Math.fround((sixths / 6 + 1) % 1) * 255);
  hsv[1] = Math.trunc(Math.fround(spread / most) * 255);
}

/** Writes the colour of an HSV to a place. */
export function fromPillowHsv(hsv: Uint8Array, to: Uint8Array, at: number): void {
  writeHsv(to, at, { sixths: hsv[0] * 6 / 255, saturation: hsv[1] / 255, value: hsv[2] });
}

/** Writes a colour: hue in sixths of a turn, 0 ≤ sixths ≤ 6, saturation 0…1, value a whole number 0…255. */
export function writeHsv(
  to: Uint8Array,
  at: number,
  { sixths, saturation, value }: { sixths: number; saturation: number; value: number },
): void {
  const sector = Math.floor(sixths) % 6;
  const within = sixths - Math.floor(sixths);
  const low = Math.round(value * (1 - saturation));
  const falling = Math.round(value * (1 - saturation * within));
  const rising = Math.round(value * (1 - saturation * (1 - within)));
  to[at] = sector === 0 || sector === 5 ? value : sector === 1 ? falling : sector === 4 ? rising : low;
  to[at + 1] = sector === 1 || sector === 2 ? value : sector === 0 ? rising : sector === 3 ? falling : low;
  to[at + 2] = sector === 3 || sector === 4 ? value : sector === 2 ? rising : sector === 5 ? falling : low;
}
