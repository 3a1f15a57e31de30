/** Tells how long the rest of some work takes, from how long the last of it took. */
export interface TimeLeft {
  /** So much is done at this time; `done` only grows. Seconds of any clock. */
  update(done: number, seconds: number): void;
  /** So much became done without work (it was found finished) and says nothing of the speed. */
  skip(units: number): void;
  /** Seconds until `total` is done; null until enough has been seen. */
  left(total: number, seconds: number): number | null;
}

const POINTS = 48;

/**
 * An estimate that follows changes of speed and forgives a stall: the median time per unit over the last
 * points, each compared with the one a quarter of the window before it, so that a single pause sits in a
 * quarter of the comparisons and cannot move their median.
 */
export function timeLeft(): TimeLeft {
  let points: { done: number; seconds: number }[] = [];
  let skipped = 0;
  let reached = 0;
  return {
    update(done, seconds) {
      const worked = done - skipped;
      reached = done;
      const last = points.at(-1);
      if (last !== undefined && worked <= last.done) return;
      points.push({ done: worked, seconds });
      // thinned, not cut, so that the window grows with the work and short phases weigh less
      if (points.length > POINTS) points = points.filter((_, i) => i % 2 === 1 || i > POINTS / 2);
    },
    skip(units) {
      skipped += units;
      reached += units;
    },
    left(total, seconds) {
      const last = points.at(-1);
      if (last === undefined || points.length < 5) return null;
      const lag = Math.ceil(points.length / 4);
      const rates = points.slice(lag)
        .map((point, i) => (point.seconds - points[i].seconds) / (point.done - points[i].done))
        .sort((a, b) => a - b);
      const rate = rates[Math.floor(rates.length / 2)];
      return Math.max(0, rate * (total - reached) - (seconds - last.seconds));
    },
  };
}
