import type { Screen } from "../../lib/terminal/progress.ts";
import { textWidth } from "../../lib/report/text.ts";

/** A screen in memory with a clock of its own; understands what progress writes and no more. */
export interface TestScreen extends Screen {
  /** Everything written. */
  text(): string;
  /** Lines that stay, then the line the cursor is on. */
  lines(): string[];
  /** The widest line ever drawn. */
  widest(): number;
  pass(seconds: number): void;
  resize(columns: number): void;
}

export function testScreen(columns: number | null, color = false): TestScreen {
  let written = "";
  let seconds = 0;
  let widest = 0;
  const lines = [""];
  return {
    write(text) {
      written += text;
      // deno-lint-ignore no-control-regex -- colours take no column
      for (const piece of text.replace(/\x1b\[[\d;]*m/g, "").split(/(\r\x1b\[K|\r\x1b\[\d+A\x1b\[J|\n)/)) {
        const up = Number(/\[(\d+)A/.exec(piece)?.[1] ?? 0);
        if (piece === "\n") lines.push("");
        else if (up > 0) lines.splice(-1 - up, Infinity, "");
        else if (piece.startsWith("\r")) lines[lines.length - 1] = "";
        else lines[lines.length - 1] += piece;
        widest = Math.max(widest, textWidth(lines[lines.length - 1]));
      }
    },
    columns: () => columns,
    color,
    now: () => seconds,
    text: () => written,
    lines: () => lines,
    widest: () => widest,
    pass: (more) => seconds += more,
    resize: (to) => columns = to,
  };
}
