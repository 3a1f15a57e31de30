import { crc32, deflateSync } from "node:zlib";

/**
 * A picture as a data URL of PNG, made at once: a figure is a value, and none that has pictures may wait for one.
 *
 * @param pixels red, green, blue and opacity of each pixel, row by row, 0…255
 * @throws {TypeError} when there are not four values for each pixel
 *
 * Source: W3C, Portable Network Graphics, third edition: colour type 6, 8 bits, no filter.
 */
export function pngUrl(pixels: Uint8Array, { width, height }: { width: number; height: number }): string {
  if (pixels.length !== 4 * width * height || pixels.length === 0) {
    throw new TypeError(
      `Cannot write ${pixels.length} values as ${width} × ${height} pixels: expected ${4 * width * height}, at least 4`,
    );
  }
  const rows = new Uint8Array(height * (4 * width + 1)); // each row begins with its filter, 0
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(4 * width * y, 4 * width * (y + 1)), y * (4 * width + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6], 8);
  const parts = [SIGNATURE, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", new Uint8Array())];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return `data:image/png;base64,${file.toBase64()}`;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(kind), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
