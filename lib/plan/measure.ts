/** What steps of a definition take on this machine: the network, optimizer and batch that a run would have. */
import { join } from "node:path";
import { ahead, inGroups } from "../data/ahead.ts";
import { featureBatch, type FillFeatures, scoringImages, trainingBatch } from "../data/batches.ts";
import type { ReadCaptions } from "../data/captions.ts";
import { type Epochs, planEpochs } from "../data/epochs.ts";
import type { Outside } from "../data/needs.ts";
import type { Sight } from "../data/pixels.ts";
import { openReaders, type Readers } from "../data/readers.ts";
import { type BackendName, useBackend } from "../engine/backend.ts";
import { disposeTree } from "../engine/tree.ts";
import { type Frozen, openFrozen, seesAlike } from "../evaluate/frozen.ts";
import { looker } from "../evaluate/looker.ts";
import type { Experiment } from "../experiment.ts";
import { initModel, type ModelNetwork, modelView, seesErrors } from "../models/model.ts";
import { rateOf } from "../optimizers/mod.ts";
import { random } from "../random.ts";
import { peakMegabytes } from "../runs/memory.ts";
import { rateAt } from "../schedules/mod.ts";
import { firstState, type TrainState, weightsOf } from "../train/state.ts";
import { readLoss, stepper } from "../train/step.ts";
import { drawingOf } from "../train/train.ts";
import { firstWeights } from "../train/weights.ts";
import type { Batch, Pair, Sample } from "../types.ts";
import { type MadeMeasured, measureMaking } from "./measure_making.ts";
import type { Counted } from "./samples.ts";
import { captionsOrNumbers, randomPairs, withRandomMaps } from "./stand_ins.ts";

/** How it is measured. */
export interface Measuring extends Outside {
  /** Training steps; 0: nothing is measured. */
  readonly steps: number;
  readonly backend?: BackendName | "auto";
  readonly threads?: number;
  readonly counted: Counted;
  /** Hears how far it is, in steps. */
  readonly told?: (done: number, total: number, text: string) => void;
  /** Ends it early: what was measured until then counts. */
  readonly signal?: AbortSignal;
}

/** What was measured. */
export interface Measured {
  readonly backend: string;
  readonly threads: number;
  /** Training steps that were taken. */
  readonly steps: number;
  /** Whether they saw images of the data set, or random ones of the view's size. */
  readonly images: "of the data set" | "random";
  /** Whether the network had the pretrained weights that the definition names, or random ones in their place. */
  readonly weights: "as defined" | "random";
  /** Seconds of the first step, in which a backend may record what it repeats. */
  readonly first: number;
  /** Seconds of a further step, the median; what is spent on waiting for images is part of it. */
  readonly step: number;
  /** Seconds of it in which the network waited for images, the median. */
  readonly waiting: number;
  /** Seconds of an image that is judged; 0 where features are kept. */
  readonly forward: number;
  /** Seconds of an image whose features are made by a frozen backbone; null where none are. */
  readonly feature: number | null;
  readonly making: readonly MadeMeasured[];
  /** Most resident memory of this process, MB (10⁶ bytes). */
  readonly megabytes: number;
}

/** Images that are judged, to see what one takes. */
const JUDGED = 16;

/** Images whose features are made: two passes of a frozen backbone, of which the second counts. */
const SEEN = 64;

/**
 * Takes some training steps as a run does, judges some images, and makes what the definition's parts make of a few; where
 * images, weights, maps or the vocabulary are not there, random ones stand in. Everything goes through a temporary folder.
 */
