/** The trainings of a world, one after the other. */
import { duration } from "../report/numbers.ts";
import type { Progress } from "../terminal/progress.ts";
import type { Networks } from "./fakes.ts";
import { type Gathered, identityOf, settings } from "./gather.ts";
import { type CourseName, courses } from "./generators.ts";
import { keptTraining, type KeptWorld } from "./kept.ts";
import type { DenoiserParams } from "./networks.ts";
import { train, type Trained, type Training } from "./train.ts";

/** Time of one step on one core in milliseconds; only for the time left. */
const cost: Readonly<Record<CourseName, number>> = {
  "latent-nearest-decoder": 300,
  "latent-denoiser": 120,
  "latent-denoiser-retrained": 120,
  "latent-noskip-decoder": 200,
  "quantised-transposed-decoder": 200,
  "latent-shuffle-decoder": 250,
  "latent-shuffle-denoiser": 60,
  "pixel-denoiser": 225,
  "enlarging-denoiser": 230,
  "gan-transposed-decoder": 350,
};

/** Steps at the beginning of each training whose errors the world's table keeps. */
export const begun = 5;

/** What a training of this world is given. */
export function trainingOf(
  name: CourseName,
  gathered: readonly Gathered[],
  { networks, work }: { networks: Partial<Networks>; work: string },
): Training {
  const course = courses[name];
  const from = course.kind === "denoiser" ? course.from as CourseName | null : null;
  const learnt = gathered.filter(({ photograph }) => photograph.split === "train");
  return {
    name,
    course,
    seed: settings.seed,
    photographs: learnt.map(({ image }) => image),
    photographsHash: identityOf(learnt),
    start: from === null ? null : networks[from]!.network as DenoiserParams,
    folder: work,
  };
}

/** How trainings are run. */
export interface Schooling {
  /** Folder for the state of the trainings. */
  readonly work: string;
  /** A world whose weights are used again where they are of the same course. */
  readonly kept: KeptWorld | null;
  readonly bar: Progress;
  readonly signal?: AbortSignal;
}

/** Every training, in order; the caller owns the weights. */
export async function trainAll(
  gathered: readonly Gathered[],
  { work, kept, bar, signal }: Schooling,
): Promise<Networks> {
  const names = Object.keys(courses) as CourseName[];
  const total = names.reduce((sum, name) => sum + cost[name] * courses[name].steps, 0);
  const networks: Partial<Record<CourseName, Trained>> = {};
  let done = 0;
  for (const name of names) {
    const training = trainingOf(name, gathered, { networks, work });
    const { steps } = courses[name];
    const ready = kept === null ? null : await keptTraining(kept, training);
    if (ready !== null) {
      bar.skip(cost[name] * steps);
      networks[name] = ready;
      bar.say(`kept ${name}`);
    } else {
      const started = performance.now();
      const from = done;
      networks[name] = await drain(train({ ...training, signal }), ({ step, error }, first) => {
        if (first) bar.skip(cost[name] * step);
        bar.update(
          from + cost[name] * step,
          total,
          `${name} ${step} of ${steps}, mean squared error ${error.toFixed(4)}`,
        );
      });
      bar.say(`trained ${name} in ${duration((performance.now() - started) / 1000)}`);
    }
    done += cost[name] * steps;
  }
  return networks as Networks;
}

async function drain<Event, Result>(
  events: AsyncGenerator<Event, Result>,
  read: (event: Event, first: boolean) => void,
): Promise<Result> {
  for (let first = true;; first = false) {
    const { done, value } = await events.next();
    if (done) return value;
    read(value, first);
    await new Promise((resolve) => setTimeout(resolve)); // a step never waits, and without a pause no Ctrl-C arrives
  }
}
