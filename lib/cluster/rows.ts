/** How the runs of a sweep stand: what its table shows, and what decides who goes on. */
import { ifThere } from "../if_there.ts";
import type { Coordinate } from "../definition/grid.ts";
import { lastWords } from "../runs/child.ts";
import { lastEvent } from "../runs/event_log.ts";
import type { RunHeader } from "../runs/record.ts";
import { readHeader } from "../runs/store.ts";
import { phaseWords } from "../terminal/run_state.ts";
import type { EpochRow } from "../types.ts";
import { valueAt } from "./halving.ts";
import type { Standing, Task } from "./place.ts";
import type { SweepRun } from "./runs.ts";
import { type Watch, watch } from "./watch.ts";

/** One run in the table of a sweep, in plain values. */
export interface SweepRow {
  /** Of the definition. */
  readonly name: string;
  /** The one it runs under. */
  readonly seed: number;
  /** Its place on the axes of the sweep. */
  readonly tags: Readonly<Record<string, Coordinate>>;
  /** Of the run. */
  readonly id: string;
  /** Where it stands, or is to stand. */
  readonly folder: string;
  /** Runs of one point differ in their seed alone. */
  readonly point: number;
  /**
   * "waiting" for its turn; "paused" at the end of an epoch until it is decided who goes on; "stopped" early: others were
   * better, and its checkpoint is kept; "failed": see `error`.
   */
  readonly status: "waiting" | "running" | "paused" | "stopped" | "failed" | "done";
  /** The process or machine it runs on, or why it waits; null where there is nothing to tell. */
  readonly where: string | null;
  /** What it does now; empty when it does not run. */
  readonly doing: string;
  /** Whole epochs behind it. */
  readonly epochs: number;
  /** How many there are to be; null: until its schedule ends it. */
  readonly planned: number | null;
  /** Best of the validations so far, or the last where the definition keeps the last; null before the first. */
  readonly value: number | null;
  /** Name of that metric. */
  readonly metric: string;
  /** Why it failed; null: it has not. */
  readonly error: string | null;
}

/** A run, and all that is known of it. Changes in place as it goes. */
export interface Standee {
  readonly run: SweepRun;
  status: SweepRow["status"];
  history: readonly EpochRow[];
  /** Largest memory of its process, MB; null: it is not known. */
  megabytes: number | null;
  error: string | null;
  task: Task | null;
  standing: Standing | null;
  watch: Watch | null;
  /** Crashes at one place, and the step of that. */
  crashes: { readonly count: number; readonly step: number };
  /** Length of its log before its process began, and when that was handed over. */
  words: { readonly from: number; readonly since: string };
}

/** A run as its record has it. */
export async function standeeOf(run: SweepRun): Promise<Standee> {
  const standee: Standee = {
    ...{ run, status: "waiting", history: [], megabytes: null, error: null, task: null, standing: null, watch: null },
    ...{ crashes: { count: 0, step: 0 }, words: { from: 0, since: "" } },
  };
  await readStanding(standee);
  return standee;
}

/** Takes in what the run's record says; null where there is none that can be read, which its process will tell or mend. */
export async function readStanding(standee: Standee): Promise<RunHeader | null> {
  let header: RunHeader | null = null;
  try {
    header = await ifThere(readHeader(standee.run.folder));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  if (header === null) return null;
  standee.history = header.history;
  standee.megabytes = header.megabytes;
  if (header.status === "done") standee.status = "done";
  return header;
}

/** Begins to watch a run that is handed over. */
export async function handedOver(standee: Standee, task: Task): Promise<void> {
  const { folder } = standee.run;
  const from = await Deno.stat(task.log).then(({ size }) => size, () => 0);
  const last = await lastEvent(folder).catch(() => null); // one that is damaged its process will tell of
  const watched = watch(folder, { since: last === null ? 0 : Date.parse(last.at) });
  Object.assign(standee, { task, standing: null, status: "waiting", error: null, watch: watched });
  standee.words = { from, since: new Date().toISOString() };
}

/** Whether nothing more comes of a run in this sweep. */
export function isOver({ status }: Standee): boolean {
  return status === "done" || status === "failed" || status === "stopped";
}

/** Whether a run has reached the end of an epoch, or its own. */
export function hasReached({ status, history }: Standee, epoch: number | null): boolean {
  return status === "done" || (epoch !== null && history.length >= epoch);
}

/** What its processes printed last, lines under one another behind a colon; empty where they said nothing. */
export async function wordsOf({ run: { folder }, words: { from } }: Standee): Promise<string> {
  const { file, lines } = await lastWords(folder, { from, since: "", most: 8 });
  return lines.length === 0 ? "" : `. The end of "${file}":${lines.map((line) => `\n  ${line}`).join("")}`;
}

/** A run as the table has it. */
export function rowOf(standee: Standee, metric: string): SweepRow {
  const { run, status, standing, watch, error } = standee;
  const { experiment: { name, seed, tags, epochs }, id, folder, point } = run;
  const running = standing?.kind === "going" && status === "running";
  const history = running && watch !== null && watch.history.length > standee.history.length
    ? watch.history
    : standee.history;
  const value = valueAt(run.experiment, history, { metric, epoch: Infinity });
  return {
    ...{ name, seed, tags, id, folder, point, status, metric, error },
    where: standing?.kind === "going" ? standing.where : standing?.kind === "waiting" ? standing.why : null,
    doing: running && watch !== null ? watch.state.worked ? phaseWords(watch.state) : "starting" : "",
    ...{ epochs: history.length, planned: epochs },
    value: Number.isNaN(value) ? null : value,
  };
}

/** Epochs, or where nobody knows how many there will be shares of a run, that are behind it: what time left counts. */
export function unitsOf({ run: { experiment: { epochs } }, status, history, watch, standing }: Standee): number {
  const whole = epochs ?? 1;
  if (status === "done") return whole;
  const { step, steps } = watch?.state ?? { step: 0, steps: 1 };
  const going = standing?.kind === "going" ? whole * Math.min(1, step / steps) : 0;
  return Math.max(going, epochs === null ? 0 : history.length);
}
