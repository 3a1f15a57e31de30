/** Measures a network's training step on both sides. */
import { fileURLToPath } from "node:url";
import type { BackendName } from "../lib/engine/backend.ts";
import type { Network } from "./networks.ts";
import { type Side, startSide } from "./side.ts";

/** What is compared, and where both sides find it. */
export interface Comparison {
  /** Key of the table of networks. */
  readonly name: string;
  readonly network: Network;
  /** Start of both sides, as `writeStart` writes it. */
  readonly file: string;
  readonly backend: BackendName;
  /** Threads of each side. */
  readonly threads: number;
  /** The interpreter that has PyTorch. */
  readonly python: string;
}

/** Times of neighbouring steps, milliseconds; one entry a round. */
export interface Times {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Version of PyTorch. */
  readonly pytorch: string;
  /** Largest difference of the first losses, relative to the larger of PyTorch's and 1. */
  readonly apart: number;
}

/** Steps before the clock counts; the losses of the first are compared. */
export const warmUp = { compared: 3, further: 2 };

/**
 * Largest difference of the two sides' losses, relative to the larger of 1 and PyTorch's, for the first steps. Before
 * the first one only the order of sums differs: measured 2e-7, and 1e-5 through the 53 batch norms of a ResNet-50,
 * whose loss in PyTorch itself lies 5e-6 from the one in double precision, ours 2e-6. AdamW's first steps are the rate
 * times the sign of the gradient however small it is, so that a weight whose gradient is nothing but rounding may go
 * the other way on the other side: measured 6e-5. From step to step these losses change by 0.02 to 0.4.
 */
const tolerances = [5e-5, 1e-3, 1e-3];

/**
 * Alternating steps of two processes. Each takes two in its turn, of which the second counts: in the first, threads of
 * OpenMP still look for work on a core of the other side, and nothing is in the cache, as never in training.
 *
 * @param told is called after each round
 * @throws {Error} when the first losses are further apart than rounding explains
 */
export async function compareTimes(
  comparison: Comparison,
  { rounds, told }: { rounds: number; told: () => void },
): Promise<Times> {
  await using ours = await startOurs(comparison);
  await using theirs = await startTheirs(comparison);
  const apart = await agreement(comparison, { ours, theirs });
  for (let i = 0; i < warmUp.further; i++) await ours.step(), await theirs.step();
  const second = async (side: Side): Promise<number> => {
    await side.step();
    return (await side.step()).milliseconds;
  };
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let i = 0; i < rounds; i++) {
    times.ours.push(await second(ours));
    times.theirs.push(await second(theirs));
    told();
  }
  return { ...times, pytorch: theirs.hello, apart };
}

/** Peak of resident memory of a fresh process that does some steps, bytes. One side after the other. */
export async function comparePeaks(comparison: Comparison, steps: number): Promise<{ ours: number; theirs: number }> {
  const peak = async (start: typeof startOurs): Promise<number> => {
    await using side = await start(comparison);
    for (let i = 0; i < steps; i++) await side.step();
    return await side.peak();
  };
  return { ours: await peak(startOurs), theirs: await peak(startTheirs) };
}

async function agreement(
  { name, backend }: Comparison,
  { ours, theirs }: { ours: Side; theirs: Side },
): Promise<number> {
  const losses: [number, number][] = [];
  for (let i = 0; i < warmUp.compared; i++) losses.push([(await ours.step()).loss, (await theirs.step()).loss]);
  const gaps = losses.map(([a, b]) => Math.abs(a - b) / Math.max(1, Math.abs(b)));
  if (gaps.some((gap, i) => !(gap <= tolerances[i]))) {
    const shown = losses.map(([a, b]) => `${a.toPrecision(7)} and ${b.toPrecision(7)}`).join(", ");
    throw new Error(
      `Cannot time "${name}" on ${backend}: our first losses and PyTorch's are ${shown}, ` +
        `expected at most ${tolerances.join(", ")} apart; one of the two computes something else`,
    );
  }
  return Math.max(...gaps);
}

function startOurs({ name, file, backend, threads }: Comparison): Promise<Side> {
  return startSide(Deno.execPath(), ["run", "-A", here("./ours.ts"), name, file, backend, `${threads}`]);
}

function startTheirs({ python, file, threads }: Comparison): Promise<Side> {
  return startSide(python, [here("./peers/step.py"), file, `${threads}`]);
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
