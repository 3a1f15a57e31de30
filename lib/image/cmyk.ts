/**
 * Inks as red, green and blue: a pixel is white but for what its ink and black take away, each a share of 255. That is
 * what Pillow does, without a profile of any press; libvips assumes one, and is off it by up to 140 levels.
 *
 * @param inks cyan, magenta, yellow and black, 0 for none, pixel after pixel
 * @returns red, green and blue, pixel after pixel
 */
export function rgbOfCmyk(inks: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(inks.length / 4 * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const light = 255 - inks[from + 3];
    for (let channel = 0; channel < 3; channel++) {
      const taken = inks[from + channel] * light + 128;
      rgb[to + channel] = light - (((taken >> 8) + taken) >> 8); // the last term is taken / 255, rounded
    }
  }
  return rgb;
}
