/** What may have befallen an image on its way: the axes of a robustness grid, and how a name tells of it. */
import { checkChoice, checkNumber, type Range } from "../definition/check.ts";
import { meant } from "../definition/nearest.ts";
import { isRecord, show } from "../definition/part.ts";
import type { OpenImage, Rectangle } from "../image/decode.ts";
import { type Random, random } from "../random.ts";
import type { Label } from "../types.ts";
import { blur, planBlur } from "./blur.ts";
import { type Change, makeChanges, type Size, whole, wholeChange } from "./change.ts";
import { compress, planCompress } from "./compress.ts";
import { noise, planNoise } from "./noise.ts";
import { planRescale, rescale } from "./rescale.ts";
import { square, squareView } from "./square.ts";

/** What is done to an image before it is scored, in the order of the fields; what is left out is not done. */
export interface Corruption {
  /** Share of each side that stays, > 0 and < 1; the middle is kept. */
  readonly crop?: number;
  /** Factor of both sides, > 0, by OpenCV's linear filter as in albumentations' `RandomScale`. */
  readonly scale?: number;
  /** Side of the square that the image is stretched to, in pixels, by Pillow's bicubic filter: all sizes become one. */
  readonly resize?: number;
  /** Standard deviation of a Gaussian, in pixels, > 0. */
  readonly blur?: number;
  /** Standard deviation of Gaussian noise, in levels of 255, > 0; drawn by the id of the image. */
  readonly noise?: number;
  /** Quality of JPEG, 1…100. */
  readonly jpeg?: number;
  /** Befalls this class alone; left out: both. */
  readonly only?: Label;
}

/** What is done in one step, and how strongly. */
export type Step = Exclude<keyof Corruption, "only">;

/** Ranges of the steps, in the order in which they are done: as a picture is cut, made smaller and stored. */
const ranges: Readonly<Record<Step, Range>> = {
  crop: { above: 0, below: 1 },
  scale: { from: 0.01, to: 100 },
  resize: { from: 1, to: 65535, integer: true },
  blur: { from: 0.01, to: 100 },
  noise: { above: 0, to: 255 },
  jpeg: { from: 1, to: 100, integer: true },
};

const ON: Readonly<Record<Label, string>> = { real: " on photographs", fake: " on fakes" };

/**
 * The name of what is done, as "jpeg-50", "crop-0.8+jpeg-50" or "jpeg-96 on fakes": what stands in a record's scores.
 *
 * @throws {TypeError} for an unknown field, with the nearest name, and where nothing is done
 * @throws {RangeError} for a strength outside its range
 */
export function corruptionName(corruption: Corruption): string {
  const steps = stepsOf(corruption).map(([step, strength]) => `${step}-${strength}`);
  return `${steps.join("+")}${corruption.only === undefined ? "" : ON[corruption.only]}`;
}

/**
 * A sample as it is seen after a corruption: its file's name goes on to say so, the file stays as it is. Noise is drawn by
 * the id and the strength alone, so that it is the same on every machine and whatever is scored beside it.
 */
export function corrupted<S extends { readonly id: string; readonly file: string; readonly label: Label }>(
  sample: S,
  corruption: Corruption,
): S {
  if (corruption.only !== undefined && corruption.only !== sample.label) return sample;
  const steps = stepsOf(corruption).map(([step, strength]) => `${step}-${strength}`).join("+");
  const seed = random(1, "corruption", steps, sample.id).integer(2 ** 32);
  return { ...sample, file: `${sample.file}#seen=${steps}~${seed}` };
}

/** A name without what {@linkcode corrupted} put behind it, and what that says; null where it says nothing. */
export function parseSeen(name: string): { readonly file: string; readonly seen: Seen | null } {
  const found = /^(.*)#seen=([^#~]+)~(\d+)$/s.exec(name);
  if (found === null) return { file: name, seen: null };
  const steps = found[2].split("+").map((text): readonly [Step, number] => {
    const at = text.indexOf("-");
    return [text.slice(0, at) as Step, Number(text.slice(at + 1))];
  });
  return { file: found[1], seen: { steps, seed: Number(found[3]) } };
}

