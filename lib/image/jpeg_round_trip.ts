import type { Image } from "./decode.ts";
import { checkQuality } from "./encode.ts";
import { quantisationTables } from "./headers/quality.ts";

/** What {@linkcode jpegRoundTrip} may be told. */
export interface JpegRoundTrip {
  /** A whole number, 1…100. */
  readonly quality: number;
  /** Whether red is taken for blue and blue for red on both ways. */
  readonly exchanged?: boolean;
}

/**
 * The pixels of an image after it was stored as baseline JPEG and read again, colour at half the resolution: those of
 * libjpeg-turbo's encoder and decoder with their defaults, which stand behind sharp, Pillow and OpenCV, each value the
 * same (tested at every quality). What loses nothing of it, the Huffman codes and the file, is left out, and with it
 * most of the time.
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when the quality is not a whole number from 1 to 100
 */
export async function jpegRoundTrip(
  { data, width, height }: Image,
  { quality, exchanged = false }: JpegRoundTrip,
): Promise<Image> {
  checkQuality({ format: "jpeg", quality });
  const { memory, takeApart, quantise, putTogether } = await loaded();
  const [w, h] = [filled(width), filled(height)];
  const steps = 0, block = steps + 2 * 64 * 4, lines = block + 64 * 2, planes = lines + 4 * w;
  const pixels = planes + w * h * 3 / 2, end = pixels + data.length;
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
  new Int32Array(memory.buffer, steps, 128).set(stepsOf(quality));
  const there = new Uint8Array(memory.buffer, pixels, data.length);
  there.set(data);
  const red = exchanged ? 2 : 0;
  takeApart(pixels, width, height, red, planes, lines);
  quantise(width, height, steps, planes, block);
  putTogether(pixels, width, height, red, planes, lines);
  const made = there.slice();
  if (memory.buffer.byteLength > MOST_KEPT) kernel = null; // memory of a module never shrinks
  return { data: made, width, height };
}

/** Bytes in a page of a module's memory. */
const PAGE = 65536;

/** Memory that stays for the next image, in bytes. */
const MOST_KEPT = 2 ** 25;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  takeApart(rgb: number, width: number, height: number, red: number, planes: number, lines: number): void;
  quantise(width: number, height: number, steps: number, planes: number, block: number): void;
  putTogether(rgb: number, width: number, height: number, red: number, planes: number, lines: number): void;
}

let code: Promise<WebAssembly.Module> | null = null;
let kernel: Kernel | null = null;

async function loaded(): Promise<Kernel> {
  code ??= Deno.readFile(new URL("./wasm/jpeg.wasm", import.meta.url)).then((bytes) => WebAssembly.compile(bytes));
  const compiled = await code;
  kernel ??= new WebAssembly.Instance(compiled).exports as unknown as Kernel;
  return kernel;
}

/** Up to the next block of colour. */
function filled(length: number): number {
  return Math.ceil(length / 16) * 16;
}

/** Of both tables, row by row. */
function stepsOf(quality: number): Int32Array {
  const rows = new Int32Array(128);
  for (const [k, table] of quantisationTables(quality).entries()) {
    for (const [i, step] of table.entries()) rows[k * 64 + ZIGZAG[i]] = step;
  }
  return rows;
}

/** Places row by row of the coefficients in a file's order: along the diagonals, to and fro. */
const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, i) => i)
  .sort((a, b) => diagonal(a) - diagonal(b) || (diagonal(a) % 2 === 0 ? b - a : a - b));

function diagonal(place: number): number {
  return (place >> 3) + (place & 7);
}
