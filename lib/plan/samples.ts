/** The samples of a definition by split, set and class: counted where they are there, otherwise as they are published. */
import { gatherAsIfMade } from "../data/as_if_made.ts";
import { planEpochs } from "../data/epochs.ts";
import type { Outside } from "../data/needs.ts";
import type { Gathered } from "../data/pairs.ts";
import type { Experiment } from "../experiment.ts";
import { innermost } from "../layouts/mod.ts";
import { publishedSet } from "../layouts/published.ts";
import { twinsOf } from "../reconstruct/mod.ts";
import { drawingOf } from "../train/train.ts";
import type { Label, Pair, Sample, Split } from "../types.ts";

/** Samples of a test set or generator. */
export interface SampleRow {
  readonly split: Split;
  /** A set, or the generator of fakes; null: what belongs to all. */
  readonly set: string | null;
  readonly real: number;
  readonly fake: number;
}

/** The samples of a definition. */
export interface Counted {
  readonly from: "the data" | "what is published" | "nothing";
  readonly rows: readonly SampleRow[];
  /** Null where they are not known. */
  readonly stepsPerEpoch: number | null;
  /** As they are gathered, training ones with stand-ins for reconstructions; null where they are not there. */
  readonly gathered: Gathered | null;
}

/**
 * Counts the samples.
 *
 * @throws {RangeError} when those that are there do not fill a batch
 */
export async function countSamples(experiment: Experiment, { data, artifacts }: Outside): Promise<Counted> {
  let gathered: Gathered;
  try {
    gathered = await gatherAsIfMade(experiment, { data, artifacts });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || (error as Error).name === "EmptySplit") return publishedOf(experiment);
    throw error;
  }
  const { stepsPerEpoch } = planEpochs(gathered.train, drawingOf(experiment));
  const samples = (pairs: readonly Pair[]): Sample[] => pairs.map(({ sample }) => sample);
  const rows = [
    ...rowsOf("train", samples(gathered.train)),
    ...rowsOf("validation", samples(gathered.validation)),
    ...rowsOf("test", gathered.test),
  ];
  return { from: "the data", rows, stepsPerEpoch, gathered };
}

function rowsOf(split: Split, samples: readonly Sample[]): SampleRow[] {
  const rows = new Map<string | null, Record<Label, number>>();
  for (const { set, generator, label } of samples) {
    const name = set ?? generator;
    if (!rows.has(name)) rows.set(name, { real: 0, fake: 0 });
    rows.get(name)![label]++;
  }
  return [...rows].map(([set, counts]) => ({ split, set, ...counts }));
}

/** Share of the training sources that validates where no data does. */
const HELD_OUT = 0.1;

/** What papers and cards say of the sets, a tenth of train held out where nothing else validates. */
function publishedOf(experiment: Experiment): Counted {
  const { data, batch, reconstruct } = experiment;
  const rows: SampleRow[] = [];
  let known = true;
  for (const split of ["train", "validation", "test"] as const) {
    for (const layout of data[split] ?? []) {
      const inner = innermost(layout);
      const images = publishedSet(inner)?.images(split) ?? null;
      if (images === null) {
        known &&= split !== "train";
        continue;
      }
      const most = "limit" in inner && inner.limit !== null ? inner.limit.perClass : Infinity;
      rows.push({ split, set: inner.kind, real: Math.min(most, images.real), fake: Math.min(most, images.fake) });
    }
  }
  if (data.validation === null) {
    for (const [i, row] of rows.entries()) {
      if (row.split !== "train") continue;
      const held = { real: Math.ceil(row.real * HELD_OUT), fake: Math.ceil(row.fake * HELD_OUT) };
      rows[i] = { ...row, real: row.real - held.real, fake: row.fake - held.fake };
      rows.push({ split: "validation", set: row.set, ...held });
    }
  }
  if (rows.length === 0) return { from: "nothing", rows, stepsPerEpoch: null, gathered: null };
  const train = rows.filter(({ split }) => split === "train");
  const count = (label: Label): number => train.reduce((sum, row) => sum + row[label], 0);
  // what a data set ships as reconstructions of its photographs, and fakes that no batch holds, are none by themselves
  const shipped = reconstruct?.kind === "existing" && reconstruct.of === "real";
  const fakes = shipped || batch.fakes === 0 ? 0 : count("fake");
  const pairs = [
    ...Array<Pair>(count("real")).fill(standIn("real", experiment)),
    ...Array<Pair>(fakes).fill(standIn("fake", experiment)),
  ];
  const steps = known && pairs.length >= batch.size ? planEpochs(pairs, drawingOf(experiment)).stepsPerEpoch : null;
  return { from: "what is published", rows, stepsPerEpoch: steps, gathered: null };
}

/** One pair in the place of all of its class. */
function standIn(label: Label, { reconstruct }: Experiment): Pair {
  const about = { source: label, set: null, split: "train", caption: null, generator: null } as const;
  const sample: Sample = { id: label, file: label, label, ...about };
  const of = twinsOf(reconstruct)?.of ?? null;
  const rebuilt = of === "both" || of === label;
  return { sample, reconstruction: rebuilt ? { ...sample, id: `${label}@`, label: "fake" } : null };
}
