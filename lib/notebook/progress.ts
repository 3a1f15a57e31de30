import { colour, ink } from "../report/figure.ts";
import { escapeHtml } from "../report/html.ts";
import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import { timeLeft } from "../terminal/time_left.ts";
import type { RunEvent, RunRecord, StepRow } from "../types.ts";
import { curveSvg } from "./curve.ts";
import { displayable } from "./displayable.ts";
import { type Bundle, flushed, newOutput, type Output } from "./kernel.ts";

/** Where progress is shown and what the time is; a test has others. */
export interface Place {
  readonly output: Output;
  /** Seconds of a clock that never goes back. */
  readonly now: () => number;
}

/** How a run is shown. */
export interface ShowProgress extends Partial<Place> {
  /** Stops the run, beside the interrupt of the cell. */
  readonly signal?: AbortSignal;
}

/** Least seconds between two drawings: with more than ten a second the kernel loses outputs. */
const REDRAW = 0.1;
/** Shares of a run's work that scoring its test sets and measuring trivial cues make; the rest is training. */
const SCORING = 0.08;
const PROBING = 0.02;
const TRAINING = 1 - SCORING - PROBING;

/**
 * Passes a run's events on and shows them under the cell: a bar with the time left, the loss terms and their curves, in
 * one output that is redrawn and whose last state is saved with the notebook.
 *
 * While it goes, interrupting the cell stops the run after the step at hand, which keeps its checkpoint. Without that,
 * Jupyter's interrupt (SIGINT) would end the kernel.
 *
 * @param start begins the run, given the signal that stops it
 * @throws {DOMException} "AbortError" when the run was stopped, with a sentence on how to go on
 */
