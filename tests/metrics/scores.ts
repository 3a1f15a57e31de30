import { random } from "../../lib/random.ts";

/** Seeded columns of `rows` rows: fakes score higher by one standard deviation, rounded to `steps` distinct values. */
export function columns(seed: number, { rows = 40, steps = 12 } = {}): { labels: number[]; scores: number[] } {
  const draw = random(seed, "columns");
  const labels = Array.from({ length: rows }, (_, i) => i < 2 ? i : draw.integer(2)); // both classes
  const scores = labels.map((label) => {
    const score = 1 / (1 + Math.exp(-(draw.normal() + label - 0.5)));
    return Math.round(score * steps) / steps;
  });
  return { labels, scores };
}