export async function measured(experiment: Experiment, measuring: Measuring): Promise<Measured> {
  const folder = await Deno.makeTempDir();
  try {
    return await measuredIn(folder, experiment, measuring);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measuredIn(folder: string, experiment: Experiment, measuring: Measuring): Promise<Measured> {
  const { weights, counted, backend = "auto", threads, steps, told = () => {}, signal } = measuring;
  const engine = await useBackend(backend, { threads });
  const total = steps + 2;
  const real = counted.gathered;
  const bare = real?.train ?? await randomPairs(experiment, folder);
  const pairs = await withRandomMaps(bare, experiment, folder);
  const captions = await captionsOrNumbers(experiment, weights);
  told(0, total, "loading the network");
  const { network, defined } = await networkOf(experiment, weights);
  const sight: Sight = { view: experiment.view, ...modelView(experiment.model) };
  const state = firstState(firstWeights(experiment, network));
  using readers = openReaders(0);
  try {
    const seen: Seeing = { pairs, sight, readers, captions, folder, engine: engine.name };
    const frozen = await seesAlike(experiment) ? await frozenTime(experiment, state, seen) : null;
    const taken = await takenSteps(experiment, state, {
      ...seen,
      width: frozen?.width ?? null,
      steps,
      signal,
      told: (done) => told(done, total, `step ${done} of ${steps}`),
    });
    const forward = frozen === null ? await judgedTime(experiment, state, seen) : 0;
    const making = await measureMaking(experiment, {
      ...measuring,
      folder,
      told: (text) => told(steps + 1, total, text),
    });
    const [first, ...others] = taken;
    return {
      ...{ backend: engine.name, threads: engine.threads, steps: taken.length },
      images: real === null ? "random" : "of the data set",
      weights: defined ? "as defined" : "random",
      first: first.seconds,
      step: median((others.length === 0 ? [first] : others).map(({ seconds }) => seconds)),
      waiting: median((others.length === 0 ? [first] : others).map(({ waiting }) => waiting)),
      ...{ forward, feature: frozen?.seconds ?? null, making, megabytes: peakMegabytes() },
    };
  } finally {
    disposeTree(weightsOf(state));
  }
}

/** The network of a definition; with random weights in the place of pretrained ones that are not there. */
async function networkOf(
  { model, seed }: Experiment,
  weights: string | null,
): Promise<{ readonly network: ModelNetwork; readonly defined: boolean }> {
  const streams = (name: string) => random(seed, "init", name);
  try {
    return { network: await initModel(model, streams, { weights }), defined: true };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const drawn = { ...model, backbone: { ...model.backbone, weights: null } };
    return { network: await initModel(drawn, streams), defined: false };
  }
}

/** What steps and passes look at. */
interface Seeing {
  readonly pairs: readonly Pair[];
  readonly sight: Sight;
  readonly readers: Readers;
  readonly captions: ReadCaptions | null;
  readonly folder: string;
  readonly engine: string;
}

interface Step {
  readonly seconds: number;
  readonly waiting: number;
}

/** Some steps of training as the loop takes them, batches read ahead; moves the state on in place. */
async function takenSteps(
  experiment: Experiment,
  state: TrainState,
  { pairs, sight, readers, captions, width, steps, told, signal }: Seeing & {
    /** Of features, where the network looks at these; null: at images. */
    readonly width: number | null;
    readonly steps: number;
    readonly told: (done: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Step[]> {
  const drawing = drawingOf(experiment);
  const { accumulate } = drawing;
  const plan = planEpochs(pairs, drawing);
  const errorMaps = seesErrors(experiment.model);
  const ledger = { note() {}, news: () => [] };
  const noise = random(1, "plan", "features");
  const fill: FillFeatures = (rows, samples) => {
    for (let i = 0; i < rows.length; i++) rows[i] = noise.uniform() - 0.5;
    return Promise.resolve(samples.map(() => null));
  };
  const batchAt = (i: number): Promise<Batch> => {
    const { epoch, batch } = placeOf(i, plan, accumulate);
    const drawn = plan.pairsOf(epoch, batch);
    const reading = { readers, ledger };
    if (width !== null) return featureBatch(drawn, { plan, reading, width, fill });
    return trainingBatch(drawn, { plan, drawing, sight, epoch, reading, errorMaps, captions });
  };
  const taken: Step[] = [];
  using stepping = stepper(experiment);
  let began = performance.now();
  const batches = ahead({ from: 0, to: steps * accumulate, most: 2 }, batchAt);
  for await (const each of inGroups(batches, accumulate)) {
    using stack = new DisposableStack();
    for (const batch of each) stack.use(batch);
    const ready = performance.now();
    const place = taken.length + 1;
    const rate = rateAt(experiment.schedule, rateOf(experiment.optimizer), { epoch: 0, history: [] }) ?? 0;
    const { value, ...weights } = finite(stepping.take(weightsOf(state), { batches: each, rate, step: place, place }));
    Object.assign(state, weights);
    await readLoss(value);
    const now = performance.now();
    taken.push({ seconds: (now - began) / 1000, waiting: (ready - began) / 1000 });
    told(place);
    if (signal?.aborted) break;
    began = now;
  }
  return taken;
}

type Taken = ReturnType<ReturnType<typeof stepper>["take"]>;

function finite(taken: Taken): Exclude<Taken, { refused: unknown }> {
  if (!("refused" in taken)) return taken;
  throw new Error(
    `Cannot measure steps: the loss is ${
      JSON.stringify(taken.refused)
    }. Run the definition to see which step and batch`,
  );
}

function placeOf(i: number, { stepsPerEpoch }: Epochs, accumulate: number): { epoch: number; batch: number } {
  const whole = stepsPerEpoch * accumulate;
  return { epoch: Math.floor(i / whole) + 1, batch: i % whole };
}

/** Seconds of an image that is judged: the second of two passes. */
async function judgedTime(
  { model }: Experiment,
  { params, buffers }: TrainState,
  { pairs, sight, readers, captions }: Seeing,
): Promise<number> {
  const samples = Array.from({ length: JUDGED }, (_, i) => pairs[i % pairs.length].sample);
  using eye = looker(model, { captions });
  let seconds = 0;
  for (let pass = 0; pass < 2; pass++) {
    const began = performance.now();
    using shown = await scoringImages(samples, { sight, readers, captions, errorMaps: eye.errorMaps });
    const { embedding, logits } = eye.look({ params, buffers }, shown.images, shown);
    await logits.data();
    disposeTree([embedding, logits]);
    seconds = (performance.now() - began) / 1000;
  }
  return seconds / JUDGED;
}

/** Seconds of an image whose features a frozen backbone makes, and their number. */
async function frozenTime(
  experiment: Experiment,
  { params, buffers }: TrainState,
  { pairs, sight, readers, captions, folder, engine }: Seeing,
): Promise<{ readonly seconds: number; readonly width: number }> {
  const artifacts = join(folder, "artifacts");
  await using frozen: Frozen = await openFrozen(experiment, {
    ...{ artifacts, sight, readers, captions, weights: null, backend: engine },
  });
  const samples = Array.from({ length: SEEN }, (_, i): Sample => {
    const { sample } = pairs[i % pairs.length];
    return { ...sample, id: `${sample.id} ${i}` }; // each a sample of its own, however few there are
  });
  const half = SEEN / 2;
  const rows = new Float32Array(half * frozen.width);
  let seconds = 0;
  for (const some of [samples.slice(0, half), samples.slice(half)]) {
    const began = performance.now();
    await frozen.fill(rows, some, { network: () => ({ params, buffers }) });
    seconds = (performance.now() - began) / 1000;
  }
  return { seconds: seconds / half, width: frozen.width };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
