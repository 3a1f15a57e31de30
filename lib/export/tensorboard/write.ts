/** Event files of TensorBoard, written from a run's folder or while the run goes. */
import { basename, join } from "node:path";
import { writeAll } from "../../runs/atomic.ts";
import { readEvents, readEventsFrom } from "../../runs/event_log.ts";
import { writerOf } from "../../runs/follow.ts";
import { readHeader, readRecord } from "../../runs/store.ts";
import type { RunEvent, RunRecord } from "../../types.ts";
import { recordOf } from "./record.ts";
import { type Said, summariesOf, testSummaries, textSummaries } from "./said.ts";
import { type Moment, type Summary, summaryMessage, versionMessage } from "./summary.ts";

/** Ends the name of a file of ours, which the next one takes the place of; "tfevents" in it is what TensorBoard looks for. */
const NAME = "events.out.tfevents.1.counterproof";

/** An event file, open for writing. */
interface EventFile extends Disposable {
  add(summaries: readonly Summary[], moment: Moment): Promise<void>;
}

/** Begins an event file in a folder, anew where there is one of ours. */
async function openEventFile(folder: string, at: number): Promise<EventFile> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(join(folder, NAME), { write: true, create: true, truncate: true });
  try {
    await writeAll(file, recordOf(versionMessage(at)));
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    add: async (summaries, moment) => {
      if (summaries.length > 0) await writeAll(file, recordOf(summaryMessage(summaries, moment)));
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** What was written. */
export interface TensorBoardWritten {
  /** Folder of the run below the one that TensorBoard is given. */
  readonly folder: string;
  /** Steps of which something is told. */
  readonly steps: number;
}

/** What is written beside numbers, and how long. */
export interface TensorBoardOptions {
  /** Whether figures of a finished run are drawn, which takes seconds: ROC, accuracy by test set, calibration. */
  readonly figures?: boolean;
  /** Whether a run that goes is followed to its end. */
  readonly follow?: boolean;
  /** Ends the following; the run goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Writes what a run says as an event file of TensorBoard: losses of every step, rate, times and validation of every
 * epoch, and the metrics of test sets once it is done; its definition and environment as text.
 *
 * @param run folder of the run, whatever its status
 * @param target the folder that TensorBoard is given; of each run it holds one, whose former file is replaced
 * @throws {Deno.errors.NotFound} when the run has no record; otherwise as `readRecord`
 */
export async function writeTensorBoard(
  run: string,
  target: string,
  { figures = false, follow = false, signal }: TensorBoardOptions = {},
): Promise<TensorBoardWritten> {
  const header = await readHeader(run);
  const folder = join(target, basename(run));
  const began = Date.parse(header.started);
  using file = await openEventFile(folder, began);
  await file.add(textSummaries(header), { step: 0, at: began });
  const steps = new Set<number>();
  let last: Moment = { step: 0, at: began };
  for await (const { at, event } of follow ? followed(run, signal) : toldBy(run)) {
    const { step, summaries } = summariesOf(event);
    if (summaries.length === 0) continue;
    steps.add(step);
    last = { step, at };
    await file.add(summaries, last);
  }
  const end = follow ? await readHeader(run) : header;
  if (end.status === "done") {
    await file.add(testSummaries(end.metrics), last);
    if (figures) { for (const one of await drawnFigures(await readRecord(run))) await file.add([one], last); }
  }
  return { folder, steps: steps.size };
}

/**
 * Writes what a run says into an event file of TensorBoard while it says it, and hands it on: a link in the chain between
 * `events` and whoever reads them.
 *
 * @param folder of this run below the one that TensorBoard is given
 *
 * @example
 * ```ts ignore
 * for await (const event of tensorBoard(events(definition), "tensorboard/dual")) {
 *   if (event.kind === "epoch") console.log(event.row.epoch);
 * }
 * ```
 */
export async function* tensorBoard(events: AsyncIterable<RunEvent>, folder: string): AsyncGenerator<RunEvent, void> {
  using file = await openEventFile(folder, Date.now());
  let last = 0;
  for await (const event of events) {
    const at = Date.now();
    const { step, summaries } = summariesOf(event);
    if (summaries.length > 0) last = step;
    await file.add(summaries, { step, at });
    if (event.kind === "done") {
      await file.add([...textSummaries(event.record), ...testSummaries(event.record.metrics)], { step: last, at });
    }
    yield event;
  }
}

type Told = AsyncGenerator<{ readonly at: number; readonly event: Said }, void>;

/** What a run's record holds, step by step, each at the time at which its events say it. */
async function* toldBy(run: string): Told {
  const { steps, history, started } = await readRecord(run);
  const times = new Map<string, number>();
  for await (const event of readEvents(run)) {
    if ("row" in event) times.set(`${event.kind} ${event.row.step}`, Date.parse(event.at));
  }
  const rows: Extract<Said, { readonly row: unknown }>[] = [
    ...steps.map((row) => ({ kind: "step" as const, row, seconds: NaN })),
    ...history.flatMap((row) => [
      ...row.between.map((between) => ({ kind: "validation" as const, epoch: row.epoch, row: between })),
      { kind: "epoch" as const, row, steps: row.step },
    ]),
  ];
  let at = Date.parse(started); // of what no event speaks, as in older runs, that of what is before it
  for (const event of rows.sort((a, b) => a.row.step - b.row.step)) {
    at = times.get(`${event.kind} ${event.row.step}`) ?? at;
    yield { at, event };
  }
}

/** Milliseconds between two looks. */
const LOOK = 500;

/** What a run has said and says, until nobody writes it any more. */
async function* followed(run: string, signal?: AbortSignal): Told {
  const writer = await writerOf(run);
  for (let at = 0;;) {
    const alive = await writer?.alive() ?? false; // asked first: what it says last is read after it ended
    for (;;) {
      const { events, next } = await readEventsFrom(run, at);
      if (next === at) break;
      at = next;
      for (const event of events) yield { at: Date.parse(event.at), event };
    }
    if (!alive || signal?.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

async function drawnFigures(record: RunRecord): Promise<Summary[]> {
  const { compare, plot } = await import("../../report/mod.ts");
  const { pngOf } = await import("../../notebook/save.ts");
  const figures = {
    roc: plot.roc([record]),
    "accuracy by test set": plot.bars(compare([record])),
    calibration: plot.calibration([record]),
  };
  const drawn: Summary[] = [];
  for (const [name, figure] of Object.entries(figures)) {
    drawn.push({ kind: "image", tag: `figures/${name}`, png: await pngOf(figure, { scale: 1 }) });
  }
  return drawn;
}
