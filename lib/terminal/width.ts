import { textWidth } from "../report/text.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text, cut to so many columns; an ellipsis stands for what is missing. */
export function fit(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let used = 1; // the ellipsis
  for (const { segment } of graphemes.segment(text)) {
    used += textWidth(segment);
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text on one line, without control characters: a name with an escape sequence in it must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").replace(/[[\p{Cc}\p{Cf}]--\u200d]/gv, "�");
}
