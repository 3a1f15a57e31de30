/** Who was trained on what, and how well that does on everything: the tables of cross-validation. */
import { bootstrap, intervals, type Statistic } from "../metrics/mod.ts";
import type { Interval, RunRecord, ScoreColumns } from "../types.ts";
import { type ThresholdChoice, thresholdsOf } from "./frozen.ts";
import { groupMethods, type Method } from "./methods.ts";
import { percent, percentInterval } from "./numbers.ts";
import { alignedText, plural, type TextOptions } from "./text.ts";

/** One cell of a cross-validation. */
export interface CrossRow {
  /** What was trained, as the tag `method` says; without it the name of the definition. */
  readonly method: string;
  /** On what, as the tag `trained on` says; without it the generators that its data sets name. */
  readonly trained: string;
  /** A test set, or the name of several. */
  readonly tested: string;
  /** The number, with its 95 % interval. */
  readonly value: Interval;
  /** Runs that it averages, equal but for their seed. */
  readonly seeds: number;
}

/** What a cell says. */
export interface CrossOptions {
  /** Which number; default "accuracy". */
  readonly metric?: Statistic;
  /** Where fake begins; left out: at 0.5. */
  readonly threshold?: ThresholdChoice;
  /**
   * Test sets by a name of theirs, as the sixteen of DRCT-2M: a cell is their mean, and sets of no group are left out.
   * Null or left out: each set by itself.
   */
  readonly groups?: Readonly<Record<string, readonly string[]>> | null;
}

/**
 * Every method trained on each data, tested on each, with 95 % bootstrap intervals: what a heatmap and a table are made
 * of. Runs that differ in their seed alone are averaged.
 *
 * @param records finished runs, as those of `crossGenerators` and `crossData`
 * @throws {RangeError} when there is none, one is not done, two say of themselves the same, it is not known what one was
 * trained on, or one lacks a test set of a group or the frozen threshold that is asked for
 */
export function crossTable(
  records: readonly RunRecord[],
  { metric = "accuracy", threshold = 0.5, groups = null }: CrossOptions = {},
): CrossRow[] {
  const methods = groupMethods(records);
  const named = methods.map((one) => ({ one, ...namesOf(one) }));
  for (const [i, { method, trained }] of named.entries()) {
    if (named.findIndex((other) => other.method === method && other.trained === trained) === i) continue;
    throw new RangeError(
      `Cannot cross "${method}": found two definitions of it that were trained on "${trained}", expected one; leave one ` +
        "of them out",
    );
  }
  return named.flatMap(({ one, method, trained }) => {
    const runs = one.records.map(({ scores }) => scores);
    const options = { trained: [], thresholds: thresholdsOf(one.records, threshold) };
    const asked = groups === null ? null : Object.entries(groups);
    const cells = asked === null
      ? [...intervals(bootstrap(runs, options)).sets].map(([set, numbers]) => [set, numbers] as const)
      : asked.map(([name, sets]) => {
        const kept = runs.map((scores) => onlyOf(scores, { name, sets, method }));
        return [name, intervals(bootstrap(kept, options)).mean] as const;
      });
    return cells.map(([tested, numbers]): CrossRow => ({
      ...{ method, trained, tested, value: numbers[metric], seeds: runs.length },
    }));
  });
}

function namesOf(
  { name, records: [{ experiment }], trained }: Method<RunRecord>,
): Pick<CrossRow, "method" | "trained"> {
  const { method = name, "trained on": on = trained?.join(", ") } = experiment.tags;
  if (on !== undefined) return { method: String(method), trained: String(on) };
  throw new RangeError(
    `Cannot cross "${name}": its data sets do not name the generators that it was trained on. Make its definition with ` +
      'crossData(), or give it a tag "trained on"',
  );
}

/** The rows of some test sets, and those that belong to every set. */
function onlyOf(
  scores: ScoreColumns,
  { name, sets, method }: { readonly name: string; readonly sets: readonly string[]; readonly method: string },
): ScoreColumns {
  const missing = sets.filter((set) => !scores.set.includes(set));
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot cross "${method}" on "${name}": it was not tested on "${missing.join('", "')}". Score it there with ` +
        "evaluate(), or leave the set out of the group",
    );
  }
  const rows = scores.set.flatMap((set, row) => set === null || sets.includes(set) ? [row] : []);
  const taken = Object.entries(scores).map(([column, values]) => [column, rows.map((row) => values[row])]);
  return Object.fromEntries(taken) as unknown as ScoreColumns;
}

/**
 * The cells of a cross-validation as text for a terminal, a table for each method: trained on down, tested on across, and
 * beside them the mean over what a run was not trained on.
 */
export function crossText(rows: readonly CrossRow[], { width = 160 }: TextOptions = {}): string {
  const cell = ({ value, low, high }: Interval): string => percentInterval(value, low, high);
  return [...Map.groupBy(rows, ({ method }) => method)].map(([method, own]) => {
    const trained = [...new Set(own.map((row) => row.trained))];
    const tested = [...new Set(own.map((row) => row.tested))];
    const at = (on: string, of: string) => own.find((row) => row.trained === on && row.tested === of);
    const others = trained.map((on) => own.filter((row) => row.trained === on && !on.split(", ").includes(row.tested)));
    const seeds = Math.max(...own.map((row) => row.seeds));
    return `${method}, ${plural(seeds, "seed")}\n${
      alignedText([
        { title: "trained on", cells: trained, shrinks: true },
        ...tested.map((of) => ({
          title: `${of} %`,
          cells: trained.map((on) => {
            const found = at(on, of);
            return found === undefined ? "" : cell(found.value);
          }),
          right: true,
        })),
        {
          title: "others %",
          cells: others.map((cells) =>
            cells.length === 0 ? "" : percent(cells.reduce((sum, row) => sum + row.value.value, 0) / cells.length)
          ),
          right: true,
        },
      ], { width })
    }`;
  }).join("\n\n");
}
