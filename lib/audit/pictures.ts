import { createHash } from "node:crypto";
import { bytesOf, imageOf } from "../data/source.ts";
import { decodeImage, type Image, parseFragment } from "../image/decode.ts";
import { pictureCode } from "../image/perceptual.ts";
import { parseRecodings, recodeImage } from "../image/recode.ts";
import { radialSpectrum } from "../image/spectrum.ts";
import { innermost } from "../layouts/mod.ts";
import { thousands } from "../report/numbers.ts";
import type { Sample, Unreadable } from "../types.ts";
import { type Finding, type Findings, type Keys, keysOf, openFindings } from "./findings.ts";
import type { Headers } from "./headers.ts";
import { contentNumber } from "./indexed.ts";
import { boundOf, keyOf, type Source } from "./listing.ts";
import { changed, chunks, type Pass, reasonOf, type Walk } from "./walk.ts";

/** What the pixels of images say, in columns of 28 bytes an image beside those of {@linkcode Headers}. */
export interface Pictures {
  /** As in {@linkcode Finding}; NaN: unreadable. */
  readonly content: Float64Array;
  readonly code: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  readonly contrast: Float32Array;
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

/** How pictures are read. */
export interface PictureWalk extends Walk {
  readonly headers: Headers;
  /** Folder in which findings are kept, and found again; null: none. */
  readonly artifacts: string | null;
  /** Rows of a file there, as of `openRows`. */
  readonly part?: number;
  /** Learns how many pictures were found there. */
  readonly tell?: (what: string) => void;
}

/** Images of a group whose spectra are averaged: enough for a mean that is good to 0.1 dB. */
const SPECTRA = 500;

/** Largest side of a centre, whose spectrum takes as long as the decoder does, and the smallest with frequencies to speak of. */
const LARGEST = 128, SMALLEST = 16;

/** Share of the images that have to hold the centre. */
const HOLD = 0.9;

/** Looks at every listed image whose header was read: its codes, and the spectra of some of each group. */
export async function* readPictures(
  sources: readonly Source[],
  walk: PictureWalk,
): AsyncGenerator<Pass, Pictures> {
  const { listing: { groups: all, total }, headers, artifacts, part, tell } = walk;
  const size = spectrumSize(headers);
  const chosen = spectrumBounds(headers, all.length);
  const empty = (): SpectrumSum => ({ sum: new Float64Array((size ?? 0) / 2), count: 0 });
  const spectra = all.map((): [SpectrumSum, SpectrumSum] => [empty(), empty()]);
  const words = () => new Uint32Array(total);
  const code = [words(), words(), words(), words()] as const;
  const content = new Float64Array(total).fill(NaN);
  const contrast = new Float32Array(total);
  const unreadable: Unreadable[] = [];
  const kinds = sources.map(({ layout }) => innermost(layout).kind);
  await using findings = artifacts === null ? null : await openFindings(artifacts, { kinds, size, part, tell });
  let known = 0;
  for await (const { samples, groups, from } of chunks(sources, walk)) {
    const looked = await Promise.all(samples.map(async (sample, i) => {
      const [at, key] = [from + i, keyOf(sample.id)];
      if (key !== headers.id[at]) throw changed(sample);
      if (headers.header[at] < 0) return null;
      const spectrum = key <= chosen[groups[i]] ? size : null;
      return await seen(sample, { spectrum, content: headers.content[at], findings }).catch(reasonOf);
    }));
    const before = known;
    for (const [i, one] of looked.entries()) {
      const at = from + i;
      if (typeof one === "string") {
        unreadable.push({ id: samples[i].id, file: samples[i].file, split: samples[i].split, reason: one });
      }
      if (one === null || typeof one === "string") continue;
      const { finding, keys } = one;
      if (keys !== null) await findings!.add(keys, finding);
      else if (findings !== null) known++;
      content[at] = finding.content;
      contrast[at] = finding.contrast;
      for (const [k, column] of code.entries()) column[at] = finding.code[k];
      if (finding.spectrum !== null) add(spectra[groups[i]][keyOf(samples[i].source) % 2], finding.spectrum);
    }
    yield { done: from + samples.length, total, doing: "comparing pictures", known: known - before };
  }
  if (known > 0) tell?.(`Of ${thousands(total)} pictures ${thousands(known)} were known from an earlier audit`);
  return { content, code, contrast, size, spectra, unreadable };
}

interface Looking {
  /** Side of the centre whose spectrum is taken; null: none is. */
  readonly spectrum: number | null;
  /** The content where it is known, otherwise NaN. */
  readonly content: number;
}

/** What an image shows: from the findings, or by a look, which comes with the keys to keep it under. */
async function seen(
  sample: Sample,
  { findings, ...looking }: Looking & { readonly findings: Findings | null },
): Promise<{ readonly finding: Finding; readonly keys: Keys | null }> {
  if (findings === null) return { finding: await look(sample, looking), keys: null };
  const keys = await keysOf(sample);
  const known = findings.find(keys, { spectrum: looking.spectrum !== null });
  return known === null ? { finding: await look(sample, looking), keys } : { finding: known, keys: null };
}

/** Content and codes are those of the image as it lies on disk, the spectrum that of the image as it is seen. */
async function look({ file }: Sample, { spectrum: size, content }: Looking): Promise<Finding> {
  const { file: stored, recodings } = parseRecodings(file);
  const whole = parseFragment(stored).rectangle === null;
  const bytes = whole ? await bytesOf(stored) : null;
  const image: Image = bytes === null ? await imageOf(stored) : await decodeImage(bytes);
  const { frequencies, steps, contrast } = await pictureCode(image);
  return {
    content: bytes === null
      ? hashOf(image.data, `${image.width} × ${image.height}`)
      : Number.isNaN(content)
      ? hashOf(bytes, "")
      : content,
    code: [...frequencies, ...steps],
    contrast,
    spectrum: size === null ? null : radialSpectrum(await recodeImage(image, recodings), size),
  };
}

function hashOf(bytes: Uint8Array, beside: string): number {
  return contentNumber(createHash("sha256").update(bytes).update(beside).digest("hex"));
}

/** The largest power of two that fits into nearly all images. */
function spectrumSize({ distinct, header }: Headers): number | null {
  const counts = new Uint32Array(distinct.length);
  for (const place of header) if (place >= 0) counts[place]++;
  const images = (holds: (side: number) => boolean): number =>
    distinct.reduce((sum, { width, height }, i) => sum + (holds(Math.min(width, height)) ? counts[i] : 0), 0);
  const all = images(() => true);
  for (let size = LARGEST; size >= SMALLEST; size /= 2) if (images((side) => side >= size) >= HOLD * all) return size;
  return null;
}

/** Of each group the largest key of the images whose spectra are taken. */
function spectrumBounds({ id, group }: Headers, groups: number): number[] {
  const counts = new Uint32Array(groups);
  for (const place of group) counts[place]++;
  const keys = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (const [i, place] of group.entries()) keys[place][counts[place]++] = id[i];
  return keys.map((own) => boundOf(own, SPECTRA));
}

function add(to: SpectrumSum, spectrum: Float64Array): void {
  for (let i = 0; i < spectrum.length; i++) to.sum[i] += spectrum[i];
  to.count++;
}
