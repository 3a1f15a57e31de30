/** How long a sweep has yet to go, told from runs like those that wait. */

/** A run as it stands. */
export interface Going {
  /** Runs of one kind are about equally fast, as one definition under several seeds. */
  readonly kind: string;
  /** Units of work behind it, epochs for example. */
  readonly done: number;
  /** Units that it is to do. */
  readonly wanted: number;
  /** Units of a whole run of it. */
  readonly whole: number;
  /** Whether a process works on it. */
  readonly going: boolean;
}

/** Estimates from what runs were seen to do. */
export interface SweepLeft {
  /**
   * @param runs all of them, each time in the same order
   * @param seconds of any clock
   * @param later units that are planned beyond `wanted`, of runs not yet chosen
   * @returns seconds until all is done; null while no run was seen to work
   */
  left(runs: readonly Going[], seconds: number, later?: number): number | null;
}

/** Share of a run that has to be seen before its speed counts: what comes first is its start. */
const SEEN = 0.05;

/**
 * A run takes as long as others of its kind, and one of which no kind was seen yet as long as the mean of those that
 * were. Definitions differ in speed a hundredfold, a network on kept features beside one that trains whole, so that the
 * work done in the last minutes says little of what waits.
 */
export function sweepLeft(): SweepLeft {
  const spent: { seconds: number; from: number }[] = [];
  let last: number | null = null;
  return {
    left(runs, seconds, later = 0) {
      for (const [i, { done, going }] of runs.entries()) {
        // what was found done was not seen
        if (spent[i] === undefined) spent.push({ seconds: 0, from: done });
        else if (going && last !== null) spent[i].seconds += seconds - last;
      }
      last = seconds;

      const kinds = new Map<string, { seconds: number; share: number }>();
      for (const [i, { kind, done, whole }] of runs.entries()) {
        const share = (done - spent[i].from) / whole;
        if (share < SEEN) continue;
        const known = kinds.get(kind) ?? { seconds: 0, share: 0 };
        kinds.set(kind, { seconds: known.seconds + spent[i].seconds, share: known.share + share });
      }
      if (kinds.size === 0) return null;
      const each = new Map([...kinds].map(([kind, { seconds, share }]) => [kind, seconds / share]));
      const mean = [...each.values()].reduce((sum, time) => sum + time, 0) / each.size;
      const work = runs.reduce((sum, { kind, done, wanted, whole }) => {
        return sum + (each.get(kind) ?? mean) * Math.max(0, wanted - done) / whole;
      }, 0);
      const whole = runs.reduce((sum, run) => sum + run.whole, 0) / runs.length;
      const processes = Math.max(1, runs.filter(({ going }) => going).length);
      return (work + mean * later / whole) / processes;
    },
  };
}
