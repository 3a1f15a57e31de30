/** What running a definition means, told before anything is started: needs, samples, steps, memory, hours. */
import { type AllMade, madeOf } from "./made.ts";
import { type Counted, countSamples } from "./samples.ts";
import { type Measured, measured, type Measuring } from "./measure.ts";
import { type Need, needsOf, type Outside } from "../data/needs.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { plannedSteps } from "../train/train.ts";

/** Hours by what they are spent on; null: not measured. */
export interface Hours {
  /** Reconstructions and error maps that are missing. */
  readonly making: number | null;
  /** What a frozen backbone makes of the images, once; 0 where there is none. */
  readonly features: number | null;
  readonly training: number | null;
  readonly validation: number | null;
  readonly test: number | null;
  /** Of all that was measured. */
  readonly all: number | null;
}

/** The plan of a definition; JSON. */
export interface Plan {
  readonly name: string;
  readonly seed: number;
  /** Fingerprint of the definition. */
  readonly definition: string;
  readonly needs: readonly Need[];
  /** Those that are missing. */
  readonly missing: readonly Need[];
  /** Disk that the missing things take, of which the size is known, GB. */
  readonly gigabytes: number;
  readonly samples: Counted["rows"];
  /** Whether samples were counted in the data set, or are what is published of it. */
  readonly counted: Counted["from"];
  readonly made: readonly AllMade[];
  /** Null: until the schedule ends it. */
  readonly epochs: number | null;
  readonly stepsPerEpoch: number | null;
  /** Null where the samples are not known; where the schedule ends training, those there are if no epoch is better. */
  readonly steps: number | null;
  /** Rows that enter the network in a step. */
  readonly rows: number;
  readonly measured: Measured | null;
  readonly hours: Hours;
}

/** How a plan is made. */
export interface Planning extends Outside, Omit<Measuring, "counted"> {}

/**
 * Plans a definition. Nothing of a run is written; what is measured goes through a temporary folder, which is removed.
 *
 * @throws {RangeError} when the samples that are there do not fill a batch
 */
export async function planOf(experiment: Experiment, planning: Planning): Promise<Plan> {
  const needs = await needsOf([experiment], planning);
  const missing = needs.filter(({ problem }) => problem !== null);
  const counted = await countSamples(experiment, planning);
  const made = await madeOf(experiment, counted, planning);
  const { stepsPerEpoch } = counted;
  const steps = stepsPerEpoch === null ? null : plannedSteps(experiment, { stepsPerEpoch, history: [] });
  const found = planning.steps === 0 ? null : await measured(experiment, { ...planning, counted });
  return {
    ...{ name: experiment.name, seed: experiment.seed, definition: fingerprint(experiment), needs, missing },
    gigabytes: missing.reduce((sum, { gigabytes }) => sum + (gigabytes ?? 0), 0),
    ...{ samples: counted.rows, counted: counted.from, made, epochs: experiment.epochs, stepsPerEpoch, steps },
    rows: experiment.batch.size * (experiment.batch.accumulate ?? 1),
    ...{ measured: found, hours: hoursOf({ counted, made, steps, found }) },
  };
}

/** Hours of everything, as far as it was measured and counted. */
function hoursOf(
  { counted, made, steps, found }: {
    readonly counted: Counted;
    readonly made: readonly AllMade[];
    readonly steps: number | null;
    readonly found: Measured | null;
  },
): Hours {
  const none: Hours = { making: null, features: null, training: null, validation: null, test: null, all: null };
  if (found === null) return none;
  const epochs = steps === null || counted.stepsPerEpoch === null ? null : steps / counted.stepsPerEpoch;
  const images = (split: string): number =>
    counted.rows.filter((row) => row.split === split).reduce((sum, { real, fake }) => sum + real + fake, 0);
  const missing = made.reduce((sum, { wanted, there }) => sum + (wanted ?? 0) - there, 0);
  const making = missing === 0 ? 0 : made.reduce<number | null>((sum, one) => {
    const known = found.making.find(({ part }) => part === one.part);
    if (sum === null || known === undefined || one.wanted === null) return null;
    return sum + known.seconds * (one.wanted - one.there);
  }, 0);
  const { step, first, forward, feature } = found;
  const parts = {
    making,
    features: (feature ?? 0) * (images("train") + images("validation") + images("test")),
    training: steps === null ? null : first + (steps - 1) * step,
    validation: epochs === null ? null : epochs * forward * images("validation"),
    test: forward * images("test"),
  };
  const seconds = Object.values(parts).filter((one) => one !== null);
  const hours = Object.fromEntries(
    Object.entries(parts).map(([name, one]) => [name, one === null ? null : one / 3600]),
  ) as unknown as Hours;
  return { ...hours, all: seconds.reduce((sum, one) => sum + one, 0) / 3600 };
}
