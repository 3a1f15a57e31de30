/** Measures a network on both sides. */
import { type Side, startSide } from "./side.ts";

/** What is compared. */
export interface Comparison {
  /** The network and where it runs, for an error. */
  readonly what: string;
  /** Our process: a program and its arguments, as {@linkcode startSide} talks to it. */
  readonly ours: readonly string[];
  /** PyTorch's. */
  readonly theirs: readonly string[];
  /** Largest difference of what the two sides tell, relative to the larger of 1 and PyTorch's, for the first turns; none: they tell nothing of one another. */
  readonly tolerances: readonly number[];
}

/** Times of neighbouring turns, milliseconds; one entry a round. */
export interface Times {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Versions of PyTorch and what it needs. */
  readonly pytorch: string;
  /** Largest difference of what the first turns told, relative to the larger of PyTorch's and 1. */
  readonly apart: number;
}

/** Turns after those that are compared and before the clock counts. */
const further = 2;

/** Milliseconds that rounds may take together before they become fewer. */
const enough = 180_000;

/** Rounds of what takes long. */
export const fewest = 3;

/**
 * Alternating turns of two processes. Each takes two steps in its turn, of which the second counts: in the first,
 * threads of OpenMP still look for work on a core of the other side, and nothing is in the cache, as never in training.
 * Of steps so long that `rounds` would take minutes there are fewer, and one a turn, which dwarfs its beginning.
 *
 * @param options `told` hears what share of the rounds is done
 * @throws {Error} when what the first turns tell is further apart than rounding explains
 */
export async function compareTimes(
  comparison: Comparison,
  { rounds, told }: { rounds: number; told: (share: number) => void },
): Promise<Times> {
  await using ours = await start(comparison.ours);
  await using theirs = await start(comparison.theirs);
  const apart = await agreement(comparison, { ours, theirs });
  const warm = [await ours.step(), await theirs.step()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const long = warm * 2 * rounds > enough;
  const count = long ? Math.max(fewest, Math.min(rounds, Math.floor(enough / warm))) : rounds;
  if (!long) { for (let i = 1; i < further; i++) await ours.step(), await theirs.step(); }
  const turn = async (side: Side): Promise<number> => {
    if (!long) await side.step();
    return (await side.step()).milliseconds;
  };
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let i = 0; i < count; i++) {
    times.ours.push(await turn(ours));
    times.theirs.push(await turn(theirs));
    told((i + 1) / count);
  }
  return { ...times, pytorch: theirs.hello, apart };
}

/** Peak of resident memory of a fresh process that does some steps, bytes. One side after the other. */
export async function comparePeaks(
  { ours, theirs }: Pick<Comparison, "ours" | "theirs">,
  steps: number,
): Promise<{ ours: number; theirs: number }> {
  const peak = async (command: readonly string[]): Promise<number> => {
    await using side = await start(command);
    for (let i = 0; i < steps; i++) await side.step();
    return await side.peak();
  };
  return { ours: await peak(ours), theirs: await peak(theirs) };
}

async function agreement(
  { what, tolerances }: Comparison,
  { ours, theirs }: { ours: Side; theirs: Side },
): Promise<number> {
  const told: [number, number][] = [];
  for (const _ of tolerances) told.push([(await ours.step()).told, (await theirs.step()).told]);
  const gaps = told.map(([a, b]) => Math.abs(a - b) / Math.max(1, Math.abs(b)));
  if (gaps.some((gap, i) => !(gap <= tolerances[i]))) {
    const shown = told.map(([a, b]) => `${a.toPrecision(7)} and ${b.toPrecision(7)}`).join(", ");
    throw new Error(
      `Cannot time ${what}: we and PyTorch tell ${shown} first, expected at most ${tolerances.join(", ")} apart; ` +
        "one of the two computes something else",
    );
  }
  return Math.max(0, ...gaps);
}

function start([program, ...args]: readonly string[]): Promise<Side> {
  return startSide(program, args);
}
