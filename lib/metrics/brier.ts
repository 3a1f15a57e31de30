import { checkProbabilities, type Column } from "./rows.ts";

/**
 * Brier score: the mean squared distance between the probability of fake and what the row is. Lower is better;
 * always saying 0.5 costs 0.25.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @returns 0…1
 * @throws {RangeError} when a score is not a probability
 *
 * Source: Brier 1950, in the form for two classes (half of the original sum over both).
 */
export function brier(labels: Column, scores: Column): number {
  checkProbabilities("the Brier score", labels, scores);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (scores[i] - labels[i]) ** 2;
  return sum / labels.length;
}
