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
  // single precision where the original's variables have it: the array cuts to whole numbers, which shows the last bit
  const red = Math.fround((most - r) / spread);
  const green = Math.fround((most - g) / spread);
  const blue = Math.fround((most - b) / spread);
  const sixths = Math.fround(r === most ? blue - green : g === most ? 2 + red - blue : 4 + green - red);
  const turn = sixths / 6 + 1; // between 5/6 and 2
  hsv[0] = Math.fround(turn >= 1 ? turn - 1 : turn) * 255;
  hsv[1] = Math.fround(spread / most) * 255;
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
  const whole = sixths | 0;
  const within = sixths - whole;
  // cut after a half was added: a rounding of what is not negative
  const low = (value * (1 - saturation) + 0.5) | 0;
  const falling = (value * (1 - saturation * within) + 0.5) | 0;
  const rising = (value * (1 - saturation * (1 - within)) + 0.5) | 0;
  let red = value, green = rising, blue = low; // the first sixth, and the end of the last
  if (whole === 1) [red, green] = [falling, value];
  else if (whole === 2) [red, green, blue] = [low, value, rising];
  else if (whole === 3) [red, green, blue] = [low, falling, value];
  else if (whole === 4) [red, green, blue] = [rising, low, value];
  else if (whole === 5) [green, blue] = [low, falling];
  to[at] = red;
  to[at + 1] = green;
  to[at + 2] = blue;
}
