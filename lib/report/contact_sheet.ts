import { escapeHtml } from "./html.ts";

/** A picture as a page holds it. */
export interface SheetPicture {
  /** Address of its bytes, a data URL. */
  readonly source: string;
  /** What it shows, for those who do not see it. */
  readonly about: string;
}

/** A row of a contact sheet: a title, and cells of pictures below one another. */
export interface SheetRow {
  readonly title: string;
  readonly note: string;
  readonly cells: readonly (readonly SheetPicture[])[];
}

/** A table of pictures under their heads, as a piece of HTML that brings its style along. */
export function contactSheet(
  { heads, rows, side }: { heads: readonly string[]; rows: readonly SheetRow[]; side: number },
): string {
  const shown = Math.min(Math.max(side, 96), 160); // tiny pictures enlarged, large ones fit beside one another
  const head = ["", ...heads].map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(({ title, note, cells }) => {
    const pictures = cells.map((cell) => `<td>${cell.map((one) => picture(one, shown)).join("")}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(title)}<br><small>${escapeHtml(note)}</small></th>${pictures}</tr>`;
  });
  return `<div class="contact-sheet"><style>${STYLE}</style>\n` +
    `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

// a class of its own, since a notebook's page has other tables
const STYLE = ".contact-sheet{overflow-x:auto;font:14px/1.4 system-ui,sans-serif}" +
  ".contact-sheet table{border-collapse:collapse}" +
  ".contact-sheet th,.contact-sheet td{padding:4px;text-align:left;vertical-align:top;font-weight:normal}" +
  ".contact-sheet thead th{opacity:.7}" +
  ".contact-sheet th[scope=row]{max-width:14rem;overflow-wrap:anywhere}" +
  ".contact-sheet small{opacity:.7}" +
  ".contact-sheet img{display:block;max-width:none;margin-bottom:4px;image-rendering:pixelated}";

function picture({ source, about }: SheetPicture, side: number): string {
  return `<img src="${escapeHtml(source)}" alt="${escapeHtml(about)}" title="${escapeHtml(about)}" ` +
    `width="${side}" height="${side}">`;
}

/** A piece of HTML as a page of its own, which loads nothing. */
export function sheetPage({ title, note, sheet }: { title: string; note: string; sheet: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<body style="margin:2rem">
<h1 style="font:600 1.4rem/1.3 system-ui,sans-serif;margin:0">${escapeHtml(title)}</h1>
<p style="font:14px/1.5 system-ui,sans-serif;max-width:46rem">${escapeHtml(note)}</p>
${sheet}
</body>
</html>
`;
}
