import type { Figure } from "../report/figure.ts";
import { escapeHtml, inlineJson } from "../report/html.ts";
import type { Bundle } from "./kernel.ts";

/** Height of a figure that does not tell its own, and width of its picture, in pixels. */
const HEIGHT = 450;
const WIDTH = 800;

/**
 * A figure as a notebook shows it: a static picture, for which a script puts the live plot once plotly.js is there. The
 * first figure of a kernel brings plotly.js along. Where scripts do not run, as in a notebook that is not trusted, the
 * picture stays; nothing is asked of a network.
 */
export async function figureBundle(figure: Figure): Promise<Bundle> {
  const about = described(figure);
  const height = figure.layout.height ?? HEIGHT;
  const library = carriesLibrary(about) ? await libraryScript() : "";
  return {
    "text/html": `${library}<div style="min-height:${height}px;max-width:1000px">${await picture(figure, about)}` +
      `<script>(${mount})(${inlineJson(figure)})</script></div>`,
    "text/plain": about,
  };
}

/** What the figure is, in words: what stands where no figure can. */
function described({ data, layout }: Figure): string {
  const names = [...new Set(data.map((trace) => String(("name" in trace && trace.name) || trace.type)))].map(plainText);
  const axis = layout.yaxis?.title;
  const what = typeof axis === "string" ? axis : axis?.text ?? "";
  return `Figure${what === "" ? "" : ` of ${plainText(what)}`}: ${names.join(", ")}`;
}

/** A text as plotly shows it: without tags, its entities resolved. */
function plainText(text: string): string {
  return text.replace(/<br>/g, " ").replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The figure that brought plotly.js along, in words. */
let carrier: string | null = null;

/**
 * Whether a figure has to bring plotly.js along: the first does, and does so again, since its cell may have been run
 * once more and what stood below it be gone.
 */
function carriesLibrary(about: string): boolean {
  carrier ??= about;
  return carrier === about;
}

async function picture(figure: Figure, about: string): Promise<string> {
  const height = figure.layout.height ?? HEIGHT;
  const size = { width: WIDTH, height };
  const svg = await load<typeof import("./picture.ts")>("./picture.ts")
    .then(({ canDraw, drawPicture }) => canDraw(figure) ? drawPicture(figure, size) : null)
    .catch((error) => error instanceof Error ? error : new Error(String(error)));
  if (typeof svg === "string") {
    const packed = new TextEncoder().encode(svg).toBase64();
    const style = "width:100%;max-width:800px";
    return `<img alt="${escapeHtml(about)}" style="${style}" src="data:image/svg+xml;base64,${packed}">`;
  }
  // the live plot still works, so that a missing package must not cost the figure
  const reason = svg === null ? "" : ` (no picture could be drawn: ${svg.message})`;
  return `<p>${escapeHtml(`${about}. It needs JavaScript${reason}`)}</p>`;
}

async function libraryScript(): Promise<string> {
  const { packedPlotly } = await load<typeof import("../report/plotly.ts")>("../report/plotly.ts");
  return `<script>(${unpack})("${await packedPlotly()}")</script>`;
}

/** Loaded only now: most who import the library never show a figure, and need not download what draws it. */
async function load<Module>(path: string): Promise<Module> {
  // not a literal, or Deno would count it among what has to be there
  return await import(new URL(path, import.meta.url).href) as Module;
}

/** Runs in the reader's browser: unpacks plotly.js and tells the figures that it is there. */
const unpack = `async (packed) => {
  if (window.counterproofPlotly !== undefined) return;
  window.counterproofPlotly = null;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(stream).text();
  const module = { exports: {} }; // or RequireJS, where a page has it, would take it
  new Function("module", "exports", "define", source)(module, module.exports);
  window.counterproofPlotly = module.exports;
  window.dispatchEvent(new Event("counterproof-plotly"));
}`;

/** Runs in the reader's browser: puts the live plot for the picture, and the picture back if that fails. */
const mount = `({ data, layout, config }) => {
  const place = document.currentScript.parentNode;
  const picture = [...place.childNodes];
  const draw = () => {
    window.removeEventListener("counterproof-plotly", draw);
    const plot = document.createElement("div");
    place.replaceChildren(plot);
    window.counterproofPlotly.newPlot(plot, data, layout, config).catch((error) => {
      place.replaceChildren(...picture);
      throw error;
    });
  };
  if (window.counterproofPlotly) draw();
  else window.addEventListener("counterproof-plotly", draw);
}`;
