import { textWidth } from "../report/text.ts";
import { printable } from "../terminal/width.ts";

/** Columns of a terminal that a page of text takes. */
const WIDTH = 100;

/** Lines of a label and a text, broken between words under its first; those without a text are left out. */
export function labelled(rows: readonly (readonly [label: string, text: string | null])[]): string {
  const told = rows.flatMap(([label, text]) => text === null ? [] : [[printable(label), printable(text)] as const]);
  const indent = Math.min(24, Math.max(0, ...told.map(([label]) => textWidth(label)))) + 4;
  return told.map(([label, text]) => {
    const [first, ...rest] = broken(text, WIDTH - indent);
    const head = `  ${label}`;
    const space = " ".repeat(Math.max(2, indent - textWidth(head)));
    return [`${head}${space}${first}`, ...rest.map((line) => " ".repeat(indent) + line)].join("\n");
  }).join("\n");
}

/** The text in lines of so many columns at most, where its words allow. */
function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer) > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
