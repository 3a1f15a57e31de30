/** A sweep in a terminal: a table of its runs that updates in place, and above it lines that stay. */
import type { SweepEvent, SweepTable } from "../cluster/events.ts";
import type { SweepRow } from "../cluster/rows.ts";
import { duration } from "../report/numbers.ts";
import { alignedText, plural, type TextColumn } from "../report/text.ts";
import { makingOn } from "./making.ts";
import { liveTable, type TableScreen } from "./live_table.ts";
import { progress, standardError } from "./progress.ts";
import { three } from "./words.ts";

/** Shows a sweep's events. Disposing it leaves the last table standing. */
export interface SweepScreen extends Disposable {
  take(event: SweepEvent): void;
  /** Prints a line that stays. */
  say(line: string): void;
}

/** Shows how the runs of a sweep stand, as many of them as the terminal has lines; a line now and then elsewhere. */
export function sweepScreen(screen: TableScreen = standardError()): SweepScreen {
  const bar = progress(screen);
  const making = makingOn(bar);
  const live = liveTable(screen);
  const say = (line: string): void => {
    bar[Symbol.dispose]();
    live.say(line);
  };
  return {
    say,
    take(event) {
      if (event.kind === "making") return making(event);
      bar[Symbol.dispose]();
      if (event.kind === "notice") live.say(event.text);
      if (event.kind === "ended") live.say(endedLine(event.row));
      if (event.kind === "rung") live.say(rungLine(event));
      if (event.kind !== "table") return;
      const { rows } = event.table;
      live.update(sentence(event.table), (room) => tableLines(rows, room));
    },
    [Symbol.dispose]: () => {
      bar[Symbol.dispose]();
      live[Symbol.dispose]();
    },
  };
}

/** "3 of 27 runs done, 2 going, 22 waiting; 12 min 05 s left; 2 processes of 1 thread on this machine". */
export function sentence({ rows, place, until, secondsLeft }: SweepTable): string {
  const count = (status: SweepRow["status"]): number => rows.filter((row) => row.status === status).length;
  const failed = count("failed");
  const parts = [
    `${count("done")} of ${plural(rows.length, "run")} done`,
    ...[["running", "going"], ["waiting", "waiting"], ["paused", "paused"], ["stopped", "stopped early"]]
      .flatMap(([status, words]) => {
        const many = count(status as SweepRow["status"]);
        return many === 0 ? [] : [`${many} ${words}`];
      }),
    ...failed === 0 ? [] : [`${failed} failed`],
  ];
  const next = until === null ? "" : `; decided at the end of epoch ${until}`;
  const over = rows.every(({ status }) => ["done", "failed", "stopped"].includes(status));
  const left = over || secondsLeft === null ? "" : `; ${duration(secondsLeft)} left`;
  return `${parts.join(", ")}${next}${left}${place === null ? "" : `; ${place}`}`;
}

/** What became of a run, as a line that stays. */
export function endedLine({ name, seed, tags, status, epochs, value, metric, error }: SweepRow): string {
  const point = Object.entries(tags).map(([tag, at]) => `, ${tag} ${at}`).join("");
  const called = `${name}${point}, seed ${seed}`;
  if (status === "failed") return `${called}: failed: ${error}`;
  return `${called}: done after ${plural(epochs, "epoch")}${
    value === null ? "" : `, validation ${metric} ${three(value)}`
  }`;
}

/** Who goes on, as a line that stays. */
export function rungLine({ epoch, metric, points }: Extract<SweepEvent, { kind: "rung" }>): string {
  const on = points.filter(({ goesOn }) => goesOn);
  const least = Math.min(...on.map(({ value }) => value!));
  return `Epoch ${epoch}: of ${plural(points.length, "point")} ${on.length} ${on.length === 1 ? "goes" : "go"} on` +
    (on.length === 0 ? "" : `, with ${metric} of ${three(least)} or more`);
}

/** In which order rows that do not all fit are shown. */
const ORDER: readonly SweepRow["status"][] = ["running", "failed", "done", "paused", "waiting", "stopped"];

/** The table, as many rows of it as there is room for: those that go first, and of each kind the best. */
export function tableLines(
  rows: readonly SweepRow[],
  { columns, rows: room }: { readonly columns: number; readonly rows: number },
): string[] {
  const fits = rows.length + 2 <= room;
  const most = fits ? rows.length : Math.max(1, room - 3);
  const order = [...rows.keys()].sort((a, b) =>
    ORDER.indexOf(rows[a].status) - ORDER.indexOf(rows[b].status) ||
    (rows[b].value ?? -Infinity) - (rows[a].value ?? -Infinity) || a - b
  );
  const shown = (fits ? [...rows.keys()] : order.slice(0, most)).map((i) => rows[i]);
  const lines = alignedText(columnsOf(shown), { width: columns }).split("\n");
  return fits ? lines : [...lines, `and ${rows.length - shown.length} more`];
}

function columnsOf(rows: readonly SweepRow[]): TextColumn[] {
  const tags = [...new Set(rows.flatMap(({ tags }) => Object.keys(tags)))];
  const metrics = new Set(rows.map(({ metric }) => metric));
  const of = metrics.size === 1 ? [...metrics][0] : "validation";
  return [
    { title: "run", cells: rows.map(({ name }) => name), shrinks: true },
    ...tags.map((tag) => ({ title: tag, cells: rows.map(({ tags }) => String(tags[tag] ?? "")), shrinks: true })),
    ...new Set(rows.map(({ seed }) => seed)).size < 2
      ? []
      : [{ title: "seed", cells: rows.map(({ seed }) => String(seed)), right: true }],
    {
      title: "epochs",
      cells: rows.map(({ epochs, planned }) => planned === null ? String(epochs) : `${epochs}/${planned}`),
      right: true,
    },
    { title: of, cells: rows.map(({ value }) => value === null ? "" : three(value)), right: true },
    { title: "stands", cells: rows.map(standsWords), shrinks: true },
  ];
}

/** "step 12 of 40 (process 71)", "waiting: memory", "stopped early". */
export function standsWords({ status, where, doing, error }: SweepRow): string {
  if (status === "running") return `${doing}${where === null ? "" : ` (${where})`}`;
  if (status === "waiting") return where === null ? "waiting" : `waiting: ${where}`;
  if (status === "stopped") return "stopped early";
  return status === "failed" ? `failed: ${error?.split("\n")[0]}` : status;
}
