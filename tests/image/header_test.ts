import sharp, { type Sharp } from "sharp";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { headerOf, type ImageHeader, readHeader } from "../../lib/image/header.ts";
import { random } from "../../lib/random.ts";

const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

/** A picture of noise. */
function picture(channels: 3 | 4 = 3, [width, height] = [40, 24]): Sharp {
  const draw = random(1, "picture");
  const data = Uint8Array.from({ length: width * height * channels }, () => draw.integer(256));
  return sharp(data, { raw: { width, height, channels } });
}

const bytesOf = async (image: Sharp): Promise<Uint8Array> => new Uint8Array(await image.toBuffer());

const plain = { quality: null, progressive: null, subsampling: null, animated: false, orientation: 1 } as const;

/** What is written, and what its header has to say. */
async function examples(): Promise<(readonly [name: string, bytes: Uint8Array, header: ImageHeader])[]> {
  const size = { width: 40, height: 24 };
  const of = (format: ImageHeader["format"], rest: Partial<ImageHeader> = {}): ImageHeader => ({
    ...{ format, ...size, bitDepth: 8, channels: 3, ...plain, ...rest },
  });
  const frames = await Promise.all([0, 90, 180].map((r) => {
    const background = { r, g: 0, b: 0 };
    return sharp({ create: { ...size, channels: 3, background } }).png().toBuffer();
  }));
  const moving = () => sharp(frames, { join: { animated: true } });
  const jpeg = { progressive: false, subsampling: "4:2:0" };
  return [
    ["jpeg", await bytesOf(picture().jpeg({ quality: 83 })), of("jpeg", { ...jpeg, quality: 83 })],
    [
      "progressive jpeg",
      await bytesOf(picture().jpeg({ quality: 37, progressive: true, chromaSubsampling: "4:4:4" })),
      of("jpeg", { quality: 37, progressive: true, subsampling: "4:4:4" }),
    ],
    [
      "grey jpeg",
      await bytesOf(picture().toColourspace("b-w").jpeg({ quality: 50 })),
      of("jpeg", { quality: 50, progressive: false, channels: 1 }),
    ],
    [
      "cmyk jpeg",
      await bytesOf(picture().toColourspace("cmyk").jpeg({ quality: 90, chromaSubsampling: "4:4:4" })),
      of("jpeg", { quality: 90, progressive: false, channels: 4, subsampling: "4:4:4" }),
    ],
    [
      "turned jpeg",
      await bytesOf(picture().withMetadata({ orientation: 6 }).jpeg({ quality: 70 })),
      of("jpeg", { ...jpeg, quality: 70, orientation: 6 }),
    ],
    ["png", await bytesOf(picture().png()), of("png")],
    ["png with alpha", await bytesOf(picture(4).png()), of("png", { channels: 4 })],
    ["grey png", await bytesOf(picture().toColourspace("b-w").png()), of("png", { channels: 1 })],
    ["deep png", await bytesOf(picture().toColourspace("rgb16").png()), of("png", { bitDepth: 16 })],
    ["palette png", await bytesOf(picture().png({ palette: true, colours: 16 })), of("png", { bitDepth: 4 })],
    ["turned png", await bytesOf(picture().withMetadata({ orientation: 3 }).png()), of("png", { orientation: 3 })],
    ["webp", await bytesOf(picture().webp()), of("webp")],
    ["lossless webp", await bytesOf(picture().webp({ lossless: true })), of("webp")],
    ["webp with alpha", await bytesOf(picture(4).webp()), of("webp", { channels: 4 })],
    ["turned webp", await bytesOf(picture().withMetadata({ orientation: 8 }).webp()), of("webp", { orientation: 8 })],
    ["moving webp", await bytesOf(moving().webp()), of("webp", { animated: true })],
    ["gif", await bytesOf(picture().gif()), of("gif")],
    [
      "moving gif",
      await bytesOf(moving().gif()),
      of("gif", { animated: true, channels: 4 }), /* cgif keeps a transparent index for what does not move */
    ],
    ["tiff", await bytesOf(picture().tiff()), of("tiff")],
    ["big tiff", await bytesOf(picture().tiff({ bigtiff: true })), of("tiff")],
    [
      "grey tiff",
      await bytesOf(picture().toColourspace("b-w").tiff({ compression: "lzw" })),
      of("tiff", { channels: 1 }),
    ],
    ["avif", await bytesOf(picture().avif({ effort: 0 })), of("avif")],
    ["avif with alpha", await bytesOf(picture(4).avif({ effort: 0 })), of("avif", { channels: 4 })],
    ["bmp", bitmap(40, -24), of("bmp")],
  ];
}

