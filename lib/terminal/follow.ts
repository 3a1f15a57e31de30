import type { Experiment } from "../experiment.ts";
import type { RunEvent, RunRecord } from "../types.ts";
import type { Progress } from "./progress.ts";
import {
  lossWords,
  newRunState,
  paceWords,
  phaseWords,
  type RunState,
  share,
  take,
  validationWords,
} from "./run_state.ts";

/** How a run is followed. */
export interface Follow {
  readonly progress: Progress;
  /** Which run of how many this is, when they share one progress; counted from 0. Default the only one. */
  readonly place?: { readonly index: number; readonly of: number };
  /** Whether each epoch, and each validation within one, gets a line that stays. Default true. */
  readonly epochs?: boolean;
  /** What runs: tells how many images a step takes, and which metric decides. Default not known. */
  readonly experiment?: Experiment;
  /** Seconds of a clock that never goes back. Default the process's own. */
  readonly now?: () => number;
}

/**
 * Reads a run's events to the end, shows them, and returns the record. The moving line tells step, loss, speed, terms
 * of the loss (means of the last steps) and the last validation; lines that stay tell each epoch, where the run went on
 * from, and what should be known. A run that was found finished, or goes on from a checkpoint, does not spoil the time
 * left.
 *
 * @throws {Error} when the events end without a record, and whatever the events throw
 */
export async function follow(events: AsyncIterable<RunEvent>, options: Follow): Promise<RunRecord> {
  const { progress, place = { index: 0, of: 1 }, epochs = true, experiment = null } = options;
  const { now = () => performance.now() / 1000 } = options;
  const state = newRunState();
  const show = (done: number, words: string): void =>
    progress.update(place.index + done, place.of, `${state.name}: ${words}`);
  let making: string | null = null;
  for await (const event of events) {
    if (event.kind === "done") {
      if (!state.worked) progress.skip(1);
      state.name = event.record.experiment.name;
      show(1, "done");
      return event.record;
    }
    for (const { text, about } of take(state, event, now())) if (epochs || about === "notice") progress.say(text);
    if (event.kind === "making") {
      const words = `${state.name}: ${phaseWords(state)}`;
      if (event.part !== making) {
        progress.update(0, event.total, words); // other work, with a time left of its own
        progress.skip(event.found);
      }
      making = event.part;
      progress.update(event.done, event.total, words);
    }
    if (event.kind === "start") progress.skip(share(state));
    if (state.worked) show(share(state), stateWords(state, experiment));
  }
  throw new Error(`Cannot tell the result of "${state.name}": its events ended without a record`);
}

/** What goes on, in the order in which a narrow terminal may do without it. */
function stateWords(state: RunState, experiment: Experiment | null): string {
  if (state.scoring !== null || state.terms.size === 0) return phaseWords(state);
  const [total, ...terms] = lossWords(state);
  return [
    phaseWords(state),
    `loss ${total.value}`,
    paceWords(state, experiment),
    ...terms.map(({ term, value }) => `${term} ${value}`),
    validationWords(state, experiment),
  ].filter((piece) => piece !== "").join(", ");
}
