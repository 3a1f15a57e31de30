/** A finished run as a detector: its best network, judged by what its record knows. */
import { openCaptions, type ReadCaptions } from "../data/captions.ts";
import { bytesOf, parseCell } from "../data/source.ts";
import { together } from "../data/together.ts";
import { disposeTree } from "../engine/tree.ts";
import { EMPTY_CAPTIONS } from "../report/captions.ts";
import { type Experiment, experiment } from "../experiment.ts";
import { headerOf, NoImage, readHeader } from "../image/header.ts";
import { parseFragment } from "../image/decode.ts";
import { parseRecodings } from "../image/recode.ts";
import { readSamples } from "../layouts/mod.ts";
import { underName } from "../metrics/mod.ts";
import { captionsOf, type ModelNetwork, modelTemplate, modelView } from "../models/model.ts";
import { findFolder, readRecord } from "../runs/store.ts";
import { loadBest } from "../train/checkpoint.ts";
import type { Best, RunRecord, Sample } from "../types.ts";
import type { Detector, DetectorPlaces } from "./detector.ts";
import { type Judgement, judgementOf } from "./judgement.ts";
import { preparing } from "./prepared.ts";
import { type Tested, type TestedImage, testedOn } from "./tested.ts";

/** Test images whose headers are looked at, spread evenly over all. */
const LOOKED_AT = 200;

/**
 * Opens a finished run.
 *
 * @param run its record, or its folder
 * @throws {Deno.errors.NotFound} when there is no such run, or its checkpoint or the vocabulary of captions is missing
 * @throws {RangeError} when it reads captions and does not say what is read of an image without one
 * @throws {Error} when it is not finished
 */
export async function openRun(
  run: RunRecord | string,
  { runs, weights, data, artifacts }: DetectorPlaces,
): Promise<Detector> {
  const folder = typeof run === "string" ? run : await folderOf(run, runs);
  const { record, definition, best, load } = await finishedRun(folder, "detect with");
  const { name, seed, model } = definition;
  return await detectorOf(definition, { weights, artifacts }, {
    about: [
      `The run "${name}", seed ${seed}, its network of epoch ${best.epoch}`,
      ...(record.frozen === null
        ? ["Its record is older than frozen thresholds: the threshold is 0.5, and the score is told as it is"]
        : []),
    ],
    judgement: judgementWith(model, record),
    tested: await testedBy(definition, data),
    load,
  });
}

/** What a record says of scores; where captions are read, of those with empty ones, as images that are given have none. */
export function judgementWith(model: Experiment["model"], record: RunRecord): Judgement {
  if ((captionsOf(model)?.missing ?? null) === null) return judgementOf(record);
  return judgementOf({ ...record, scores: underName(record.scores, EMPTY_CAPTIONS) });
}

/** What is known of a network beside its definition. */
export interface Known extends Pick<Detector, "about" | "judgement" | "tested"> {
  /** The network, which the detector then owns. */
  readonly load: () => Promise<ModelNetwork>;
}

/**
 * The detector of a definition.
 *
 * @throws {Deno.errors.NotFound} when the vocabulary of captions is missing
 * @throws {RangeError} when it reads captions and does not say what is read of an image without one
 */
export async function detectorOf(
  definition: Experiment,
  { weights, artifacts }: Pick<DetectorPlaces, "weights" | "artifacts">,
  { about, judgement, tested, load }: Known,
): Promise<Detector> {
  const { name, model, view } = definition;
  const captions = await captionsFor(definition, weights);
  const network = await load();
  const preparation = preparing(definition, artifacts);
  return {
    name,
    about: captions === null ? about : [
      ...about,
      "It was trained and its threshold frozen with captions; an image that is given has none, and the empty text is " +
      "read. How often it is wrong was measured in the same way",
    ],
    ...{ model, network, view, captions, ...modelView(model), judgement, tested },
    prepared: preparation.prepared,
    [Symbol.dispose]: () => {
      preparation[Symbol.dispose]();
      disposeTree(network);
    },
  };
}

/** A run whose threshold is frozen. */
export interface FinishedRun {
  readonly record: RunRecord;
  /** Its own, with what an older version did not have filled in. */
  readonly definition: Experiment;
  readonly best: Best;
  /** Its best network, which the caller owns. */
  readonly load: () => Promise<ModelNetwork>;
}

/**
 * Reads the record of a finished run.
 *
 * @param doing what is to be done with it, for the message: "detect with"
 * @throws {Error} when it is not finished; otherwise as `readRecord`
 */
export async function finishedRun(folder: string, doing: string): Promise<FinishedRun> {
  const record = await readRecord(folder);
  const definition = experiment(record.experiment);
  const { best } = record;
  if (best === null || record.status !== "done") {
    throw new Error(
      `Cannot ${doing} "${definition.name}": its run is ${record.status}, expected one that is done, whose threshold ` +
        "is frozen. Go on with it: deno task run FILE",
    );
  }
  const load = async () => {
    const template = modelTemplate(definition.model);
    return await loadBest(folder, best, template).finally(() => disposeTree(template));
  };
  return { record, definition, best, load };
}

/** What reads the empty text for a network that reads captions; null for any other. */
async function captionsFor({ name, model }: Experiment, weights: string | null): Promise<ReadCaptions | null> {
  if (captionsOf(model)?.missing === null) {
    throw new RangeError(
      `Cannot detect with "${name}": its network reads captions, and images that are given have none. Train it with ` +
        'captions: "empty" in "model.backbone", and it reads the empty text of them',
    );
  }
  return await openCaptions(model, weights);
}

async function folderOf({ id, experiment: { name } }: RunRecord, runs: string): Promise<string> {
  const folder = await findFolder(runs, id);
  if (folder !== null) return folder;
  throw new Deno.errors.NotFound(
    `Cannot detect with "${name}": its run ${
      id.slice(0, 12)
    } is not in "${runs}". Name the folder of runs that it is in`,
  );
}

/** What the headers of a run's test images have in common, some of them looked at; null where the data is not here. */
export async function testedBy({ data: { test } }: Experiment, data: string | null): Promise<Tested | null> {
  let samples: Sample[];
  try {
    const read = test.map((layout) => Array.fromAsync(readSamples(layout, { data, split: "test", tell: () => {} })));
    samples = (await together(read)).flat();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof RangeError) return null;
    throw error;
  }
  return await testedSamples(samples);
}

/** What the headers of some images have in common, at most 200 of them looked at. */
export async function testedSamples(samples: readonly Sample[]): Promise<Tested | null> {
  const step = Math.max(1, samples.length / LOOKED_AT);
  const some = Array.from({ length: Math.min(samples.length, LOOKED_AT) }, (_, i) => samples[Math.floor(i * step)]);
  const found: (TestedImage | null)[] = [];
  for (const sample of some) found.push(await testedImage(sample));
  return testedOn(found.filter((image) => image !== null));
}

/** Of a rectangle its own sides; null for what cannot be read. */
async function testedImage({ file: name }: Sample): Promise<TestedImage | null> {
  try {
    const { file, recodings } = parseRecodings(name);
    const isCell = parseCell(file) !== null;
    if (isCell || recodings.length > 0) return readHeader(await bytesOf(name));
    const { path, rectangle } = parseFragment(file);
    const header = await headerOf(path);
    return rectangle === null ? header : { ...header, width: rectangle.width, height: rectangle.height };
  } catch (error) {
    if (error instanceof NoImage || error instanceof TypeError || error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