/** The first bytes of a bitmap of 24 bits a pixel. */
function bitmap(width: number, height: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(200));
  view.setUint16(0, 0x424d);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(28, 24, true);
  return new Uint8Array(view.buffer);
}

Deno.test("readHeader() and headerOf() tell what was written, of every format", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes, header] of await examples()) {
      assertEquals(readHeader(bytes), header, `${name}: got ${JSON.stringify(readHeader(bytes))}`);
      await Deno.writeFile(`${folder}/file`, bytes);
      assertEquals(await headerOf(`${folder}/file`), header, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readHeader() finds the quality that libjpeg was told, 1 to 100", async () => {
  for (let quality = 1; quality <= 100; quality++) {
    assertEquals(readHeader(await bytesOf(picture().jpeg({ quality }))).quality, quality);
    const grey = readHeader(await bytesOf(picture().toColourspace("b-w").jpeg({ quality }))).quality!;
    // below 2 luminance is 255 everywhere
    assert(grey === quality || quality <= 2, `${grey} for grey at ${quality}`);
  }
});

Deno.test("headerOf() steps over what stands before the header's end, however long", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const jpeg = await bytesOf(picture().jpeg({ quality: 60 }));
    const comments = Array.from({ length: 40 }, () => [0xff, 0xfe, 0xff, 0xff, ...new Array(0xfffd).fill(7)]).flat();
    const long = new Uint8Array([...jpeg.subarray(0, 2), ...comments, ...jpeg.subarray(2)]);
    await Deno.writeFile(`${folder}/a.jpg`, long);
    assertEquals(await headerOf(`${folder}/a.jpg`), readHeader(jpeg));
    const tiff = await bytesOf(picture(3, [400, 300]).tiff()); // its directory stands behind the pixels
    await Deno.writeFile(`${folder}/a.tif`, tiff);
    assertEquals((await headerOf(`${folder}/a.tif`)).width, 400);
    assertThrows(() => readHeader(tiff.subarray(0, 4096)), TypeError, "tiff data, cut off inside the header");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readHeader() says what a file is that is no image", () => {
  const refused = (start: string, found: string) => {
    const bytes = Uint8Array.from(start, (character) => character.charCodeAt(0));
    assertThrows(() => readHeader(bytes), TypeError, `found ${found}, expected an image in JPEG`);
  };
  refused("", "empty");
  refused("\0".repeat(80), "nothing but zeros");
  refused("<!DOCTYPE html><html>", "a web page");
  refused("version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS, whose file was not fetched");
  refused("%PDF-1.7\n", "a PDF document");
  refused("<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing");
  refused("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image");
  refused("hello\n", "text");
  refused("\x01\x02\x03\x04\x05\x06\x07\x08", "of no known kind");
  refused("\xff\xd8\xff", "jpeg data, cut off inside the header");
  refused("\xff\xd8\xff\xd9\xff\xd9", "jpeg data, damaged");
});

Deno.test("headerOf() tells a file that is cut off, and one that is not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [, bytes] of await examples()) {
      await Deno.writeFile(`${folder}/cut`, bytes.subarray(0, 20));
      await assertRejects(() => headerOf(`${folder}/cut`), TypeError, "cut off inside the header");
    }
    await assertRejects(() => headerOf(`${folder}/none`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readHeader() refuses or reads whatever bytes it is given, and ends", async () => {
  const count = full ? 20_000 : 500;
  const draw = random(7, "mutations");
  let refused = 0;
  for (const [name, bytes] of await examples()) {
    for (let i = 0; i < count; i++) {
      const mutated = bytes.slice(0, 1 + draw.integer(bytes.length));
      for (let k = draw.integer(8); k >= 0; k--) {
        mutated[draw.integer(Math.min(mutated.length, 300))] = draw.integer(256);
      }
      try {
        readHeader(mutated);
      } catch (error) {
        if (!(error instanceof TypeError)) throw new Error(`${name}, mutation ${i}`, { cause: error });
        refused++;
      }
    }
  }
  assert(refused > 0);
});
