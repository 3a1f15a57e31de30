import { escapeHtml, join } from "./html.ts";

/** One cell of a table. */
export interface Cell {
  readonly text: string;
  /** A second line, smaller. */
  readonly under?: string;
  /** What it is sorted by; the text where it is left out. */
  readonly value?: number;
}

/** One row of a table. */
export interface Row {
  readonly head: Cell;
  /** By column; null where there is nothing. */
  readonly cells: readonly (Cell | null)[];
  /** A mean, on a ground of its own. */
  readonly mean?: boolean;
  /** Stands below the others however they are sorted. */
  readonly last?: boolean;
}

/** What a table shows. */
export interface Table {
  /** A sentence above it: what stands in rows, columns and cells. */
  readonly caption: string;
  /** Title of the column of heads. */
  readonly corner: string;
  readonly columns: readonly {
    readonly title: string;
    /** A mean, on a ground of its own. */
    readonly mean?: boolean;
    /** Texts stand to the left, numbers to the right. */
    readonly texts?: boolean;
  }[];
  readonly rows: readonly Row[];
  /** Whether long texts are broken into lines. */
  readonly wraps?: boolean;
}

/**
 * An HTML table that the page's script makes sortable by its column heads. Rows that stay last have a body of their own,
 * which the script leaves alone; without the script it is a plain table in the given order.
 */
export function sortableHtml({ caption, corner, columns, rows, wraps }: Table): string {
  const classes = (...names: (string | false | undefined)[]): string => {
    const given = names.filter((name) => typeof name === "string");
    return given.length === 0 ? "" : ` class="${given.join(" ")}"`;
  };
  const line = ({ head, cells, mean }: Row): string => {
    const tds = cells.map((cell, i) => {
      const kind = classes(columns[i].mean && "means", columns[i].texts && "texts");
      return cell === null ? `<td${kind}>–</td>` : `<td${kind}${valueOf(cell)}>${content(cell)}</td>`;
    });
    return `<tr${classes(mean && "means")}><th scope="row"${valueOf(head)}>${content(head)}</th>${join(tds)}</tr>`;
  };
  const heads = columns.map(({ title, mean, texts }) =>
    `<th scope="col"${classes(mean && "means", texts && "texts")}>${escapeHtml(title)}</th>`
  );
  const body = rows.filter(({ last }) => !last).map(line);
  const last = rows.filter(({ last }) => last).map(line);
  return join([
    // what scrolls has to be reached by keyboard, and what is reached has to say what it is
    `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(caption)}">`,
    `<table class="sortable${wraps ? " wraps" : ""}">`,
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr><th scope="col">${escapeHtml(corner)}</th>${join(heads)}</tr></thead>`,
    `<tbody>${join(body)}</tbody>`,
    ...(last.length === 0 ? [] : [`<tbody class="last">${join(last)}</tbody>`]),
    "</table></div>",
  ]);
}

function content({ text, under }: Cell): string {
  return `${escapeHtml(text)}${under === undefined ? "" : `<small>${escapeHtml(under)}</small>`}`;
}

/** Every cell says what it is sorted by when its text alone does not. */
function valueOf({ text, under, value }: Cell): string {
  if (value === undefined && under === undefined) return "";
  return ` data-value="${escapeHtml(String(value ?? text))}"`;
}
