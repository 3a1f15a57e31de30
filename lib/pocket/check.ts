/** Makes a slice of a world again, from its photographs and its weights, and compares. */
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import type { Progress } from "../terminal/progress.ts";
import { begun } from "./build.ts";
import { batch, type Networks } from "./fakes.ts";
import { gather, type Gathered } from "./gather.ts";
import { type CourseName, courses } from "./generators.ts";
import { keptPatches, keptTraining, type KeptWorld } from "./kept.ts";
import { makeGroup, originOf, planGroups, titleOf } from "./plan.ts";
import { beginning, type Trained } from "./train.ts";
import { trainingOf } from "./trainings.ts";

/** What was made again, and how near it came. */
export interface Finding {
  readonly what: string;
  /** Whether every number is what the world has. */
  readonly equal: boolean;
  /** Whether it is as near as another backend or an earlier version of the kernels comes. */
  readonly near: boolean;
  /** How much differs, in words. */
  readonly text: string;
}

/** Largest difference that counts as near: of an error, relative; of patches, the root mean square in steps of 8 bits. */
const nearness = { error: 1e-3, patch: 0.5 } as const;

/**
 * The first steps of every training, and the first batch of every group of patches that a generator made, compared
 * with what the world has of them.
 *
 * @throws {TypeError} when the world lacks a training or a group of patches that this version would make
 */
export async function* checkWorld(kept: KeptWorld, bar: Progress): AsyncGenerator<Finding> {
  const gathered = await gather(`${kept.folder}/photographs`, kept.world.settings);
  const networks: Partial<Record<CourseName, Trained>> = {};
  try {
    yield* checkTrainings(kept, { gathered, networks, bar });
    yield* checkPatches(kept, { gathered, networks: networks as Networks, bar });
  } finally {
    for (const { fixed, network } of Object.values(networks)) disposeTree([fixed, network]);
  }
}

async function* checkTrainings(
  kept: KeptWorld,
  { gathered, networks, bar }: {
    gathered: readonly Gathered[];
    networks: Partial<Record<CourseName, Trained>>;
    bar: Progress;
  },
): AsyncGenerator<Finding> {
  const names = Object.keys(courses) as CourseName[];
  for (const [i, name] of names.entries()) {
    bar.update(i, names.length, `the first ${begun} steps of ${name}`);
    const training = trainingOf(name, gathered, { networks, work: "" });
    const weights = await keptTraining(kept, training);
    if (weights === null) throw lacking(kept, `the training "${name}"`);
    networks[name] = weights;
    const expected = kept.world.trainings[name].begun;
    const made = beginning(training, begun);
    const difference = Math.max(...made.map((error, k) => Math.abs(error / expected[k] - 1)));
    yield {
      what: `the first ${begun} steps of ${name}`,
      equal: difference === 0,
      near: difference <= nearness.error,
      text: difference === 0
        ? "equal to the last bit"
        : `errors differ by ${difference.toExponential(1)} of their value`,
    };
  }
}

async function* checkPatches(
  kept: KeptWorld,
  { gathered, networks, bar }: { gathered: readonly Gathered[]; networks: Networks; bar: Progress },
): AsyncGenerator<Finding> {
  const plan = planGroups(gathered);
  for (const [i, group] of plan.entries()) {
    bar.update(i, plan.length, titleOf(group));
    const expected = await keptPatches(kept, group);
    if (expected === null) throw lacking(kept, `patches of "${titleOf(group)}"`);
    const origin = originOf(group, plan);
    const source = origin === null ? group.patches.map(({ image }) => image) : await keptPatches(kept, origin) ?? [];
    const made = await makeGroup(group, { networks, source: source.slice(0, batch) });
    yield comparePatches(`${made.length} patches: ${titleOf(group)}`, made, expected);
  }
}

/** How near pictures made again are to those that were expected; there may be more of the latter. */
export function comparePatches(what: string, made: readonly Image[], expected: readonly Image[]): Finding {
  let [squares, largest, unlike, count] = [0, 0, 0, 0];
  for (const [i, { data }] of made.entries()) {
    for (let k = 0; k < data.length; k++) {
      const difference = Math.abs(data[k] - expected[i].data[k]);
      squares += difference ** 2;
      if (difference > 0) unlike++;
      largest = Math.max(largest, difference);
    }
    count += data.length;
  }
  return {
    what,
    equal: largest === 0,
    near: Math.sqrt(squares / count) <= nearness.patch,
    text: largest === 0
      ? "equal to the last bit"
      : `${(100 * unlike / count).toFixed(2)} % of the values differ, by ${largest} of 255 at most`,
  };
}

function lacking({ folder }: KeptWorld, what: string): TypeError {
  return new TypeError(
    `Cannot check the world in "${folder}": it has not ${what} as this version makes it, expected all. ` +
      "Make the world anew with: deno task pocket:build",
  );
}
