/** Columns that text takes in a terminal. */

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns of a text without control characters; a character of Chinese or an emoji takes two. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += graphemeWidth(segment);
  return columns;
}

/** The text, cut to so many columns; an ellipsis stands for what is missing. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let used = 1; // the ellipsis
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text on one line, without control characters: a name with an escape sequence in it must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").replace(/[[\p{Cc}\p{Cf}]--\u200d]/gv, "�");
}

function graphemeWidth(grapheme: string): number {
  if (/^[\p{Mark}\p{Cc}\p{Cf}]+$/u.test(grapheme)) return 0;
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(grapheme)) return 2;
  return WIDE.test(grapheme) ? 2 : 1;
}

// blocks whose characters are "wide" or "fullwidth", from Unicode Standard Annex 11
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
