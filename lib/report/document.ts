/** The frame of every page: one HTML file that holds all it shows and asks no network for anything. */
import type { Figure } from "./figure.ts";
import { escapeHtml, inlineJson, join } from "./html.ts";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { packedPlotly } from "./plotly.ts";
import sort from "./sort.js" with { type: "text" };

/** A part of a page under a heading of its own. */
export interface Section {
  /** What links lead to. */
  readonly id: string;
  readonly title: string;
  /** HTML below the heading. */
  readonly body: string;
}

/** Sentences, and notes in smaller print. */
export type Answer = readonly (string | { readonly note: string })[];

/** What a page is made of; texts are no HTML, but for the bodies of sections. */
export interface DocumentParts {
  readonly title: string;
  /** A sentence or two below the heading. */
  readonly lead: string;
  /** What stands before everything else. */
  readonly answer: Answer;
  readonly sections: readonly Section[];
  /** Of Counterproof, which made it. */
  readonly version: string;
}

/**
 * A page as HTML, plotly.js included: about 2.6 MB. Equal parts give an equal page.
 */
export async function document({ title, lead, answer, sections, version }: DocumentParts): Promise<string> {
  return join([
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${css}</style>`,
    "</head>",
    "<body>",
    "<header>",
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="lead">${escapeHtml(lead)}</p>`,
    "</header>",
    ...(answer.length === 0 ? [] : [answerHtml(answer)]),
    `<nav aria-label="Contents">${join(sections.map(({ id, title }) => `<a href="#${id}">${title}</a>`))}</nav>`,
    "<main>",
    ...sections.map(({ id, title, body }) => `<section id="${id}"><h2>${title}</h2>\n${body}</section>`),
    "</main>",
    `<footer>Counterproof ${escapeHtml(version)} · figures by plotly.js (MIT)</footer>`,
    `<script type="text/plain" id="plotly">${await packedPlotly()}</script>`,
    `<script type="module">${sort}</script>`,
    `<script type="module">${script}</script>`,
    "</body>",
    "</html>",
    "",
  ]);
}

/** The page may run what stands in it and show what it makes, and fetch nothing. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

function answerHtml(answer: Answer): string {
  return join([
    '<section class="answer">',
    ...answer.map((one) => typeof one === "string" ? `<p>${escapeHtml(one)}</p>` : note(one.note)),
    "</section>",
  ]);
}

/** A figure of a page with the sentence below it; `name` is of its own on the page. */
export function figureHtml(
  name: string,
  { figure, caption }: { readonly figure: Figure; readonly caption: string },
): string {
  return join([
    "<figure>",
    `<div class="scroll"><div class="plot" data-figure="figure-${name}" style="min-height: ${figure.layout.height}px" ` +
    `role="img" aria-label="${escapeHtml(caption)}">`,
    "<p>The figure needs JavaScript; its numbers stand in the tables.</p>",
    "</div></div>",
    `<figcaption>${escapeHtml(caption)}</figcaption>`,
    "</figure>",
    `<script type="application/json" id="figure-${name}">${inlineJson(figure)}</script>`,
  ]);
}

/** A paragraph in smaller print. */
export function note(text: string): string {
  return `<p class="note">${escapeHtml(text)}</p>`;
}
