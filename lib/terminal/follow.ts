import type { EpochRow, RunEvent, RunRecord } from "../types.ts";
import { duration } from "../report/numbers.ts";
import type { Progress } from "./progress.ts";

/** Share of a run's work that scoring its test sets makes. */
const SCORING = 0.1;

/** And that measuring trivial cues makes, which a second run on the same data need not do. */
const PROBING = 0.02;

const TRAINING = 1 - SCORING - PROBING;

/** How a run is followed. */
export interface Follow {
  readonly progress: Progress;
  /** Which run of how many this is, when they share one progress; counted from 0. Default the only one. */
  readonly place?: { readonly index: number; readonly of: number };
  /** Whether each epoch gets a line that stays. Default true. */
  readonly epochs?: boolean;
}

/**
 * Reads a run's events to the end, shows them, and returns the record. A run that was found finished, or goes
 * on from a checkpoint, does not spoil the time left.
 *
 * @throws {Error} when the events end without a record, and whatever the events throw
 */
export async function follow(events: AsyncIterable<RunEvent>, options: Follow): Promise<RunRecord> {
  const { progress, place = { index: 0, of: 1 } } = options;
  let name = "";
  let steps = 1;
  let most = "";
  let step = 0;
  let worked = false;
  let words = "";
  const show = (share: number): void => {
    if (!worked) progress.skip(share);
    worked = true;
    progress.update(place.index + share, place.of, words);
  };
  for await (const event of events) {
    if (event.kind === "start") {
      name = event.name;
      steps = event.steps;
      most = event.epochs === null ? "at least " : "";
      words = `${name}: reading the first batch`;
    } else if (event.kind === "step") {
      step = event.row.step;
      // the step before this one is where the run went on from
      if (!worked) show((step - 1) / steps * TRAINING);
      words = `${name}: step ${step} of ${most}${steps}, loss ${number(event.row.loss.total)}`;
      show(step / steps * TRAINING);
    } else if (event.kind === "epoch") {
      steps = event.steps;
      if (options.epochs ?? true) progress.say(epochLine(name, event.row));
    } else if (event.kind === "evaluate") {
      words = step < steps
        ? `${name}: validation, ${event.done} of ${event.total} images`
        : `${name}: scoring the test sets, ${event.done} of ${event.total} images`;
      const scored = step < steps ? 0 : event.done / Math.max(1, event.total);
      show(step / steps * TRAINING + SCORING * scored);
    } else if (event.kind === "probe") {
      words = `${name}: measuring trivial cues, ${event.done} of ${event.total} images`;
      show(TRAINING + SCORING + PROBING * event.done / event.total);
    } else if (event.kind === "done") {
      if (!worked) progress.skip(1);
      words = `${event.record.experiment.name}: done`;
      progress.update(place.index + 1, place.of, words);
      return event.record;
    }
  }
  throw new Error(`Cannot tell the result of "${name}": its events ended without a record`);
}

function epochLine(name: string, row: EpochRow): string {
  const losses = Object.entries(row.loss).map(([term, value]) =>
    `${term === "total" ? "loss" : term} ${number(value)}`
  );
  const validation = Object.entries(row.validation).map(([metric, value]) => `${metric} ${number(value)}`);
  const seconds = row.seconds.data + row.seconds.step + row.seconds.evaluate;
  const found = validation.length === 0 ? "" : `; validation ${validation.join(", ")}`;
  return `${name}, epoch ${row.epoch}: ${losses.join(", ")}${found} (${duration(seconds)})`;
}

function number(value: number | undefined): string {
  return value === undefined ? "?" : Number.isFinite(value) ? value.toPrecision(3) : String(value);
}
