/** The making of what parts make of images, in words. */
import { thousands } from "../report/numbers.ts";
import type { RunEvent } from "../types.ts";
import type { Progress } from "./progress.ts";

/** How far it is. */
export interface MakingState {
  readonly part: string;
  readonly done: number;
  readonly total: number;
  /** Of the last images; null until enough were seen. */
  readonly imagesPerSecond: number | null;
}

/** Measures the pace of a making from how many images are done. */
export interface MakingPace {
  /** So many are done at this time, in seconds of any clock; of the last images, a second; null until enough was seen. */
  update(done: number, at: number): number | null;
}

/** Times that are looked at, and the fewest that say anything. */
const WINDOW = 30, FEWEST = 3;

/** The pace of the last batches. */
export function makingPace(): MakingPace {
  let seen: { readonly done: number; readonly at: number }[] = [];
  return {
    update(done, at) {
      const last = seen.at(-1);
      if (last !== undefined && done < last.done) seen = []; // other images
      if (last === undefined || done !== last.done) seen = [...seen, { done, at }].slice(-WINDOW);
      if (seen.length < FEWEST) return null;
      const [first, latest] = [seen[0], seen[seen.length - 1]];
      return latest.at > first.at ? (latest.done - first.done) / (latest.at - first.at) : null;
    },
  };
}

/** "inpainting, 1,204 of 5,000 images, 0.81 images/s". */
export function makingWords({ part, done, total, imagesPerSecond }: MakingState): string {
  const pace = imagesPerSecond === null ? "" : `, ${rateWords(imagesPerSecond)}`;
  return `${part}, ${thousands(done)} of ${thousands(total)} images${pace}`;
}

/** "0.81 images/s", "123 images/s". */
export function rateWords(imagesPerSecond: number): string {
  const digits = imagesPerSecond < 10 ? imagesPerSecond.toPrecision(2) : imagesPerSecond.toFixed(0);
  return `${digits} images/s`;
}

/** Shows how far a making is on a line of progress, with images a second and a time left for each part. */
export function makingOn(progress: Progress): (event: Extract<RunEvent, { kind: "making" }>) => void {
  const pace = makingPace();
  let part: string | null = null;
  return (event) => {
    const words = makingWords({ ...event, imagesPerSecond: pace.update(event.done, performance.now() / 1000) });
    if (part !== event.part) {
      progress.update(0, event.total, words);
      progress.skip(event.found); // what was there says nothing of the time left
    }
    part = event.part;
    progress.update(event.done, event.total, words);
  };
}
