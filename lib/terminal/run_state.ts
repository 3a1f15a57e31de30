import type { Experiment } from "../experiment.ts";
import { thousands } from "../report/numbers.ts";
import type { Metrics, RunEvent, StepRow } from "../types.ts";
import { type MakingPace, makingPace, type MakingState, makingWords } from "./making.ts";
import { type Pace, pace } from "./pace.ts";
import { epochLine, named, nonFiniteLine, recent, speedWords, three, validationLine } from "./words.ts";

/**
 * What training on an image takes beside scoring one: the way forward and, twice as long, the way back. Measuring its
 * cues is counted as scoring, which is right for a small network and too much for a large one, whose training is so
 * long that it does not matter.
 */
const TRAINED = 3;

/** Steps left out that get a line each; of more only the hundredth, the thousandth and so on. */
const LEFT_OUT = 10;

/** What is known of a run that goes, from its events. */
export interface RunState {
  name: string;
  /** Of the whole run, as far as it is known. */
  steps: number;
  /** Whether the schedule decides when the run ends. */
  open: boolean;
  step: number;
  /** How many images a step, scoring and measuring take. */
  images: { readonly step: number; readonly test: number; readonly probe: number };
  /** Number of the first step that this process takes, or took. */
  first: number;
  /** Values by name of the term, of the last steps; total first. */
  readonly terms: Map<string, number[]>;
  /** The last one, null before it. */
  validation: Metrics | null;
  /** What is done, and of how much, when it is not training. */
  scoring: { readonly kind: "evaluate" | "probe"; readonly done: number; readonly total: number } | null;
  /** What is made of images before it begins; null when nothing is, or no longer. */
  making: MakingState | null;
  readonly makingPace: MakingPace;
  /** Whether it began; false still at its end: it was found finished. */
  worked: boolean;
  /** Steps left out because they were not finite. */
  leftOut: number;
  readonly speed: Pace;
  /** Values of a term that are kept, at least; no fewer than a mean of the last steps needs. */
  readonly keep: number;
}

/** A line about a run that stays. */
export interface Line {
  readonly text: string;
  /** Whether it tells the course of training, which a reader may not want, or something that should be known. */
  readonly about: "course" | "notice";
}

/** A run of which nothing is known yet. */
export function newRunState({ keep = 100 }: { readonly keep?: number } = {}): RunState {
  return {
    ...{
      name: "",
      steps: 1,
      open: false,
      step: 0,
      images: { step: 1, test: 0, probe: 0 },
      first: 1,
      terms: new Map(),
      validation: null,
      scoring: null,
    },
    ...{ making: null, makingPace: makingPace() },
    ...{ worked: false, leftOut: 0, speed: pace(), keep },
  };
}

/**
 * Takes an event into a state, in place, and returns what is to be said of it.
 *
 * @param at when it came, in seconds of a clock that never goes back
 */
export function take(state: RunState, event: RunEvent, at: number): Line[] {
  const { name } = state;
  // what goes on between two steps is not their time
  if (event.kind !== "step") state.speed.pause();
  switch (event.kind) {
    case "start": {
      const { step, epochs, images } = event;
      const steps = Math.max(1, event.steps);
      const open = epochs === null;
      Object.assign(state, {
        name: event.name,
        steps,
        images,
        open,
        step,
        first: step + 1,
        worked: true,
        making: null,
      });
      return step === 0 ? [] : [{ text: `${event.name}: goes on from ${placeWords(state)}`, about: "notice" }];
    }
    case "making": {
      const { part, done, total } = event;
      state.name = event.name;
      state.making = { part, done, total, imagesPerSecond: state.makingPace.update(done, at) };
      return [];
    }
    case "step":
      state.scoring = null;
      state.speed.step(at, event.seconds);
      takeStep(state, event.row);
      return [];
    case "validation":
      state.validation = event.row.validation;
      return [{ text: validationLine(name, event.epoch, event.row), about: "course" }];
    case "epoch":
      Object.assign(state, { steps: Math.max(1, event.steps), validation: event.row.validation });
      return [{ text: epochLine(name, event.row), about: "course" }];
    case "nonfinite":
      if (event.skipped) state.leftOut++;
      if (state.leftOut <= LEFT_OUT) {
        return [{ text: nonFiniteLine(name, event.row, event.skipped), about: "notice" }];
      }
      if (!Number.isInteger(Math.log10(state.leftOut))) return [];
      return [{ text: `${name}: ${thousands(state.leftOut)} steps left out so far`, about: "notice" }];
    case "notice":
      return [{ text: name === "" ? event.text : `${name}: ${event.text}`, about: "notice" }];
    case "evaluate":
    case "probe":
      state.scoring = { kind: event.kind, done: event.done, total: Math.max(1, event.total) };
      return [];
    default:
      return [];
  }
}

/** Takes a step's terms behind those before it; of steps that were left out NaN stands there. */
export function takeStep(state: RunState, { step, loss }: StepRow): void {
  const { terms, keep } = state;
  const missing = terms.size === 0 ? 0 : Math.min(keep, step - state.step - 1);
  for (const [term, value] of Object.entries(loss)) {
    if (!terms.has(term)) terms.set(term, []);
    const values = terms.get(term)!;
    for (let i = 0; i < missing; i++) values.push(NaN);
    values.push(value);
    if (values.length > 2 * keep) values.splice(0, values.length - keep);
  }
  state.step = step;
}

/** How much of the run is done, 0…1; before it begins, of what is made for it. */
export function share({ step, steps, images, scoring, making }: RunState): number {
  if (making !== null) return making.done / Math.max(1, making.total);
  const training = steps * images.step * TRAINED;
  const all = training + images.test + images.probe;
  const trained = Math.min(1, step / steps) * training;
  if (scoring === null || step < steps) return trained / all;
  const done = scoring.done / scoring.total;
  return (training + (scoring.kind === "evaluate" ? done * images.test : images.test + done * images.probe)) / all;
}

/** "step 3 of 10", "step 3 of at least 10". */
export function placeWords({ step, steps, open }: RunState): string {
  return `step ${step} of ${open ? "at least " : ""}${steps}`;
}

/** What goes on now: before the first step, between two, or after the last. */
export function phaseWords(state: RunState): string {
  const { scoring, step, steps, terms, making } = state;
  if (making !== null) return makingWords(making);
  if (scoring === null) return terms.size === 0 ? "reading the first batch" : placeWords(state);
  const what = scoring.kind === "probe"
    ? "measuring trivial cues"
    : step < steps
    ? "validation"
    : "scoring the test sets";
  return `${what}, ${scoring.done} of ${scoring.total} images`;
}

/** Speed of the last steps, empty before it is known; with the experiment in images a second, too. */
export function paceWords({ speed }: RunState, experiment: Experiment | null): string {
  const measured = speed.read();
  if (measured === null) return "";
  return speedWords(measured, experiment === null ? null : experiment.batch.size * (experiment.batch.accumulate ?? 1));
}

/** The last validation, empty before it: the metric that decides which epoch is kept, where it is known. */
export function validationWords({ validation }: RunState, experiment: Experiment | null): string {
  const entries = Object.entries(validation ?? {});
  const shown = entries.find(([metric]) => metric === experiment?.select.metric) ?? entries[0];
  return shown === undefined ? "" : `validation ${named(Object.fromEntries([shown]))}`;
}

/** Every loss term by its name, as the mean of the last steps. */
export function lossWords({ terms }: RunState): { term: string; value: string }[] {
  return [...terms].map(([term, values]) => ({ term, value: three(recent(values)) }));
}
