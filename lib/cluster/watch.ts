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
  /** Takes in what it has said since; the lines that should be known, among them that steps were lost. */
  look(): Promise<Line[]>;
}

/**
 * Watches the run of a folder, which need not be there yet.
 *
 * @param options `since`: what it said until then is known and not told again; milliseconds since 1970 by its own clock
 */
export function watch(folder: string, { since = 0 }: { readonly since?: number } = {}): Watch {
  const file = join(folder, EVENTS);
  let state = newRunState();
  let history: EpochRow[] = [];
  let at = since;
  let next = 0;
  let seen = -1; // bytes
  let farthest = 0; // step
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
          for (const { at: when, ...event } of events) {
            if (event.kind === "done") continue;
            const old = Date.parse(when) <= at; // of a file that is read again
            at = Math.max(at, Date.parse(when));
            if (event.kind === "epoch") {
              history = [...history.filter(({ epoch }) => epoch < event.row.epoch), event.row];
            }
            // the clock of the run: a look that comes late must not make it slow
            const said = take(state, event as RunEvent, Date.parse(when) / 1000);
            // that it goes on where it was left is what a sweep does; that steps are made again should be known
            if (!old && (event.kind !== "start" || event.step < farthest)) lines.push(...said);
            farthest = Math.max(farthest, state.step);
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
