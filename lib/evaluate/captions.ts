/** How much captions give away: a network that reads them, asked again when every caption is empty. */
import { captionsOf, type Model } from "../models/model.ts";
import type { Frozen, Metrics, Sample, ScoreColumns } from "../types.ts";
import { standingAlone } from "./agreement.ts";
import { evaluateScores } from "./evaluate.ts";

/** Test sets by both: of the same images, those that have a caption. */
export interface CaptionsTold {
  /** How many images have a caption, and how many none, which are read as empty at any time. */
  readonly images: number;
  /** See `images`. */
  readonly lacking: number;
  /** With captions as they are; by test set, then "mean". */
  readonly given: Readonly<Record<string, Metrics>>;
  /** With every caption empty. */
  readonly empty: Readonly<Record<string, Metrics>>;
}

/**
 * Whether samples are asked about once more with empty captions: where the model reads the empty text of an image without
 * a caption, and some of them have one.
 */
export function asksEmpty(model: Pick<Model, "backbone">, samples: readonly Pick<Sample, "caption">[]): boolean {
  return captionsOf(model)?.missing === "empty" && samples.some(({ caption }) => caption !== null);
}

/** The same samples, every caption empty. */
export function withoutCaptions(samples: readonly Sample[]): Sample[] {
  return samples.map((sample) => ({ ...sample, caption: null }));
}

/**
 * Metrics of test sets with their captions and without, over the images that have one; null when no set has photographs
 * and fakes with captions.
 *
 * @param at `scores` of images as they are and `empty` of the same with empty captions; `frozen` as `evaluateScores` takes
 * it
 */
export function captionsTold(
  samples: readonly Sample[],
  { scores, empty, frozen = null }: {
    readonly scores: ScoreColumns;
    readonly empty: ScoreColumns;
    readonly frozen?: Frozen | null;
  },
): CaptionsTold | null {
  const captioned = new Set(samples.filter(({ caption }) => caption !== null).map(({ id }) => id));
  const [given, without] = [scores, empty].map((columns) => wholeSets(standingAlone(columns), captioned));
  if (given.id.length === 0 || without.id.length === 0) return null;
  return {
    images: new Set(given.id).size,
    lacking: samples.length - captioned.size,
    given: evaluateScores(given, { frozen }),
    empty: evaluateScores(without, { frozen }),
  };
}

/** The rows of some samples, in those sets where both classes are among them. */
function wholeSets(columns: ScoreColumns, ids: ReadonlySet<string>): ScoreColumns {
  const rows = columns.id.flatMap((id, row) => ids.has(id) ? [row] : []);
  const classes = Map.groupBy(rows, (row) => columns.set[row]);
  const kept = rows.filter((row) =>
    new Set(classes.get(columns.set[row])!.map((each) => columns.label[each])).size === 2
  );
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, kept.map((row) => column[row])]),
  ) as unknown as ScoreColumns;
}
