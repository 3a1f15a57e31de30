import type { ScoreColumns } from "../types.ts";
import { plainRows } from "../metrics/test_sets.ts";
import { type Figure, figure, plotlyText } from "./figure.ts";
import { percent } from "./numbers.ts";
import { shortened, type Tile, tiles } from "./pictures.ts";

/** An image whose score is far from what it is. */
export interface WrongImage {
  /** Of its sample. */
  readonly id: string;
  /** Of a fake; null of a photograph. */
  readonly generator: string | null;
  /** 1 = fake. */
  readonly label: number;
  /** Probability of fake, 0…1. */
  readonly score: number;
}

/** One with its picture. */
export interface WrongPicture extends WrongImage {
  /** Address of its bytes, a data URL. */
  readonly source: string;
}

/**
 * The images that a run got most wrong, the worst first, each once: what to look at before believing a number.
 *
 * @param count how many at most
 * @param options `label` takes photographs (0) or fakes (1) alone
 *
 * @example
 * ```ts
 * import { mostWrong } from "./mod.ts";
 * import { syntheticRecord } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * mostWrong(syntheticRecord({ name: "dual" }).scores, 12, { label: 1 });
 * ```
 */
export function mostWrong(
  { id, generator, corruption, label, score }: Pick<
    ScoreColumns,
    "id" | "generator" | "corruption" | "label" | "score"
  >,
  count: number,
  { label: only = null }: { readonly label?: 0 | 1 | null } = {},
): WrongImage[] {
  const seen = new Set<string>();
  return plainRows({ corruption })
    .filter((row) => (only === null || label[row] === only) && (label[row] === 1) !== (score[row] > 0.5))
    .sort((a, b) => Math.abs(label[b] - score[b]) - Math.abs(label[a] - score[a]) || a - b)
    .filter((row) => !seen.has(id[row]) && seen.add(id[row]))
    .slice(0, count)
    .map((row) => ({ id: id[row], generator: generator[row], label: label[row], score: score[row] }));
}

/**
 * A contact sheet of images that were judged wrong, in the order given: below each what it is and the probability of
 * fake that it got.
 *
 * @throws {RangeError} when there is none
 * @throws {TypeError} when a picture's address is no data URL
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const source = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
 * plot.montage([{ id: "nature/1.png", generator: null, label: 0, score: 0.98, source }]);
 * ```
 */
export function montage(pictures: readonly WrongPicture[]): Figure {
  if (pictures.length === 0) throw new RangeError("Cannot lay out pictures: found none, expected at least one");
  const { data, layout } = tiles(pictures.map(tileOf), { columns: 5 });
  return figure(data, layout);
}

function tileOf({ id, generator, label, score, source }: WrongPicture): Tile {
  const is = label === 1 ? `fake${generator === null ? "" : `, ${generator}`}` : "real";
  const given = `${percent(score)} % fake`;
  return {
    layers: [{ source, opacity: 1 }],
    lines: [`<b>${plotlyText(shortened(is))}</b>`, given],
    hover: `${plotlyText(id)}<br>${plotlyText(is)}, given ${given}`,
  };
}
