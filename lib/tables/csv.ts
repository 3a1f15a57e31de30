/** One record of a CSV file. */
export interface CsvRecord {
  /** Line of the file that it begins in, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The records of a text in the form of RFC 4180: cells between commas, in quotes where they hold commas, quotes (written
 * twice) or line breaks. Lines may end as on Unix or Windows; a byte order mark and empty lines are passed over.
 *
 * @throws {RangeError} for a quote that is not closed, or text behind one; names the line
 */
export function* csvRecords(text: string): Generator<CsvRecord> {
  let line = 1;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    const plain = text.slice(at, end > at && text[end - 1] === "\r" ? end - 1 : end);
    if (!plain.includes('"')) { // nearly every line, at once
      if (plain !== "") yield { line, cells: plain.split(",") };
      line += 1;
      at = end + 1;
      continue;
    }
    const { cells, next, lines } = quotedRecord(text, at, line);
    yield { line, cells };
    line += lines;
    at = next;
  }
}

/** A record that has quotes, where the next begins, and how many lines it takes. */
function quotedRecord(text: string, start: number, line: number): { cells: string[]; next: number; lines: number } {
  const cells: string[] = [];
  let at = start, lines = 1;
  for (;;) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1;; at += 2) {
        const quote = text.indexOf('"', at);
        if (quote < 0) throw new RangeError(`Cannot read line ${line} as CSV: a quote is not closed`);
        cell += text.slice(at, quote);
        at = quote;
        if (text[at + 1] !== '"') break;
        cell += '"';
      }
      at += 1;
      for (const character of cell) if (character === "\n") lines += 1;
    } else {
      const from = at;
      while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
      cell = text.slice(from, at).replace(/\r$/, "");
    }
    cells.push(cell);
    if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
    if (at >= text.length || text[at] === "\n") return { cells, next: at + 1, lines };
    if (text[at] !== ",") {
      throw new RangeError(
        `Cannot read line ${line} as CSV: found "${text[at]}" behind a closed quote, expected a comma`,
      );
    }
    at += 1;
  }
}

/**
 * A table in the form of RFC 4180: a line of names, then one for each row, cells in quotes where they need them. A
 * missing value is an empty cell, numbers are written so that they are read back to the last bit, NaN and infinities as
 * Python and R read them.
 */
export function* csvLines(columns: Readonly<Record<string, readonly unknown[]>>): Generator<string> {
  const all = Object.values(columns);
  yield `${Object.keys(columns).map(cell).join(",")}\r\n`;
  for (let row = 0; row < (all[0]?.length ?? 0); row++) yield `${all.map((values) => cell(values[row])).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value === Infinity || value === -Infinity) return value > 0 ? "inf" : "-inf";
  const text = String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
}
