import type { ScoredRows } from "../../lib/metrics/sources.ts";
import { random } from "../../lib/random.ts";

/** What to simulate. */
export interface Simulation {
  readonly sources: number;
  readonly generators: readonly string[];
  /** Distance of the classes, in standard deviations of the log-odds. */
  readonly distance?: number;
  /** Share of the variance that all rows of a source have in common, 0…1. */
  readonly shared?: number;
}

/** Scores of one photograph and one fake of each generator per source, drawn from normal log-odds. */
export function simulate(seed: number, simulation: Simulation): ScoredRows {
  const { sources, generators, distance = 1.5, shared = 0.5 } = simulation;
  const draw = random(seed, "simulate");
  const rows = Array.from({ length: sources }, (_, i) => {
    const common = Math.sqrt(shared) * draw.normal();
    return [null, ...generators].map((set) => {
      const label = set === null ? 0 : 1;
      const logit = common + Math.sqrt(1 - shared) * draw.normal() + (label - 0.5) * distance;
      return { source: `photo-${i}`, set, label, score: 1 / (1 + Math.exp(-logit)) };
    });
  }).flat();
  return columnsOf(rows);
}

/** Rows as columns. */
export function columnsOf(
  rows: readonly { source: string; set: string | null; label: number; score: number }[],
): ScoredRows {
  return {
    source: rows.map((row) => row.source),
    set: rows.map((row) => row.set),
    corruption: rows.map(() => null),
    label: rows.map((row) => row.label),
    score: rows.map((row) => row.score),
  };
}

/** Standard normal distribution function, by Simpson's rule. */
export function normalCdf(x: number): number {
  const density = (t: number): number => Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI);
  const steps = 2000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * density(i * x / steps);
  return 0.5 + sum * x / steps / 3;
}
