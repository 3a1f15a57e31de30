/** Makes what a part makes of images, and keeps it: one file for each sample, whole or not there. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Image } from "../image/decode.ts";
import { type Made, signArtifacts } from "../reconstruct/made.ts";
import { inShard, shardName, whole } from "../reconstruct/shards.ts";
import type { Values } from "../reconstruct/values.ts";
import { thousands } from "../report/numbers.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { writing } from "../runs/writing.ts";
import type { Sample } from "../types.ts";
import { type MadeIndex, openMadeIndex } from "./make_index.ts";
import { refuseUnlessOneFits, tooLarge } from "./make_fit.ts";
import { loadBatches, type Loaded } from "./make_read.ts";
import { turnAt } from "./make_turn.ts";
import type { Maker, Making, MakingEvent, MakingReport, Outlet, Picture, Source } from "./making.ts";
import { distinct, existing } from "./outlets.ts";

/**
 * Makes what is missing of some samples' artifacts. Each file is written whole, under a temporary name and renamed, and
 * only then counted as done, so that a process that is killed loses what it had in hand and nothing else. What cannot be
 * read, or is too large, is told, stands in the index with its reason, and is tried again by the next call.
 *
 * @param samples each named once by its id; `file` names what is read
 * @throws {Error} when another process makes the same and is not waited for, the folder was begun with another pipeline, or it cannot be
 * written any more, as on a full disk: with what to do
 * @throws {RangeError} when nothing is there yet and none of the images fits, a batch does not, two samples would have one file, or an id leads out of the folder
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function* makeArtifacts(
  samples: readonly Sample[],
  { outlet, open, shard = whole, batch = null, wait = false, signal }: Making,
): AsyncGenerator<MakingEvent, MakingReport> {
  const own = distinct(samples, outlet).filter(({ id }) => inShard(id, shard));
  const { root, folder } = outlet;
  const through = join(folder, `writing-${shardName(shard)}`);
  // opened before anything is written: of a pipeline that lacks something no empty folder is left
  await using maker = (await existing(own, outlet)).size < own.length ? await open() : null;
  await writing(folder, Deno.mkdir(folder, { recursive: true }));
  const done = async (): Promise<number> => (await existing(own, outlet)).size;
  using turn = yield* turnAt(folder, { shard, wait, done, total: own.length, signal });
  await Deno.remove(through, { recursive: true }).catch(nothing); // of a process that was killed
  await writing(folder, Deno.mkdir(through));
  let keeping = Promise.resolve();
  try {
    using index = await writing(folder, openMadeIndex(folder, shard, through));
    const there = await existing(own, outlet);
    const missing = own.filter((sample) => !there.has(sample));
    const found = own.length - missing.length;
    const counts = { made: 0, unreadable: [] as Unreadable[] };
    const progress = (): MakingEvent => {
      return { kind: "progress", done: found + counts.made + counts.unreadable.length, total: own.length, found };
    };
    yield progress();
    const began = performance.now();
    if (missing.length > 0 && maker !== null) {
      await signArtifacts(folder, madeOf(maker), null);
      for await (const loaded of loadBatches(missing, { size: batch ?? maker.batch, group: maker.group })) {
        if (signal?.aborted) break;
        const pictures = loaded.filter((one): one is Loaded & Picture => one.image !== null);
        const reasons = pictures.map(({ sample, image }) => tooLarge(sample, image, maker));
        if (reasons.some((reason) => reason !== null)) { // then all: they are as large for the networks
          if (found + counts.made === 0) await refuseUnlessOneFits(missing, maker, reasons[0]!);
          for (const [i, { sample }] of pictures.entries()) {
            yield* await passedOver({ sample, problem: reasons[i]! }, { index, counts, of: missing.length });
          }
        } else if (pictures.length === 0) {
          const [{ sample, problem }] = loaded;
          yield* await passedOver({ sample, problem: problem! }, { index, counts, of: missing.length });
        } else {
          const sources = pictures.map(({ sample: { id, caption }, image }): Source => ({ id, image, caption }));
          yield* (await maker.prepare(sources)).map(noticeOf);
          const made = await makeBatch(pictures, { maker, sources });
          // by the first that makes something: what a wrong pipeline would sign, the right one could not go on with
          if (counts.made === 0) await writing(folder, signArtifacts(folder, madeOf(maker), through));
          await keeping; // one batch is written while the next is made
          await turn.sure();
          keeping = keep(made, { index, outlet, through }).then(() => void (counts.made += made.length));
          keeping.catch(nothing); // seen when it is awaited
        }
        yield progress();
      }
      yield* (await maker.prepare([])).map(noticeOf);
      await keeping;
      yield progress();
    }
    const seconds = (performance.now() - began) / 1000;
    const unknown = await addUnknown(index, [...there], outlet);
    if (unknown > 0) yield noticeOf(`${thousands(unknown)} of what lay there no index knew of; it is taken as it is`);
    if (!signal?.aborted) {
      const bad = new Set(counts.unreadable.map(({ id }) => id));
      const done = own.filter(({ id }) => !bad.has(id));
      await writing(outlet.root, outlet.finish?.(done, { shard, through }) ?? Promise.resolve());
    }
    await writing(folder, index.write());
    signal?.throwIfAborted();
    return { root, folder, shard, total: own.length, found, ...counts, seconds };
  } finally {
    await keeping.catch(nothing); // the lock is held until the last file is written
    await Deno.remove(through, { recursive: true }).catch(nothing);
  }
}

function noticeOf(text: string): MakingEvent {
  return { kind: "notice", text };
}

type Unreadable = MakingReport["unreadable"][number];

/** A result, and what it took. */
interface Result {
  readonly picture: Picture;
  readonly result: Image | Values;
  /** Its share of the batch's. */
  readonly seconds: number;
}

