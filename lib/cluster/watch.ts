/** A run that another process writes, looked at from time to time by what it has written: many of them, on any disk. */
import { join } from "node:path";
import { EVENTS, readEventsFrom } from "../runs/event_log.ts";
import { type Line, newRunState, type RunState, take } from "../terminal/run_state.ts";
import type { EpochRow, RunEvent } from "../types.ts";

/** What is known of a run. */
export interface Watch {
  /** As it was when it was last looked at. */
  readonly state: RunState;
  /** Epochs that are over. */
  readonly history: readonly EpochRow[];
  /** When it last said something, milliseconds since 1970 by its own clock; 0: never. */
  readonly at: number;
  /** Takes in what it has said since; the lines that should be known. */
  look(): Promise<Line[]>;
}

/** Watches the run of a folder, which need not be there yet. */
export function watch(folder: string): Watch {
  const file = join(folder, EVENTS);
  let state = newRunState();
  let history: EpochRow[] = [];
  let at = 0;
  let next = 0;
  let seen = -1; // bytes
  const anew = (): void => {
    state = newRunState();
    history = [];
    next = 0;
  };
  return {
    get state() {
      return state;
    },
    get history() {
      return history;
    },
    get at() {
      return at;
    },
    async look() {
      const size = await Deno.stat(file).then((info) => info.size, () => -1);
      if (size === seen) return [];
      // a run that is taken up cuts off what it said after its checkpoint
      if (size < seen) anew();
      seen = size;
      const lines: Line[] = [];
      try {
        for (;;) {
          const { events, next: reached } = await readEventsFrom(folder, next);
          if (reached === next) return lines;
          next = reached;
          for (const { at: said, ...event } of events) {
            if (event.kind === "done") continue;
            at = Date.parse(said);
            if (event.kind === "epoch") {
              history = [...history.filter(({ epoch }) => epoch < event.row.epoch), event.row];
            }
            // the clock of the run: a look that comes late must not make it slow
            lines.push(...take(state, event as RunEvent, at / 1000));
          }
        }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        anew(); // cut off and written on since the last look, so that the middle of a line was read
        seen = -1;
        return lines;
      }
    },
  };
}
