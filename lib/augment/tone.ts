import type { Image } from "../image/decode.ts";

/** A table from old to new values, one for all channels. */
export function toneTable(of: (value: number) => number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => of(value));
}

/** An image whose every value is looked up in a table. */
export function mapTones({ data, width, height }: Image, table: Uint8ClampedArray): Image {
  const to = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) to[i] = table[data[i]];
  return { data: to, width, height };
}
