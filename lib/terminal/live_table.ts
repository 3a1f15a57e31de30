import { type Screen, standardError } from "./progress.ts";
import { fit, printable } from "./width.ts";

/** A table that updates in place. Disposing it leaves what it shows standing. */
export interface LiveTable extends Disposable {
  /**
   * Shows how things stand: a sentence, and lines below it, asked for when they are drawn.
   *
   * @param lines as many as there are rows for, of so many columns
   */
  update(sentence: string, lines: (room: { readonly columns: number; readonly rows: number }) => string[]): void;
  /** Prints a line that stays, above the table. */
  say(line: string): void;
}

/** A screen whose height may be known, too. */
export type TableScreen = Screen & { rows?(): number };

/** Least seconds between two drawings in a terminal, and between two lines in a file. */
const REDRAW = 0.25;
const LINE = 10;

/** Rows of a terminal whose size nobody tells, and those that are left to what stands above the table. */
const ROWS = 24, FREE = 4;

/** Shows a table in a terminal; elsewhere its sentence, now and then. */
export function liveTable(screen: TableScreen = standardError()): LiveTable {
  let drawn = 0; // lines
  let last = screen.columns() === null ? screen.now() : -Infinity;
  let shown: Parameters<LiveTable["update"]> | null = null;
  const clear = (): void => {
    if (drawn > 0) screen.write(`\r\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    const columns = screen.columns();
    if (shown === null || columns === null) return;
    const rows = Math.max(1, (screen.rows?.() ?? terminalRows()) - FREE);
    const [sentence, below] = shown;
    const lines = [sentence, ...below({ columns: columns - 1, rows })];
    clear();
    screen.write(lines.map((line) => `${fit(line, columns - 1)}\n`).join(""));
    drawn = lines.length;
  };
  return {
    update(...now) {
      shown = now;
      const at = screen.now();
      if (at - last < (screen.columns() === null ? LINE : REDRAW)) return;
      last = at;
      if (screen.columns() === null) screen.write(`${printable(now[0])}\n`);
      else draw();
    },
    say(line) {
      clear();
      screen.write(`${printable(line)}\n`);
      draw();
    },
    [Symbol.dispose]: () => {
      if (drawn > 0) draw(); // as it is now, and not as it was when it was last drawn
      drawn = 0;
    },
  };
}

function terminalRows(): number {
  try {
    return Deno.consoleSize().rows || ROWS;
  } catch {
    return ROWS;
  }
}