/** What is done to an image, and the seed of what is drawn meanwhile. */
export interface Seen {
  readonly steps: readonly (readonly [Step, number])[];
  readonly seed: number;
}

/** An image after what is done to it, of which no more is made than is asked for. */
export function openSeen(image: OpenImage, { steps, seed }: Seen): OpenImage {
  const draw = random(seed, "seen");
  const changes: Change[] = [];
  for (const [step, strength] of steps) {
    const change = plans[step](strength, changes.at(-1) ?? image, draw);
    if (change !== null) changes.push(change);
  }
  const { width, height } = changes.at(-1) ?? image;
  const size = { width, height };
  return { ...size, pixels: (part = whole(size)) => makeChanges(image, [...changes, cut(part)]) };
}

type Plan = (strength: number, size: Size, draw: Random) => Change | null;

const always = { p: 1 };

const plans: Readonly<Record<Step, Plan>> = {
  crop: (share, { width, height }) => {
    const kept = (side: number): number => Math.max(1, Math.round(side * share));
    const [w, h] = [kept(width), kept(height)];
    return cut({ x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h });
  },
  scale: (factor, size, draw) => planRescale(rescale({ scale: [factor, factor], ...always }), size, draw),
  resize: (side, size) =>
    wholeChange(size, { width: side, height: side }, (image) => squareView(square({ size: side }), image)),
  blur: (sigma, size, draw) => planBlur(blur({ sigma: [sigma, sigma], ...always }), size, draw),
  noise: (sigma, size, draw) => planNoise(noise({ variance: [sigma ** 2, sigma ** 2], ...always }), size, draw),
  jpeg: (quality, size, draw) => planCompress(compress({ quality: [quality, quality], ...always }), size, draw),
};

/** The rectangle of an image. */
function cut({ x, y, width, height }: Rectangle): Change {
  return {
    width,
    height,
    needs: (part) => ({ ...part, x: part.x + x, y: part.y + y }),
    make: (from) => from,
  };
}

/** The steps of a corruption in their order, checked. */
function stepsOf(corruption: Corruption): [Step, number][] {
  if (!isRecord(corruption as unknown)) {
    throw new TypeError(`Cannot corrupt images: given ${show(corruption)}, expected an object as { jpeg: 50 }`);
  }
  const known = [...Object.keys(ranges), "only"];
  for (const name of Object.keys(corruption)) {
    if (known.includes(name)) continue;
    throw new TypeError(`Cannot corrupt images: unknown step "${name}", ${meant(name, known)}`);
  }
  if (corruption.only !== undefined) checkChoice("corruption.only", corruption.only, Object.keys(ON));
  const steps = (Object.keys(ranges) as Step[]).flatMap((step): [Step, number][] => {
    const strength = corruption[step];
    if (strength === undefined) return [];
    checkNumber(`corruption.${step}`, strength, ranges[step]);
    return [[step, strength]];
  });
  if (steps.length > 0) return steps;
  throw new TypeError(
    `Cannot corrupt images: given ${show(corruption)}, which does nothing, expected some of ${
      Object.keys(ranges).join(", ")
    }`,
  );
}

/**
 * What a name of {@linkcode corruptionName} stands for.
 *
 * @throws {RangeError} for another text, saying how names are made
 */
export function corruptionOf(name: string): Corruption {
  const found = /^(.+?)(?: on (photographs|fakes))?$/.exec(name.trim());
  const steps = (found?.[1] ?? "").split("+").map((text) => /^([a-z]+)-([\d.]+(?:e-\d+)?)$/.exec(text));
  if (steps.some((step) => step === null || !Object.hasOwn(ranges, step[1]))) {
    throw new RangeError(
      `Cannot corrupt images: given "${name}", expected steps with their strength, as "jpeg-50", "crop-0.8+jpeg-50" or ` +
        `"jpeg-96 on fakes"; the steps are ${Object.keys(ranges).join(", ")}`,
    );
  }
  const made = Object.fromEntries(steps.map((step) => [step![1], Number(step![2])]));
  const only = found?.[2] === undefined ? {} : { only: found[2] === "fakes" ? "fake" as const : "real" as const };
  const corruption: Corruption = { ...made, ...only };
  corruptionName(corruption); // refuses what is out of range
  return corruption;
}
