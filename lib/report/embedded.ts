/** Embeddings as figures take them. */
import { type Look, look } from "./figure.ts";

/** Which of four kinds an image is of. */
export type EmbeddedGroup = "real" | "fake" | "realRec" | "fakeRec";

/** The embedding of one image. */
export interface EmbeddedRow {
  /** Of the image; a reconstruction has that of the image it was made from. */
  readonly id: string;
  /** Photograph, fake, or the reconstruction of either. */
  readonly group: EmbeddedGroup;
  /** As the model gives it; figures take its direction alone, as the metric losses do. */
  readonly x: ArrayLike<number>;
}

/** What one model makes of some images. */
export interface EmbeddedModel {
  /** As the figure calls it. */
  readonly name: string;
  /** Where it puts images. */
  readonly rows: readonly EmbeddedRow[];
}

/** The groups in the order of legends, their names and looks: reconstructions as open marks beside their originals. */
export const groups = [
  { group: "real", name: "real", colour: look(0).colour, symbol: "circle" },
  { group: "realRec", name: "real, reconstructed", colour: look(4).colour, symbol: "circle-open" },
  { group: "fake", name: "fake", colour: look(5).colour, symbol: "triangle-up" },
  { group: "fakeRec", name: "fake, reconstructed", colour: look(1).colour, symbol: "triangle-up-open" },
] as const satisfies readonly { group: EmbeddedGroup; name: string; colour: Look["colour"]; symbol: string }[];

/**
 * Rows of unit length.
 *
 * @throws {RangeError} when a model has no rows, or an embedding is zero or not finite
 */
export function unitRows({ name, rows }: EmbeddedModel): { id: string; group: EmbeddedGroup; x: Float64Array }[] {
  if (rows.length === 0) throw new RangeError(`Cannot plot embeddings of "${name}": found none, expected some`);
  return rows.map(({ id, group, x }) => {
    const length = Math.hypot(...Array.from(x));
    if (!(length > 0 && Number.isFinite(length))) {
      throw new RangeError(
        `Cannot plot the embedding of "${id}" by "${name}": its length is ${length}, expected a finite one above 0`,
      );
    }
    return { id, group, x: Float64Array.from(x, (value) => value / length) };
  });
}
