import type { Experiment } from "../experiment.ts";
import { colour, ink, look } from "../report/figure.ts";
import { escapeHtml } from "../report/html.ts";
import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import {
  lossWords,
  newRunState,
  paceWords,
  phaseWords,
  placeWords,
  type RunState,
  share,
  take,
  takeStep,
  validationWords,
} from "../terminal/run_state.ts";
import { type TimeLeft, timeLeft } from "../terminal/time_left.ts";
import type { RunEvent, RunRecord } from "../types.ts";
import { curveSvg, lineKey } from "./curve.ts";
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
  /** Whether the run goes in a process of its own, where signal and interrupt only leave it. Default false. */
  readonly detached?: boolean;
  /** What runs: tells how many images a step takes, and which metric decides. Default not known. */
  readonly experiment?: Experiment;
}

/** What is known of a run, and what of that is shown beside its state. */
interface Shown {
  readonly state: RunState;
  /** Of what goes on: what is made before the run begins has a time of its own. */
  estimate: TimeLeft;
  /** Lines that stay. */
  readonly notices: string[];
  readonly experiment: Experiment | null;
}

/** Least seconds between two drawings: with more than ten a second the kernel loses outputs. */
const REDRAW = 0.1;
/** Notices that are shown, the newest of them. */
const NOTICES = 8;

/**
 * Passes a run's events on and shows them under the cell: a bar with speed and time left, the loss terms and their
 * curves, the last validation and what should be known, in one output that is redrawn and whose last state is saved with
 * the notebook.
 *
 * While it goes, interrupting the cell stops the run after the step at hand, which keeps its checkpoint. Without that,
 * Jupyter's interrupt (SIGINT) would end the kernel. A detached run goes on, and its own words say how to find it again.
 *
 * @param start begins the run, given the signal that stops it
 * @throws {DOMException} "AbortError" when the run was stopped, or left, with a sentence on how to go on
 */
export async function* showProgress(
  start: (signal: AbortSignal) => AsyncIterable<RunEvent>,
  { signal, detached = false, experiment, output = newOutput(), now = () => performance.now() / 1000 }: ShowProgress =
    {},
): AsyncGenerator<RunEvent, void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const state = newRunState({ keep: Infinity }); // the curve draws every step
  const shown: Shown = { state, estimate: timeLeft(), notices: [], experiment: experiment ?? null };
  let drawn = -Infinity;
  Deno.addSignalListener("SIGINT", stop);
  try {
    for await (const event of start(AbortSignal.any([controller.signal, ...signal === undefined ? [] : [signal]]))) {
      takeIn(shown, event, now());
      if (event.kind === "done") {
        await output.show(finalBundle(shown, doneWords(event.record, state.worked)));
        return yield { ...event, record: displayable(event.record) };
      }
      if (now() - drawn >= REDRAW) {
        await output.show(movingBundle(shown, now()));
        drawn = now();
      }
      yield event;
    }
  } catch (error) {
    const stopped = error instanceof Error && error.name === "AbortError";
    const left = detached && (controller.signal.aborted || signal?.aborted === true);
    const place = state.making === null ? placeWords(state) : phaseWords(state);
    const words = `${left ? "left" : stopped ? "stopped" : "failed"} after ${place}`;
    await output.show(finalBundle(shown, words));
    await flushed(); // a cell that fails does not wait for its outputs
    if (!stopped) throw error;
    throw stoppedError(
      detached && state.making === null
        ? error.message
        : `${state.name}: ${words}. ${
          state.making === null ? "The checkpoint" : "What is made"
        } is kept, run the cell ` +
          "again to go on",
    );
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

function takeIn(shown: Shown, event: RunEvent, now: number): void {
  const { state, notices } = shown;
  const before = state.making;
  for (const { text, about } of take(state, event, now)) if (about === "notice") notices.push(text);
  if ((before === null) !== (state.making === null) || before?.part !== state.making?.part) {
    shown.estimate = timeLeft();
    if (event.kind === "making") shown.estimate.skip(share(state)); // what was there
  }
  const { estimate } = shown;
  if (event.kind === "start") estimate.skip(share(state)); // what a checkpoint holds says nothing of the time left
  if (event.kind === "done") takeRecord(state, event.record);
  else if (state.worked || state.making !== null) estimate.update(share(state), now);
}

/** All steps, also those before a checkpoint. */
function takeRecord(state: RunState, { experiment, steps }: RunRecord): void {
  const last = steps.at(-1)?.step ?? 0;
  Object.assign(state, { name: experiment.name, steps: Math.max(1, last), open: false, first: steps.at(0)?.step ?? 1 });
  state.terms.clear();
  for (const row of steps) takeStep(state, row);
}

function movingBundle(shown: Shown, now: number): Bundle {
  const { state, estimate, experiment } = shown;
  const left = estimate.left(1, now);
  const training = state.scoring === null && state.making === null;
  const words = [
    phaseWords(state),
    training ? paceWords(state, experiment) : "",
    left === null ? "" : `${duration(left)} left`,
  ].filter((piece) => piece !== "").join(", ");
  const percent = `${Math.floor(share(state) * 100 + 1e-9)} %`;
  const bar = `<div style="max-width:640px;height:6px;margin:4px 0;background:${ink.line};border-radius:3px">` +
    `<div style="width:${(share(state) * 100).toFixed(1)}%;height:6px;background:${colour(0)};border-radius:3px">` +
    "</div></div>";
  return bundle(shown, { words: `${words} · ${percent}`, bar, picture: state.terms.size === 0 ? "" : svgOf(state) });
}

/** The last state: its curve is a picture, which also a notebook shows that is not trusted. */
function finalBundle(shown: Shown, words: string): Bundle {
  const { state } = shown;
  if (state.terms.size === 0) return bundle(shown, { words, bar: "", picture: "" });
  const about = `Loss by step: ${[...state.terms.keys()].join(", ")}`;
  const packed = new TextEncoder().encode(svgOf(state)).toBase64();
  const picture = `<img alt="${escapeHtml(about)}" src="data:image/svg+xml;base64,${packed}">`;
  return bundle(shown, { words, bar: "", picture });
}

function svgOf({ terms, first, steps }: RunState): string {
  return curveSvg({ terms, first, steps });
}

function bundle(
  { state, notices, experiment }: Shown,
  { words, bar, picture }: { readonly words: string; readonly bar: string; readonly picture: string },
): Bundle {
  const losses = lossWords(state);
  const legend = losses.map(({ term, value }, i) =>
    `<span style="margin-right:16px;white-space:nowrap"><span style="color:${look(i).colour}">${lineKey(i)}</span> ` +
    `${escapeHtml(term)} ${value}</span>`
  );
  const validation = validationWords(state, experiment);
  if (validation !== "") legend.push(`<span style="white-space:nowrap">${escapeHtml(validation)}</span>`);
  const hidden = notices.length - NOTICES;
  const lines = [...hidden > 0 ? [`${plural(hidden, "notice")} before these`] : [], ...notices.slice(-NOTICES)];
  const told = [`${state.name}: ${words}`, ...losses.map(({ term, value }) => `${term} ${value}`), validation];
  return {
    "text/html": `<div><b>${escapeHtml(state.name)}</b>: ${escapeHtml(words)}</div>${bar}` +
      (legend.length === 0 ? "" : `<div>${legend.join(" ")}</div>`) + (picture === "" ? "" : `<div>${picture}</div>`) +
      lines.map((line) => `<div>${escapeHtml(line)}</div>`).join(""),
    "text/plain": [told.filter((piece) => piece !== "").join(", "), ...lines].join("\n"),
  };
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
