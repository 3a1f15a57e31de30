import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { parseRecodings, recodedName, type Recoding, recodingFormats } from "../image/recode.ts";
import type { Sample } from "../types.ts";
import { innerMakers } from "./inner.ts";
import { type Layout, readSamples, type Roots } from "./mod.ts";

const choices = ["real", "fake"] as const;

/**
 * A data set whose images are seen as if all had been stored anew alike, so that the format and quality of their files
 * say nothing any more of which are real. Nothing is copied: each image is stored anew when it is read, in training and
 * in every test, its reconstruction with it. What an earlier, coarser compression has left in the pixels stays there.
 */
export interface Reencoded extends Part<"reencoded"> {
  /** The data set. */
  readonly of: Layout;
  /** What they are seen as stored in. */
  readonly format: "jpeg" | "webp";
  /** A whole number, 1…100; colour is stored at half the resolution. */
  readonly quality: number;
  /** Stores only photographs or only fakes anew, as where photographs are JPEG of that quality already; null: all. */
  readonly only: "real" | "fake" | null;
}

/** Makes a {@linkcode Reencoded} part; JPEG of quality 96 is what most of ImageNet has (Grommelt et al. 2024). */
export const reencoded: Maker<Reencoded, "of"> = part("reencoded", { format: "jpeg", quality: 96, only: null }, {
  required: ["of"],
  parts: innerMakers,
  check({ of, format, quality, only }) {
    if (of === null) throw new TypeError("Cannot define reencoded.of: given null, expected a layout as genImage()");
    checkChoice("reencoded.format", format, recodingFormats);
    checkNumber("reencoded.quality", quality, { from: 1, to: 100, integer: true });
    if (only !== null) checkChoice("reencoded.only", only, choices);
  },
});

/** The samples of the data set, their files named as stored anew. */
export async function* reencodedSamples(spec: Reencoded, roots: Roots): AsyncGenerator<Sample> {
  for await (const sample of readSamples(spec.of, roots)) yield reencodedSample(spec, sample);
}

/** A sample, or a reconstruction of one, as it is seen: named as stored anew, where its class is. */
export function reencodedSample({ format, quality, only }: Reencoded, sample: Sample): Sample {
  return only === null || only === sample.label ? recoded(sample, { format, quality }) : sample;
}

/** A sample as it lies on disk, whatever it is stored anew as. */
export function storedSample(sample: Sample): Sample {
  return { ...sample, file: parseRecodings(sample.file).file };
}

function recoded(sample: Sample, recoding: Recoding): Sample {
  return { ...sample, file: recodedName(sample.file, recoding) };
}
