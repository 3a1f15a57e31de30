/** Makes fakes and reconstructions with trained generators. */
// B samples · H, W height and width · L latent channels
import { add, mul, type Tensor4D, tidy } from "../engine/ops.ts";
import type { Image } from "../image/decode.ts";
import { type Random, random } from "../random.ts";
import { type FixedParams, toCodewords, toLatents, toPixels } from "./autoencoder.ts";
import { toImages, toTensor } from "./crops.ts";
import { detail, enlarged, repaint, withDetail } from "./diffusion.ts";
import { type CourseName, courses, type DecoderCourse, type DenoiserCourse, type Recipe } from "./generators.ts";
import type { DecoderParams, DenoiserParams } from "./networks.ts";
import type { Trained } from "./train.ts";

/** Trained networks by the name of their course. */
export type Networks = Readonly<Record<CourseName, Trained>>;

/** Pictures in one pass of the networks; they share a stream of random numbers. */
export const batch = 16;

/**
 * A fake of every picture.
 *
 * @param names streams of random numbers; batch i draws from the stream of `names` and i
 * @param partners for recipes that mix: the pictures mixed in, one each
 */
export async function makeFakes(
  recipe: Recipe,
  pictures: readonly Image[],
  { networks, seed, names, partners }: {
    networks: Networks;
    seed: number;
    names: readonly string[];
    partners: readonly Image[];
  },
): Promise<Image[]> {
  const made: Image[] = [];
  for (let from = 0; from < pictures.length; from += batch) {
    const part = pictures.slice(from, from + batch);
    const draw = random(seed, ...names, from / batch);
    const y_BHW3 = tidy(() => fakeOf(recipe, part, { networks, draw, partners: partners.slice(from, from + batch) }));
    made.push(...toImages(await y_BHW3.data() as Float32Array, part[0]));
    y_BHW3.dispose();
  }
  return made;
}

/**
 * For every patch another of another photograph, drawn at random, so that content is mixed as different prompts
 * would be.
 */
export function drawPartners(sources: readonly string[], random: Random): number[] {
  return sources.map((source) => {
    if (sources.every((other) => other === source)) {
      throw new RangeError(`Cannot find a partner for a patch of "${source}": expected patches of two photographs`);
    }
    for (;;) {
      const partner = random.integer(sources.length);
      if (sources[partner] !== source) return partner;
    }
  });
}

function fakeOf(
  recipe: Recipe,
  pictures: readonly Image[],
  { networks, draw, partners }: { networks: Networks; draw: Random; partners: readonly Image[] },
): Tensor4D {
  const x_BHW3 = toTensor(pictures);
  if (recipe.kind === "pixel") {
    const denoiser = networks[recipe.denoiser].network as DenoiserParams;
    const factor = denoiserCourse(recipe.denoiser).enlarges;
    if (factor === null) return repaint(denoiser, x_BHW3, { ...recipe, bound: 1, random: draw });
    const beside = enlarged(x_BHW3);
    // hardly any detail of a photograph is more than half a unit away from the enlarged picture
    const fine_BHW3 = repaint(denoiser, detail(x_BHW3, beside, factor), {
      ...recipe,
      bound: factor / 2,
      random: draw,
      beside,
    });
    return withDetail(beside, fine_BHW3, factor);
  }
  const { skip } = decoderCourse(recipe.decoder);
  const fixed = networks[recipe.decoder].fixed as FixedParams;
  const decoder = networks[recipe.decoder].network as DecoderParams;
  const pixels = (z_BHWL: Tensor4D) => toPixels({ ...fixed, decoder }, toCodewords(fixed, z_BHWL), skip);
  const z_BHWL = toLatents(fixed.analysis, x_BHW3);
  if (recipe.kind === "mix") {
    const other_BHWL = toLatents(fixed.analysis, toTensor(partners));
    return pixels(add(mul(z_BHWL, 1 - recipe.share), mul(other_BHWL, recipe.share)) as Tensor4D);
  }
  const denoiser = networks[recipe.denoiser].network as DenoiserParams;
  return pixels(repaint(denoiser, z_BHWL, { ...recipe, bound: null, random: draw }));
}

function decoderCourse(name: CourseName): DecoderCourse {
  const course: DecoderCourse | DenoiserCourse = courses[name];
  if (course.kind !== "decoder") throw new TypeError(`Cannot make pictures with "${name}": expected a decoder`);
  return course;
}

function denoiserCourse(name: CourseName): DenoiserCourse {
  const course: DecoderCourse | DenoiserCourse = courses[name];
  if (course.kind !== "denoiser") throw new TypeError(`Cannot remove noise with "${name}": expected a denoiser`);
  return course;
}
