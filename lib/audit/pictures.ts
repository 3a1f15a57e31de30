import { createHash } from "node:crypto";
import { bytesOf, imageOf } from "../data/source.ts";
import { decodeImage, type Image, parseFragment } from "../image/decode.ts";
import { pictureCode } from "../image/perceptual.ts";
import { parseRecodings, recodeImage } from "../image/recode.ts";
import { radialSpectrum } from "../image/spectrum.ts";
import type { Sample, Unreadable } from "../types.ts";
import { boundOf, keyOf, type Listing, type Source } from "./listing.ts";
import { chunks, type Headers, type Pass, reasonOf } from "./headers.ts";

/** What the pixels of images say, in columns beside those of {@linkcode Headers}. */
export interface Pictures {
  /** 53 bits of the hash of each file, of a rectangle of its pixels; NaN: unreadable. */
  readonly content: readonly number[];
  /** Two 64-bit codes, in halves: frequencies, then steps; see `pictureCode`. */
  readonly code: readonly [number[], number[], number[], number[]];
  readonly contrast: readonly number[];
  /** Side of the centres whose spectra were taken; null: images are too small for any. */
  readonly size: number | null;
  /** Spectra by place of the group, null where none was taken; two halves of its images, for comparison. */
  readonly spectra: readonly (readonly [SpectrumSum, SpectrumSum])[];
  /** Those whose header could be read and whose pixels could not. */
  readonly unreadable: readonly Unreadable[];
}

/** Spectra of some images, summed. */
export interface SpectrumSum {
  readonly sum: Float64Array;
  count: number;
}

/** Images of a group whose spectra are averaged: enough for a mean that is good to 0.1 dB. */
const SPECTRA = 500;

/** Largest side of a centre, whose spectrum takes as long as the decoder does, and the smallest with frequencies to speak of. */
const LARGEST = 128, SMALLEST = 16;

/** Share of the images that have to hold the centre. */
const HOLD = 0.9;

/** Decodes every listed image whose header was read: its codes, and the spectra of some of each group. */
export async function* readPictures(
  sources: readonly Source[],
  { data, listing, headers, signal }: {
    readonly data: string | null;
    readonly listing: Listing;
    readonly headers: Headers;
    readonly signal?: AbortSignal;
  },
): AsyncGenerator<Pass, Pictures> {
  const size = spectrumSize(headers);
  const chosen = spectrumBounds(headers, listing.groups.length);
  const empty = (): SpectrumSum => ({ sum: new Float64Array((size ?? 0) / 2), count: 0 });
  const spectra = listing.groups.map((): [SpectrumSum, SpectrumSum] => [empty(), empty()]);
  const code: [number[], number[], number[], number[]] = [[], [], [], []];
  const content: number[] = [];
  const contrast: number[] = [];
  const unreadable: Unreadable[] = [];
  for await (const { samples, groups } of chunks(sources, { data, listing })) {
    signal?.throwIfAborted();
    const from = content.length;
    const looked = await Promise.all(samples.map(async (sample, i) => {
      if (sample.id !== headers.id[from + i]) throw changed(sample);
      if (headers.header[from + i] < 0) return null;
      const spectrum = keyOf(sample.id) <= chosen[groups[i]] ? size : null;
      return await look(sample, spectrum).catch(reasonOf);
    }));
    for (const [i, one] of looked.entries()) {
      const read = typeof one === "string" ? null : one;
      if (typeof one === "string") {
        unreadable.push({ id: samples[i].id, file: samples[i].file, split: samples[i].split, reason: one });
      }
      content.push(read?.content ?? NaN);
      contrast.push(read?.contrast ?? 0);
      for (const [k, half] of (read?.code ?? [0, 0, 0, 0]).entries()) code[k].push(half);
      if (read?.spectrum) add(spectra[groups[i]][keyOf(samples[i].source) % 2], read.spectrum);
    }
    yield { done: content.length, total: listing.total, doing: "comparing pictures" };
  }
  return { content, code, contrast, size, spectra, unreadable };
}

interface Look {
  readonly content: number;
  readonly code: readonly number[];
  readonly contrast: number;
  readonly spectrum: Float64Array | null;
}

/** Content and codes are those of the image as it lies on disk, the spectrum that of the image as it is seen. */
async function look({ file }: Sample, size: number | null): Promise<Look> {
  const { file: stored, recodings } = parseRecodings(file);
  const whole = parseFragment(stored).rectangle === null;
  const bytes = whole ? await bytesOf(stored) : null;
  const image: Image = bytes === null ? await imageOf(stored) : await decodeImage(bytes);
  const { frequencies, steps, contrast } = await pictureCode(image);
  return {
    content: bytes === null ? hashOf(image.data, `${image.width} × ${image.height}`) : hashOf(bytes, ""),
    code: [...frequencies, ...steps],
    contrast,
    spectrum: size === null ? null : radialSpectrum(await recodeImage(image, recodings), size),
  };
}

function hashOf(bytes: Uint8Array, beside: string): number {
  const hash = createHash("sha256").update(bytes).update(beside).digest();
  return hash.readUIntBE(0, 6) * 32 + (hash[6] >> 3);
}

/** The largest power of two that fits into nearly all images. */
function spectrumSize({ distinct, header }: Headers): number | null {
  const read = header.filter((place) => place >= 0);
  for (let size = LARGEST; size >= SMALLEST; size /= 2) {
    const fits = read.filter((place) => Math.min(distinct[place].width, distinct[place].height) >= size).length;
    if (fits >= HOLD * read.length) return size;
  }
  return null;
}

/** Of each group the largest key of the images whose spectra are taken. */
function spectrumBounds({ id, group }: Headers, groups: number): number[] {
  const keys = Array.from({ length: groups }, (): number[] => []);
  for (let i = 0; i < id.length; i++) keys[group[i]].push(keyOf(id[i]));
  return keys.map((own) => boundOf(own, SPECTRA));
}

function add(to: SpectrumSum, spectrum: Float64Array): void {
  for (let i = 0; i < spectrum.length; i++) to.sum[i] += spectrum[i];
  to.count++;
}

function changed({ id }: Sample): Error {
  return new Error(
    `Cannot audit the data: "${id}" was not listed at this place before, so that files came or went meanwhile. ` +
      "Audit again when nothing writes there",
  );
}