async function makeBatch(
  pictures: readonly Picture[],
  { maker, sources }: { readonly maker: Maker; readonly sources: readonly Source[] },
): Promise<Result[]> {
  const began = performance.now();
  const results = await maker.make(sources);
  const seconds = (performance.now() - began) / 1000 / pictures.length;
  return pictures.map((picture, i) => ({ picture, result: results[i], seconds }));
}

/** Writes results down, one file after the other, each in the index once it is there. */
async function keep(
  results: readonly Result[],
  { index, outlet, through }: { readonly index: MadeIndex; readonly outlet: Outlet; readonly through: string },
): Promise<void> {
  for (const { picture, result, seconds } of results) {
    const { sample: { id, file: source }, image: { width, height, data } } = picture;
    for (const { path, bytes } of await outlet.filesOf(picture, result)) {
      const file = join(outlet.root, path);
      await writing(outlet.root, Deno.mkdir(dirname(file), { recursive: true }));
      await writing(file, writeAtomic(file, bytes, { through }));
    }
    const pixels = createHash("sha256").update(data).digest("hex");
    const file = outlet.fileOf(picture.sample);
    await writing(outlet.folder, index.add({ id, source, width, height, pixels, file, seconds, problem: null }));
  }
}

/** Writes down that nothing is made of a sample; says so of the first, the tenth, the hundredth. */
async function passedOver(
  { sample: { id, file }, problem }: { readonly sample: Sample; readonly problem: string },
  { index, counts, of }: {
    readonly index: MadeIndex;
    readonly counts: { readonly unreadable: Unreadable[] };
    readonly of: number;
  },
): Promise<MakingEvent[]> {
  const row = { id, source: file, width: null, height: null, pixels: null, file: null, seconds: 0, problem };
  await writing(file, index.add(row));
  counts.unreadable.push({ id, file, reason: problem });
  const count = counts.unreadable.length;
  if (!Number.isInteger(Math.log10(count))) return [];
  return [{
    kind: "notice",
    text: `${thousands(count)} of ${thousands(of)} images passed over so far, nothing is made of them: ${problem}`,
  }];
}

/** Adds rows of what lies there and nobody has written down, as where a process was killed in between; how many. */
async function addUnknown(index: MadeIndex, there: readonly Sample[], outlet: Outlet): Promise<number> {
  let count = 0;
  for (const sample of there) {
    const { id, file: source } = sample;
    if (index.rows.get(id)?.file != null || index.elsewhere.has(id)) continue;
    const unknown = { width: null, height: null, pixels: null, seconds: NaN, problem: null };
    await writing(outlet.folder, index.add({ id, source, ...unknown, file: outlet.fileOf(sample) }));
    count++;
  }
  return count;
}

function madeOf({ spec, pipeline, versions }: Maker): Made {
  return { format: 1, spec, pipeline, versions };
}

function nothing(): void {}
