/**
 * A process of its own that decodes damaged files, since what they may do is to end it or to hang: for each of them a
 * line before it is decoded, and at the end what came of all, as JSON.
 *
 *     deno run -A --v8-flags=--expose-gc tests/image/mutated.ts COUNT SEED
 */
import sharp, { type Sharp } from "sharp";
import { decodeImage, UnreadableImage } from "../../lib/image/decode.ts";
import { type Random, random } from "../../lib/random.ts";

/** What came of the files of a format. */
export interface Outcome {
  readonly format: string;
  readonly decoded: number;
  readonly refused: number;
  /** Everything else that was thrown, or came back as no image. */
  readonly wrong: readonly string[];
}

/** The last line of the process. */
export interface Report {
  readonly outcomes: readonly Outcome[];
  /** Megabytes of resident memory behind each time that all files were decoded. */
  readonly resident: readonly number[];
}

type Bytes = Uint8Array<ArrayBuffer>;

const FORMATS = ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const;
/** Often enough that a leak of every image, or of every refused one, adds up. */
const TIMES = 4;

async function main(count: number, seed: number): Promise<void> {
  const whole = new Map<string, Bytes[]>();
  for (const format of FORMATS) whole.set(format, await examples(format));
  const resident: number[] = [];
  let outcomes: Outcome[] = [];
  for (let time = 0; time < TIMES; time++) {
    outcomes = [];
    for (const format of FORMATS) outcomes.push(await decodeAll(format, whole.get(format)!, { count, seed }));
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((done) => setTimeout(done, 100)); // memory outside of the heap is freed a little later
    resident.push(Deno.memoryUsage().rss / 2 ** 20);
  }
  say(JSON.stringify({ outcomes, resident } satisfies Report));
}

/** Whole files of a format: those that were recorded, and larger ones, of which a leak would be seen. */
async function examples(format: string): Promise<Bytes[]> {
  const folder = new URL("recorded/formats/", import.meta.url);
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const ofFormat = names.filter((name) => name.startsWith(format)).sort();
  const files: Bytes[] = await Promise.all(ofFormat.map((name) => Deno.readFile(new URL(name, folder))));
  const draw = random(1, "picture");
  const [width, height] = [160, 120];
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => 90 + 60 * Math.sin(i / 400) + draw.integer(40),
  );
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const larger: Record<string, Sharp[]> = {
    jpeg: [picture.clone().jpeg(), picture.clone().jpeg({ progressive: true })],
    png: [picture.clone().png(), picture.clone().png({ progressive: true })],
    webp: [picture.clone().webp(), picture.clone().webp({ lossless: true, effort: 0 })],
    gif: [picture.clone().gif({ effort: 1 })],
    tiff: [picture.clone().tiff({ compression: "lzw" }), picture.clone().tiff({ compression: "jpeg" })],
    avif: [picture.clone().avif({ effort: 0 })],
  };
  const encoded = await Promise.all(larger[format].map(async (each) => new Uint8Array(await each.toBuffer())));
  // half of the draws shall be of the larger
  return [...files, ...files.map((_, i) => encoded[i % encoded.length])];
}

async function decodeAll(
  format: string,
  files: readonly Bytes[],
  { count, seed }: { count: number; seed: number },
): Promise<Outcome> {
  let [decoded, refused] = [0, 0];
  const wrong: string[] = [];
  for (let number = 0; number < count; number++) {
    const draw = random(seed, format, number);
    const bytes = mutated(files[draw.integer(files.length)], files[draw.integer(files.length)], draw);
    say(`${format} ${number}`);
    try {
      const { data, width, height } = await decodeImage(bytes);
      if (data.length === width * height * 3 && data.length > 0) decoded++;
      else wrong.push(`${number}: ${data.length} values for ${width} × ${height}`);
    } catch (error) {
      if (error instanceof UnreadableImage) refused++;
      else wrong.push(`${number}: ${error}`);
    }
  }
  return { format, decoded, refused, wrong };
}

/** A file with one to three kinds of damage. */
function mutated(file: Bytes, other: Bytes, draw: Random): Bytes {
  let bytes = file.slice();
  for (let rest = 1 + draw.integer(3); rest > 0 && bytes.length > 0; rest--) {
    bytes = damages[draw.integer(damages.length)](bytes, draw, other);
  }
  return bytes;
}

/** A place in a file; every second one where headers are. */
function place(bytes: Bytes, draw: Random): number {
  return draw.integer(draw.uniform() < 0.5 ? bytes.length : Math.min(bytes.length, 200));
}

const damages: ((bytes: Bytes, draw: Random, other: Bytes) => Bytes)[] = [
  function flipBit(bytes, draw) {
    bytes[place(bytes, draw)] ^= 1 << draw.integer(8);
    return bytes;
  },
  function someBytes(bytes, draw) {
    for (let rest = 1 + draw.integer(16); rest > 0; rest--) bytes[place(bytes, draw)] = draw.integer(256);
    return bytes;
  },
  function extremes(bytes, draw) {
    const at = place(bytes, draw);
    return bytes.fill([0, 0x7f, 0x80, 0xff][draw.integer(4)], at, at + 1 + draw.integer(8));
  },
  function cutOff(bytes, draw) {
    return bytes.slice(0, draw.integer(bytes.length));
  },
  function takeOut(bytes, draw) {
    const at = place(bytes, draw);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + draw.integer(64)));
  },
  function putIn(bytes, draw) {
    const at = place(bytes, draw);
    const some = Uint8Array.from({ length: 1 + draw.integer(64) }, () => draw.integer(256));
    return joined(bytes.subarray(0, at), some, bytes.subarray(at));
  },
  function twice(bytes, draw) {
    const at = place(bytes, draw);
    return joined(bytes.subarray(0, at + draw.integer(64)), bytes.subarray(at));
  },
  function zeroEnd(bytes, draw) {
    return bytes.fill(0, draw.integer(bytes.length));
  },
  function endOfAnother(bytes, draw, other) {
    return joined(bytes.subarray(0, draw.integer(bytes.length)), other.subarray(draw.integer(other.length)));
  },
];

function joined(...parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function say(line: string): void {
  // deno-lint-ignore no-console -- to the process that waits for it
  console.log(line);
}

if (import.meta.main) await main(Number(Deno.args[0]), Number(Deno.args[1]));