export async function* showProgress(
  start: (signal: AbortSignal) => AsyncIterable<RunEvent>,
  { signal, output = newOutput(), now = () => performance.now() / 1000 }: ShowProgress = {},
): AsyncGenerator<RunEvent, void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const state = newState();
  let drawn = -Infinity;
  Deno.addSignalListener("SIGINT", stop);
  try {
    for await (const event of start(AbortSignal.any([controller.signal, ...signal === undefined ? [] : [signal]]))) {
      take(state, event, now());
      if (event.kind === "done") {
        await output.show(finalBundle(state, doneWords(event.record, state.worked)));
        return yield { ...event, record: displayable(event.record) };
      }
      if (now() - drawn >= REDRAW) {
        await output.show(movingBundle(state, now()));
        drawn = now();
      }
      yield event;
    }
  } catch (error) {
    const stopped = error instanceof Error && error.name === "AbortError";
    const words = `${stopped ? "stopped" : "failed"} after ${stepWords(state)}`;
    await output.show(finalBundle(state, words));
    await flushed(); // a cell that fails does not wait for its outputs
    throw stopped
      ? stoppedError(`${state.name}: ${words}. The checkpoint is kept, run the cell again to go on`)
      : error;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

/** What is known of a run that goes. */
interface State {
  name: string;
  steps: number;
  /** Whether the schedule decides when the run ends. */
  open: boolean;
  step: number;
  /** Number of the first step that was seen. */
  first: number;
  terms: Map<string, number[]>;
  /** What is done, and of how much, when it is not training. */
  scoring: { kind: "evaluate" | "probe"; done: number; total: number } | null;
  worked: boolean;
  readonly estimate: ReturnType<typeof timeLeft>;
}

function newState(): State {
  const estimate = timeLeft();
  return {
    name: "",
    steps: 1,
    open: false,
    step: 0,
    first: 1,
    terms: new Map(),
    scoring: null,
    worked: false,
    estimate,
  };
}

function take(state: State, event: RunEvent, now: number): void {
  if (event.kind === "start") {
    state.name = event.name;
    state.steps = Math.max(1, event.steps);
    state.open = event.epochs === null;
  } else if (event.kind === "step") {
    if (!state.worked) skipTo(state, event.row.step);
    state.scoring = null;
    state.step = event.row.step;
    addLosses(state.terms, event.row);
    state.estimate.update(share(state), now);
  } else if (event.kind === "epoch") {
    state.steps = event.steps;
  } else if (event.kind === "evaluate" || event.kind === "probe") {
    if (!state.worked) skipTo(state, state.steps + 1); // a run that was stopped while it was scored
    state.step = Math.max(state.step, state.first - 1);
    state.scoring = { kind: event.kind, done: event.done, total: Math.max(1, event.total) };
    state.estimate.update(share(state), now);
  } else if (event.kind === "done") {
    const { experiment, steps } = event.record;
    Object.assign(state, {
      name: experiment.name,
      steps: Math.max(1, steps.length),
      open: false,
      step: steps.length,
      first: 1,
    });
    state.terms = new Map(); // all steps, also those before a checkpoint
    for (const row of steps) addLosses(state.terms, row);
  }
}

/** The run went on from a checkpoint: what came before says nothing of the time left. */
function skipTo(state: State, step: number): void {
  state.worked = true;
  state.first = step;
  state.estimate.skip((step - 1) / state.steps * TRAINING);
}

/** How much of the run is done, 0…1. */
function share({ step, steps, scoring }: State): number {
  if (scoring === null || step < steps) return step / steps * TRAINING;
  const done = scoring.done / scoring.total;
  return TRAINING + (scoring.kind === "evaluate" ? done * SCORING : SCORING + done * PROBING);
}

function addLosses(terms: Map<string, number[]>, { loss }: StepRow): void {
  for (const [term, value] of Object.entries(loss)) {
    const values = terms.get(term);
    if (values === undefined) terms.set(term, [value]);
    else values.push(value);
  }
}

function stepWords({ step, steps, open }: State): string {
  return `step ${step} of ${open ? "at least " : ""}${steps}`;
}

function movingBundle(state: State, now: number): Bundle {
  const { step, scoring } = state;
  const left = state.estimate.left(1, now);
  const part = scoring === null
    ? step === 0 ? "reading the first batch" : stepWords(state)
    : `${scoringWords(state)}, ${scoring.done} of ${scoring.total} images`;
  const words = `${part}${left === null ? "" : `, ${duration(left)} left`}`;
  const percent = `${Math.floor(share(state) * 100)} %`;
  const bar = `<div style="max-width:640px;height:6px;margin:4px 0;background:${ink.line};border-radius:3px">` +
    `<div style="width:${(share(state) * 100).toFixed(1)}%;height:6px;background:${colour(0)};border-radius:3px">` +
    "</div></div>";
  return bundle(state, { words: `${words} · ${percent}`, bar, picture: state.terms.size === 0 ? "" : svgOf(state) });
}

function scoringWords({ step, steps, scoring }: State): string {
  if (scoring?.kind === "probe") return "measuring trivial cues";
  return step < steps ? "validation" : "scoring the test sets";
}

/** The last state: its curve is a picture, which also a notebook shows that is not trusted. */
function finalBundle(state: State, words: string): Bundle {
  if (state.terms.size === 0) return bundle(state, { words, bar: "", picture: "" });
  const about = `Loss by step: ${[...state.terms.keys()].join(", ")}`;
  const packed = new TextEncoder().encode(svgOf(state)).toBase64();
  const picture = `<img alt="${escapeHtml(about)}" src="data:image/svg+xml;base64,${packed}">`;
  return bundle(state, { words, bar: "", picture });
}

function svgOf({ terms, first, steps }: State): string {
  return curveSvg({ terms, first, steps });
}

function bundle(
  { name, terms }: State,
  { words, bar, picture }: { readonly words: string; readonly bar: string; readonly picture: string },
): Bundle {
  const losses = [...terms].map(([term, values]) => ({ term, value: recent(values) }));
  const legend = losses.map(({ term, value }, i) =>
    `<span style="margin-right:16px;white-space:nowrap"><span style="color:${colour(i)}">■</span> ` +
    `${escapeHtml(term)} ${value}</span>`
  );
  return {
    "text/html": `<div><b>${escapeHtml(name)}</b>: ${escapeHtml(words)}</div>${bar}` +
      (legend.length === 0 ? "" : `<div>${legend.join("")}</div>`) + (picture === "" ? "" : `<div>${picture}</div>`),
    "text/plain": [`${name}: ${words}`, ...losses.map(({ term, value }) => `${term} ${value}`)].join(", "),
  };
}

/** Mean of a term over the last few steps: a single one jumps. */
function recent(values: readonly number[]): string {
  const last = values.slice(-10);
  return (last.reduce((sum, value) => sum + value, 0) / last.length).toPrecision(3);
}

function doneWords({ steps, seconds }: RunRecord, worked: boolean): string {
  return `done, ${plural(steps.length, "step")} in ${duration(seconds)}${worked ? "" : " (found finished)"}`;
}

/** Without a stack, which would bury the sentence under the cell. */
function stoppedError(message: string): DOMException {
  const error = new DOMException(message, "AbortError");
  Object.defineProperty(error, "stack", { value: `AbortError: ${message}` });
  return error;
}
