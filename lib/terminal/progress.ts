import { duration } from "../report/numbers.ts";
import { timeLeft } from "./time_left.ts";
import { textWidth } from "../report/text.ts";
import { fit, printable } from "./width.ts";

/** Where progress is shown. */
export interface Screen {
  write(text: string): void;
  /** Columns of the terminal; null when it is no terminal but a file or a pipe. */
  columns(): number | null;
  readonly color: boolean;
  /** Seconds of a clock that never goes back. */
  now(): number;
}

/** One line about work that takes a while. Disposing it takes the line away. */
export interface Progress extends Disposable {
  /**
   * So much of the whole is done, and a few words on what is going on. When less is done than before, other
   * work has begun, and the time left is estimated anew.
   *
   * @param done in any unit, 0…total
   */
  update(done: number, total: number, text: string): void;
  /** So many units became done without work and say nothing of the time left. */
  skip(units: number): void;
  /** Prints a line that stays, above the one that moves. */
  say(line: string): void;
}

/** Least seconds between two drawings in a terminal, and between two lines in a file. */
const REDRAW = 0.1;
const LINE = 10;

/**
 * Shows how far work has come and how long it still takes: one line that updates in a terminal, a line of its
 * own every ten seconds elsewhere. Fits any width; draws in colour unless NO_COLOR is set.
 *
 * @example
 * ```ts
 * import { progress } from "./progress.ts";
 *
 * using bar = progress();
 * for (let done = 1; done <= 3; done++) bar.update(done, 3, `patch ${done}`);
 * ```
 */
export function progress(screen: Screen = standardError()): Progress {
  let estimate = timeLeft();
  let reached = 0;
  let drawn = false;
  let last = screen.columns() === null ? screen.now() : -Infinity;
  const clear = (): void => {
    if (drawn) screen.write("\r\x1b[K");
    drawn = false;
  };
  return {
    update(done, total, text) {
      const now = screen.now();
      if (done < reached - 1e-9 * total) estimate = timeLeft(); // other work has begun
      reached = done;
      estimate.update(done, now);
      const columns = screen.columns();
      if (now - last < (columns === null ? LINE : REDRAW)) return;
      last = now;
      const state = { share: total > 0 ? Math.min(1, done / total) : 0, text, left: estimate.left(total, now) };
      if (columns === null) {
        screen.write(plainLine(state) + "\n");
      } else {
        screen.write(`\r\x1b[K${movingLine(state, columns, screen.color)}`);
        drawn = true;
      }
    },
    skip(units) {
      estimate.skip(units);
      reached += units;
    },
    say(line) {
      clear();
      screen.write(printable(line) + "\n");
      if (screen.columns() !== null) last = -Infinity;
    },
    [Symbol.dispose]: clear,
  };
}

/**
 * Standard error, where progress stands in nobody's way when the output goes into a file. When nobody is there to read
 * it, as after the terminal was closed, the words are lost and the work goes on.
 */
export function standardError(): Screen {
  const moving = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
  const encoder = new TextEncoder();
  return {
    write: (text) => {
      const bytes = encoder.encode(text);
      try {
        for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
      } catch {
        // training that a closed terminal ended would lose what it has not yet written down
      }
    },
    columns: () => {
      if (!moving) return null;
      try {
        return Deno.consoleSize().columns || 80;
      } catch {
        return 80; // a terminal that does not tell its size; some tell 0
      }
    },
    color: !Deno.noColor,
    now: () => performance.now() / 1000,
  };
}

interface State {
  /** 0…1. */
  readonly share: number;
  readonly text: string;
  readonly left: number | null;
}

function plainLine({ share, text, left }: State): string {
  const ending = left === null ? "" : `, ${duration(left)} left`;
  return `${percent(share)}  ${printable(text)}${ending}`;
}

/** Bar, percentage, time left and words, as many of them as fit; the last column stays free, lest the line wrap. */
function movingLine({ share, text, left }: State, columns: number, color: boolean): string {
  const room = columns - 1;
  const head = percent(share);
  const tail = left === null ? "" : `${duration(left)} left`;
  const fixed = textWidth(head) + (tail === "" ? 0 : textWidth(tail) + 2);
  if (fixed > room) return fit(head, room);
  const words = printable(text);
  // the bar takes what the words leave, at least 8 columns, and gives way where that would leave them fewer than 16
  const free = room - fixed - 3;
  const bar = Math.min(24, Math.max(8, free - textWidth(words)));
  let line = head;
  let used = fixed;
  if (free - bar >= Math.min(textWidth(words), 16)) {
    line = `${drawBar(share, bar, color)} ${head}`;
    used += bar + 1;
  }
  if (tail !== "") line += `  ${tail}`;
  const rest = room - used - 2;
  return rest >= 4 ? `${line}  ${fit(words, rest)}`.trimEnd() : line;
}

function drawBar(share: number, columns: number, color: boolean): string {
  const full = Math.round(share * columns);
  const [done, open] = ["━".repeat(full), (color ? "━" : "·").repeat(columns - full)];
  return color ? `\x1b[36m${done}\x1b[2;37m${open}\x1b[0m` : done + open;
}

/** Rounded down: 100 % is said only of what is done. */
function percent(share: number): string {
  return `${String(Math.floor(share * 100 + 1e-9)).padStart(3)} %`;
}
