import { residentMegabytes } from "../runs/memory.ts";
import type { Phases } from "../types.ts";
import type { Running } from "./state.ts";

/** Tells which phase of training took how long and how much memory. */
export interface Stopwatch {
  /** Time begins to count. */
  start(): void;
  /** What passed since the start, or since the last end, was this phase. */
  end(phase: keyof Phases, running: Running): { readonly running: Running; readonly seconds: number };
}

/** A stopwatch; what the reader of events does between an end and a start is counted nowhere. */
export function stopwatch(): Stopwatch {
  let from = performance.now();
  return {
    start() {
      from = performance.now();
    },
    end(phase, running) {
      const now = performance.now();
      const seconds = (now - from) / 1000;
      from = now;
      const megabytes = Math.max(running.megabytes[phase], residentMegabytes());
      return {
        seconds,
        running: {
          ...running,
          seconds: { ...running.seconds, [phase]: running.seconds[phase] + seconds },
          megabytes: { ...running.megabytes, [phase]: megabytes },
        },
      };
    },
  };
}
