/** Large photographs judged in full: one square of the view's size after the other, their scores pooled. */
// B squares of a pass
import type { Tiling } from "../data/tiles.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { tilePlaces } from "../image/tile_places.ts";
import { seesErrors } from "../models/model.ts";
import type { Detector } from "./detector.ts";
import type { Heat } from "./grad_cam.ts";

/** How the scores of an image's squares become one. */
export type Pooling = Tiling["pooling"];

/** An image in squares, row by row. */
export interface Squares {
  readonly images: readonly Image[];
  /** How many stand in a row, and how many rows there are. */
  readonly across: number;
  readonly down: number;
}

/** Squares of a pass of the network. */
const PASS = 32;

/**
 * Refuses a detector that does not look at squares of an image.
 *
 * @throws {RangeError} when its view scales images, or its network looks at maps of whole images
 */
export function refuseUncut({ name, view, model, prepared }: Detector): void {
  const why = seesErrors(model) || prepared !== null
    ? "it looks at what a pipeline made of whole images"
    : view.kind === "crop"
    ? null
    : `its view, ${view.kind}, scales images`;
  if (why === null) return;
  throw new RangeError(
    `Cannot judge images in squares with "${name}": ${why}, expected a view that cuts, as crop. Judge without tiles`,
  );
}

/** The squares of an image; none when it is smaller than one in either direction, or as large as one. */
export function squaresOf(image: Image, side: number): Squares | null {
  const places = tilePlaces(image, { side, stride: side });
  if (places.length < 2) return null;
  const across = places.filter(({ y }) => y === 0).length;
  return { images: places.map((place) => cropImage(image, place)), across, down: places.length / across };
}

/** Scores of many squares, in passes of a few; `look` gives those of one pass. */
export async function inPasses(
  squares: readonly Image[],
  look: (some: readonly Image[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const scores = new Float32Array(squares.length);
  for (let from = 0; from < squares.length; from += PASS) {
    scores.set(await look(squares.slice(from, from + PASS)), from);
  }
  return scores;
}

/** One score of those of an image's squares. */
export function pooled(scores: Float32Array, pooling: Pooling): number {
  if (pooling === "max") return scores.reduce((most, score) => Math.max(most, score), 0);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Where an image's squares speak for a verdict: their scores for fake, what these leave for real. */
export function squaresHeat(scores: Float32Array, { across, down }: Squares, fake: boolean): Heat {
  return { values: scores.map((score) => fake ? score : 1 - score), width: across, height: down };
}
