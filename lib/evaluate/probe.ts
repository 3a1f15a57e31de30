import { bytesOf, imageOf, parseCell } from "../data/source.ts";
import { type Ledger, refusing } from "../data/unreadable.ts";
import { cuesOf, cuesOfImage } from "../image/cues.ts";
import { UnreadableImage } from "../image/decode.ts";
import { fitProbe, probeScore } from "../metrics/mod.ts";
import { random } from "../random.ts";
import type { Sample, ScoreColumns, Split } from "../types.ts";
import { scoreColumns } from "./predict.ts";

/** Images measured at once: enough for the threads of the decoder, few enough for memory when they are large. */
const CHUNK = 32;

/** At most so many training samples of each label: eight numbers are fitted, which these settle. */
const TRAIN_LIMIT = 2000;

/** At most so many test samples of each set and label: the standard error of an AUC of .5 is .018 then. */
const TEST_LIMIT = 500;

/** Of what is drawn where there are more: the same for every run, so that runs on the same data share their probe. */
const SEED = 1;

/** What a probe learns from and what it is asked. */
export interface Probing {
  /** Samples of the training split, without reconstructions. */
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  /** Hears of images that cannot be read, which are left out; by default they are an error. */
  readonly ledger?: Ledger;
  readonly signal?: AbortSignal;
}

/**
 * What could be known without looking: the probability of fake that a logistic regression on trivial cues, fitted to
 * the training samples, gives to test samples. Images are measured as they are stored, before any view; says after
 * every chunk how many are done.
 *
 * Of more than 2,000 training samples of a label, or 500 test samples of a set and label, so many are drawn, by the seed
 * 1 and the names of the group, whatever the seed of the run. An image is measured once in a process.
 *
 * @returns columns of the test samples that were taken, in the order of `test`
 * @throws {DOMException} "AbortError" between two chunks, when the signal asks for it
 * @throws {RangeError} when the training samples lack a class
 * @throws {Deno.errors.NotFound | TypeError} when an image is missing, or cannot be read and no ledger is given, naming it
 */
export async function* probe(
  { train, test, ledger = refusing, signal }: Probing,
): AsyncGenerator<{ readonly done: number; readonly total: number }, ScoreColumns> {
  const learned = learnedFrom(train);
  const samples = probeImages({ train, test });
  const rows: (readonly number[] | null)[] = [];
  for (let from = 0; from < samples.length; from += CHUNK) {
    signal?.throwIfAborted();
    const chunk = samples.slice(from, from + CHUNK);
    const splits = chunk.map((_, i) => from + i < learned.length ? "train" as const : "test" as const);
    rows.push(...await Promise.all(chunk.map((sample, i) => cuesOrNull(sample, { ledger, split: splits[i] }))));
    yield { done: rows.length, total: samples.length };
  }
  const measured = samples.flatMap((sample, i) => {
    const row = rows[i];
    return row === null ? [] : [{ sample, row, learned: i < learned.length }];
  });
  const known = measured.filter(({ learned }) => learned);
  const fitted = fitProbe(known.map(({ row }) => row), known.map(({ sample }) => sample.label === "fake" ? 1 : 0));
  const asked = measured.filter(({ learned }) => !learned);
  return scoreColumns(asked.map(({ sample }) => sample), asked.map(({ row }) => probeScore(fitted, row)));
}

async function cuesOrNull(
  sample: Sample,
  { ledger, split }: { ledger: Ledger; split: Split },
): Promise<readonly number[] | null> {
  try {
    const { file } = sample;
    if (parseCell(file) === null) return await cuesOf(file);
    return await cuesOfImage(await imageOf(file), (await bytesOf(file)).length);
  } catch (error) {
    if (!(error instanceof UnreadableImage)) throw error;
    ledger.note(sample, { split, reason: error.message });
    return null;
  }
}

/** The samples that a probe measures: those that it learns from, then those that it is asked. */
export function probeImages({ train, test }: Pick<Probing, "train" | "test">): Sample[] {
  const asked = drawn(test, {
    limit: TEST_LIMIT,
    split: "test",
    groupOf: ({ label, set }) => [label, set ?? "every set"],
  });
  return [...learnedFrom(train), ...asked];
}

function learnedFrom(train: readonly Sample[]): Sample[] {
  return drawn(train, { limit: TRAIN_LIMIT, split: "train", groupOf: ({ label }) => [label] });
}

/** At most `limit` samples of each group, in their order. */
function drawn(
  samples: readonly Sample[],
  { limit, split, groupOf }: { limit: number; split: string; groupOf: (sample: Sample) => readonly string[] },
): Sample[] {
  const groups = new Map<string, { names: readonly string[]; members: number[] }>();
  for (const [i, sample] of samples.entries()) {
    const names = groupOf(sample);
    const key = JSON.stringify(names);
    if (!groups.has(key)) groups.set(key, { names, members: [] });
    groups.get(key)!.members.push(i);
  }
  const kept = [...groups.values()].flatMap(({ names, members }) => {
    if (members.length <= limit) return members;
    const order = random(SEED, "probe", split, ...names).permutation(members.length);
    return Array.from(order.subarray(0, limit), (i) => members[i]);
  });
  return kept.sort((a, b) => a - b).map((i) => samples[i]);
}
