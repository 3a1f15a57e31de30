/** Scores of work that was not finished: what a stopped or killed evaluation goes on from. */
import { join } from "node:path";
import { wholeLines } from "./event_log.ts";
import { writing } from "./writing.ts";

/** Scores by the place of the first sample that they are of. */
export interface PartialScores {
  /** Those of the samples from this place on, as they were added; null where there are none. */
  at(from: number): readonly number[] | null;
  add(from: number, scores: readonly number[]): Promise<void>;
  /** Removes them: the work is done. */
  remove(): Promise<void>;
}

/** Whether a file of a run's folder holds such scores. */
export function isPartialScores(file: string): boolean {
  return /^scoring-[0-9a-f]{12}\.jsonl$/.test(file);
}

/**
 * Opens the scores of some work in a run's folder, a file of one line for each piece. A line that was cut short is passed
 * over.
 *
 * @param key hash of all that the scores hang on
 */
export async function openPartialScores(folder: string, key: string): Promise<PartialScores> {
  const file = join(folder, `scoring-${key.slice(0, 12)}.jsonl`);
  const known = new Map<number, readonly number[]>();
  if (await Deno.stat(file).then(() => true, () => false)) {
    for await (const line of wholeLines(file)) {
      const piece = parsePiece(line);
      if (piece !== null && piece.key === key) known.set(piece.from, piece.scores);
    }
  }
  return {
    at: (from) => known.get(from) ?? null,
    async add(from, scores) {
      known.set(from, scores);
      // a line break first: what a killed process left of its last line is a line by itself
      const line = `\n${JSON.stringify({ key, from, scores })}\n`;
      await writing(folder, Deno.writeTextFile(file, line, { append: true }));
    },
    async remove() {
      await Deno.remove(file).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
  };
}

interface Piece {
  readonly key: string;
  readonly from: number;
  readonly scores: readonly number[];
}

function parsePiece(line: string): Piece | null {
  try {
    const value = JSON.parse(line) as Piece | null;
    return Array.isArray(value?.scores) && value.scores.every(Number.isFinite) ? value : null;
  } catch {
    return null;
  }
}
