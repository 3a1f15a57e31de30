/** The frame of every page: one HTML file that holds all it shows and asks no network for anything. */
import type { Figure } from "./figure.ts";
import { escapeHtml, inlineJson, join } from "./html.ts";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { packedPlotly } from "./plotly.ts";
import { seriesHtml } from "./series.ts";
import sort from "./sort.js" with { type: "text" };

/** A part of a page under a heading of its own. */
export interface Section {
  /** What links lead to. */
  readonly id: string;
  /** Its heading. */
  readonly title: string;
  /** HTML below the heading; headings in it begin at h3. */
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
 * A page as HTML, plotly.js included: about 0.7 MB. Equal parts give an equal page.
 *
 * It is made to be read by keyboard and by screen reader as well: landmarks, headings in order, a link past the contents,
 * tables under captions with heads that say of what, and the numbers of each figure in a table or in words beside it.
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
    ...(sections.length === 0 ? [] : [`<a class="skip" href="#${sections[0].id}">Past the contents</a>`]),
    "<header>",
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="lead">${escapeHtml(lead)}</p>`,
    "</header>",
    "<main>",
    ...(answer.length === 0 ? [] : [answerHtml(answer)]),
    `<nav aria-label="Contents">${join(sections.map(contentsLink))}</nav>`,
    ...sections.map(sectionHtml),
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
const policy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; " +
  "form-action 'none'";

function answerHtml(answer: Answer): string {
  return join([
    '<section class="answer" aria-label="Answer">',
    ...answer.map((one) => typeof one === "string" ? `<p>${escapeHtml(one)}</p>` : note(one.note)),
    "</section>",
  ]);
}

function contentsLink({ id, title }: Section): string {
  return `<a href="#${id}">${escapeHtml(title)}</a>`;
}

function sectionHtml({ id, title, body }: Section): string {
  return `<section id="${id}" tabindex="-1" aria-labelledby="${id}-title">` +
    `<h2 id="${id}-title">${escapeHtml(title)}</h2>\n${body}</section>`;
}

/** What a page shows as a figure. */
export interface Shown {
  readonly figure: Figure;
  /** A sentence or two below it. */
  readonly caption: string;
  /** Where its numbers stand, as a sentence; left out where they are to stand in a table of their own below it. */
  readonly numbers?: string;
}

/** A figure of a page with what stands below it; `name` is of its own on the page. */
export function figureHtml(name: string, { figure, caption, numbers }: Shown): string {
  return join([
    "<figure>",
    // a region that scrolls has to be reached by keyboard
    `<div class="scroll" tabindex="0" role="group" aria-labelledby="caption-${name}">`,
    `<div class="plot" data-figure="figure-${name}" data-caption="caption-${name}" ` +
    `style="min-height: ${figure.layout.height}px">`,
    "<p>The figure needs JavaScript; its numbers are told below or in the tables.</p>",
    "</div></div>",
    `<figcaption id="caption-${name}">${
      escapeHtml(numbers === undefined ? caption : `${caption} ${numbers}`)
    }</figcaption>`,
    "</figure>",
    ...(numbers === undefined ? [seriesHtml(figure, caption)] : []),
    `<script type="application/json" id="figure-${name}">${inlineJson(figure)}</script>`,
  ]);
}

/** A paragraph in smaller print. */
export function note(text: string): string {
  return `<p class="note">${escapeHtml(text)}</p>`;
}
