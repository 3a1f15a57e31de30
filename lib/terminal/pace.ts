/** How fast steps follow one another, and how much of that time the network waited. */
export interface Pace {
  /** A step ended at this time (seconds of any clock), and worked for so many of them. */
  step(at: number, worked: number): void;
  /** Something else than training goes on: the time until the next step says nothing. */
  pause(): void;
  /** Of the last steps; null until there are enough. */
  read(): Speed | null;
}

/** A speed as the last steps had it. */
export interface Speed {
  readonly stepsPerSecond: number;
  /** Share of the time between steps in which none worked: the network waited for images. 0…1. */
  readonly waiting: number;
}

/** Steps that are looked at, and the fewest that say anything. */
const WINDOW = 20;
const FEWEST = 3;

/** Measures the pace of training from its steps, without what stands between them: validation, checkpoints. */
export function pace(): Pace {
  let last: number | null = null;
  let seen: { took: number; worked: number }[] = [];
  return {
    step(at, worked) {
      if (last !== null && at > last) seen = [...seen, { took: at - last, worked }].slice(-WINDOW);
      last = at;
    },
    pause() {
      last = null;
    },
    read() {
      if (seen.length < FEWEST) return null;
      const took = seen.reduce((sum, one) => sum + one.took, 0);
      const worked = seen.reduce((sum, one) => sum + one.worked, 0);
      return { stepsPerSecond: seen.length / took, waiting: Math.max(0, 1 - worked / took) };
    },
  };
}
