import { JSDOM } from "jsdom";
import { random } from "../random.ts";
import type { Figure } from "../report/figure.ts";
import { plotlySource } from "../report/plotly_source.ts";
import { boxOf, lineWidth, pageBox, pathPoints, type SvgElement } from "./measure.ts";

/** What is used of plotly.js inside jsdom. */
interface Plotly {
  newPlot(place: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(place: unknown, options: unknown): Promise<string>;
  purge(place: unknown): void;
}

/** Kinds of traces that need neither a canvas nor WebGL, which jsdom lacks. */
const DRAWN = ["bar", "box", "histogram", "pie", "scatter", "violin"];

/** Whether {@linkcode drawPicture} can draw a figure. */
export function canDraw({ data }: Figure): boolean {
  return data.every(({ type = "scatter" }) => DRAWN.includes(type));
}

/**
 * A figure as SVG, drawn by plotly.js in jsdom: without a browser. The first takes half a second, others a tenth. Equal
 * figures and sizes give an equal text.
 *
 * @param size in pixels
 * @throws {RangeError} for a figure that needs a canvas: it would never come to an end
 */
export async function drawPicture(figure: Figure, size: { width: number; height: number }): Promise<string> {
  if (!canDraw(figure)) {
    const kinds = figure.data.map(({ type }) => `"${type}"`).join(", ");
    throw new RangeError(`Cannot draw a picture of traces ${kinds}, expected only ${DRAWN.join(", ")}`);
  }
  const { window, plotly } = theWindow();
  const place = window.document.createElement("div");
  window.document.body.append(place);
  try {
    // values of the window's own realm: plotly asks arrays and objects for their constructors
    const text = JSON.stringify(figure);
    const { data, layout } = window.JSON.parse(text);
    // of this plotly makes the names of what it draws: of a figure's own stream, so that no two figures share one
    window.Math.random = random(0, "picture", text).uniform;
    await plotly.newPlot(place, data, { ...layout, ...size }, { staticPlot: true });
    const svg = await plotly.toImage(place, { format: "svg", imageDataOnly: true, ...size });
    // what plotly puts for the quotes of a font's name, and takes out only as a browser writes them
    return svg.replaceAll("TOBESTRIPPED", "'");
  } finally {
    plotly.purge(place);
    place.remove();
  }
}

let opened: { readonly window: ReturnType<typeof openWindow>; readonly plotly: Plotly } | null = null;

function theWindow(): NonNullable<typeof opened> {
  if (opened !== null) return opened;
  const window = openWindow();
  window.eval(plotlySource);
  return opened = { window, plotly: window.Plotly };
}

/** A window of jsdom, with what plotly.js asks of a browser beyond it. */
function openWindow() {
  const { window } = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only", pretendToBeVisual: true });
  window.TextEncoder ??= TextEncoder;
  window.TextDecoder ??= TextDecoder;
  window.structuredClone ??= structuredClone;
  window.URL.createObjectURL ??= () => "blob:none";
  window.URL.revokeObjectURL ??= () => {};
  // plotly measures numbers of axes on a canvas
  window.HTMLCanvasElement.prototype.getContext = (kind: string) =>
    kind !== "2d" ? null : {
      font: "",
      measureText(text: string) {
        return { width: lineWidth(text) * (parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? "") || 12) };
      },
    };
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SvgElement) {
      return boxOf(this);
    },
    getBoundingClientRect(this: SvgElement) {
      const { x, y, width, height } = pageBox(this);
      return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
    },
    getComputedTextLength(this: SvgElement) {
      return boxOf(this).width;
    },
    getTotalLength(this: SvgElement) {
      return lengths(pathPoints(this)).at(-1) ?? 0;
    },
    getPointAtLength(this: SvgElement, length: number) {
      return pointAt(pathPoints(this), length);
    },
  });
  return window;
}

/** Length of the way to each point. */
function lengths(points: readonly (readonly [number, number])[]): number[] {
  let length = 0;
  return points.map(([x, y], i) => length += i === 0 ? 0 : Math.hypot(x - points[i - 1][0], y - points[i - 1][1]));
}

function pointAt(points: readonly (readonly [number, number])[], length: number): { x: number; y: number } {
  const along = lengths(points);
  const next = along.findIndex((one) => one >= length);
  const [x, y] = points[next < 0 ? points.length - 1 : next] ?? [0, 0];
  return { x, y };
}
