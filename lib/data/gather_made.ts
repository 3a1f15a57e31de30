/** What the parts of a definition make of its samples: looked for, and made where there is something to make it with. */
import type { Experiment } from "../experiment.ts";
import { type Layout, storedSample } from "../layouts/mod.ts";
import { findErrorMaps, findResiduals } from "../reconstruct/mod.ts";
import type { Pair, Sample, Split, Unreadable } from "../types.ts";
import { withErrorMaps } from "./error_maps.ts";
import { type Lacking, type LackingEvent, makeLacking } from "./lacking.ts";
import type { Divided } from "./pairs.ts";
import { unreadableLedger } from "./unreadable.ts";

/** The samples of one data set. */
export interface Read {
  readonly layout: Layout;
  readonly samples: readonly Sample[];
}

/** Data sets by the place in which they stand. */
export type AllRead = Readonly<Record<Split, readonly Read[]>>;

/** How what parts make is had. */
export interface MadeHow extends Omit<Lacking, "name"> {
  /** Images that are left out, since nothing can be made of them: grows. */
  readonly leftOut: Unreadable[];
  /** Learns what the user should know and what stops nothing. */
  readonly tell: (what: string) => void;
}

/**
 * The same samples without those that cannot be read, once the reconstructions are made that training asks for and
 * validation measures; where the definition sees residuals, each as its own.
 *
 * @throws {Deno.errors.NotFound} when residuals are missing; whether reconstructions are, those who pair them see
 * @throws {Error} when more cannot be read than the definition allows
 */
export async function* withMade(
  experiment: Experiment,
  all: AllRead,
  { tell, leftOut, ...lacking }: MadeHow,
): AsyncGenerator<LackingEvent, AllRead> {
  const { name, reconstruct: spec } = experiment;
  if (spec === null || spec.kind === "existing") return all;
  const residual = spec.kind === "residual";
  const places: readonly Split[] = residual ? splits : ["train", "validation"];
  const wanted = places.flatMap((split) => samplesIn(all[split]));
  const asked = residual
    ? wanted // as they are seen: of an image that a layout stores anew, not of its file
    : wanted.filter(({ label }) => spec.of === "both" || spec.of === label).map(storedSample);
  const without = yield* makeLacking(spec, asked, { name, ...lacking });
  const counts = mapSplits((split) => samplesIn(all[split]).length);
  const keep = keeper(experiment, { without, leftOut, tell, counts });
  const kept = mapSplits((split) =>
    all[split].map(({ layout, samples }): Read => ({
      layout,
      samples: samples.filter((one) => !places.includes(split) || keep(one, split)),
    }))
  );
  if (!residual) return kept;
  const samples = splits.flatMap((split) => samplesIn(kept[split]));
  const found = await findResiduals(spec, samples, lacking);
  const seen = new Map(samples.map((sample, i) => [sample, found[i]]));
  return mapSplits((split) =>
    kept[split].map(({ layout, samples }) => ({ layout, samples: samples.map((sample) => seen.get(sample)!) }))
  );
}

/**
 * The same samples with the error maps that the model looks at, which are made first where its part says how.
 *
 * @throws {Deno.errors.NotFound} when some are missing
 * @throws {Error} when more cannot be read than the definition allows
 */
export async function* withMaps(
  experiment: Experiment,
  { train, validation, test }: Divided,
  { tell, leftOut, ...lacking }: MadeHow,
): AsyncGenerator<LackingEvent, Divided> {
  const { name, model: { refine } } = experiment;
  const map = refine?.map ?? null;
  let kept: Divided = { train, validation, test };
  if (map !== null) {
    const rows = ({ sample, reconstruction }: Pair): Sample[] =>
      reconstruction === null ? [sample] : [sample, reconstruction];
    const asked = [...[...train, ...validation].flatMap(rows), ...test];
    const without = yield* makeLacking(map, asked, { name, ...lacking });
    const counts = { train: train.length, validation: validation.length, test: test.length };
    const keep = keeper(experiment, { without, leftOut, tell, counts });
    kept = {
      train: train.filter((pair) => rows(pair).every((one) => keep(one, "train"))),
      validation: validation.filter((pair) => rows(pair).every((one) => keep(one, "validation"))),
      test: test.filter((one) => keep(one, "test")),
    };
  }
  return await withErrorMaps(kept, { refine, artifacts: lacking.artifacts });
}

/** Test samples as a definition sees them. */
export interface Seen {
  readonly samples: Sample[];
  /** Those that are left out, since nothing can be made of them. */
  readonly unreadable: Unreadable[];
}

/**
 * Test samples as a definition sees them: each as its residual, or with its error map, which are made first where there
 * is something to make them with.
 *
 * @throws {Deno.errors.NotFound} when some of that is missing
 * @throws {Error} when nothing can be made of more than the definition allows
 */
export async function* asSeen(
  experiment: Experiment,
  samples: readonly Sample[],
  { tell, ...lacking }: Omit<MadeHow, "leftOut">,
): AsyncGenerator<LackingEvent, Seen> {
  const { name, reconstruct, model: { refine } } = experiment;
  const residual = reconstruct?.kind === "residual" ? reconstruct : null;
  const part = residual ?? refine?.map ?? null;
  const unreadable: Unreadable[] = [];
  let kept = [...samples];
  if (part !== null) {
    const without = yield* makeLacking(part, samples, { name, ...lacking });
    const counts = { train: 0, validation: 0, test: samples.length };
    const keep = keeper(experiment, { without, leftOut: unreadable, tell, counts });
    kept = kept.filter((one) => keep(one, "test"));
  }
  if (residual !== null) return { samples: await findResiduals(residual, kept, lacking), unreadable };
  return { samples: refine === null ? kept : await findErrorMaps(refine.map, kept, lacking), unreadable };
}

/** Whether a sample stays; lists and tells those that do not, and throws when they are more than the definition allows. */
function keeper(
  { name, data: { maxSkipped } }: Experiment,
  { without, leftOut, tell, counts }: {
    readonly without: ReadonlyMap<string, string>;
    readonly leftOut: Unreadable[];
    readonly tell: (what: string) => void;
    readonly counts: Readonly<Record<Split, number>>;
  },
): (sample: Sample, split: Split) => boolean {
  const ledger = unreadableLedger(leftOut, { name, counts, maxSkipped, leftOut: [...leftOut], gathering: true });
  return (sample, split) => {
    const reason = without.get(sample.id);
    if (reason === undefined) return true;
    ledger.note(sample, { split, reason });
    ledger.news().forEach(tell);
    return false;
  };
}

/** All samples of some data sets. */
export function samplesIn(reads: readonly Read[]): Sample[] {
  return reads.flatMap(({ samples }) => samples);
}

const splits = ["train", "validation", "test"] as const satisfies readonly Split[];

function mapSplits<T>(of: (split: Split) => T): Record<Split, T> {
  return { train: of("train"), validation: of("validation"), test: of("test") };
}
