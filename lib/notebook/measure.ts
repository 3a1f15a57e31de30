/** How large the pieces of an SVG are, estimated: what a browser would know and jsdom does not. */

/** What is read of an element of an SVG. */
export interface SvgElement {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly style: { readonly fontSize: string; readonly fontWeight: string; readonly textAnchor: string };
  readonly children: Iterable<SvgElement>;
  readonly parentNode: unknown;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** A rectangle, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const EMPTY: Box = { x: 0, y: 0, width: 0, height: 0 };

/**
 * Widths of characters in units of the font size, of those not named 0.63. They are those of DejaVu Sans, the widest of
 * the fonts that readers may have: a label that has too much room looks better than two that overlap.
 */
const WIDTHS = new Map(
  ([[0.33, "iIjl'|.,:; "], [0.42, 'ft()[]{}/\\-!r"'], [0.72, "ABCDEGHKNOPQRUVXY&"], [0.95, "mwMW%@"]] as const)
    .flatMap(([width, characters]) => [...characters].map((character) => [character, width] as const)),
);

/** Width of a line of text in units of its font size. */
export function lineWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDTHS.get(character) ?? (character >= "\u2e80" ? 1 : 0.63);
  return width;
}

/** The rectangle around an element and all that it holds, in its own coordinates. */
export function boxOf(element: SvgElement): Box {
  const number = (name: string): number => Number(element.getAttribute(name)) || 0;
  switch (element.tagName.toLowerCase()) {
    case "text":
    case "tspan":
      return textBox(element);
    case "rect":
    case "image":
      return { x: number("x"), y: number("y"), width: number("width"), height: number("height") };
    case "path":
      return around(pathPoints(element).map(([x, y]) => ({ x, y, width: 0, height: 0 })));
    default:
      return around([...element.children].filter(isDrawn).map(moved).filter(({ width, height }) => width + height > 0));
  }
}

/** Points of a path, its curves as the polygon of their control points. */
export function pathPoints(element: SvgElement): [x: number, y: number][] {
  const numbers = (element.getAttribute("d")?.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
  return Array.from({ length: numbers.length >> 1 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

function isDrawn({ tagName }: SvgElement): boolean {
  return !/^(defs|clippath|title|style)$/i.test(tagName);
}

/** The rectangle around an element in the coordinates of the whole picture. */
export function pageBox(element: SvgElement): Box {
  let box = boxOf(element);
  for (let one = element; one?.getAttribute !== undefined; one = one.parentNode as SvgElement) {
    box = transformed(one, box);
  }
  return box;
}

function moved(element: SvgElement): Box {
  return transformed(element, boxOf(element));
}

/** The rectangle around one that an element's transform moves or turns. */
function transformed(element: SvgElement, box: Box): Box {
  const { x, y, width, height } = box;
  let corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]];
  const steps = [...(element.getAttribute("transform") ?? "").matchAll(/(translate|rotate)\(([^)]*)\)/g)];
  for (const [, kind, list] of steps.reverse()) { // the last is the innermost
    const [a, b = 0, c = 0] = list.split(/[ ,]+/).filter((text) => text !== "").map(Number);
    if (kind === "translate") corners = corners.map(([x, y]) => [x + a, y + b]);
    else corners = corners.map(([x, y]) => turned([x - b, y - c], a)).map(([x, y]) => [x + b, y + c]);
  }
  return steps.length === 0 ? box : around(corners.map(([x, y]) => ({ x, y, width: 0, height: 0 })));
}

function turned([x, y]: readonly number[], degrees: number): number[] {
  const [cos, sin] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
  return [x * cos - y * sin, x * sin + y * cos];
}

function textBox(element: SvgElement): Box {
  const size = inherited(element, (one) => parseFloat(one.style?.fontSize)) ?? 12;
  const weight = inherited(element, (one) => /bold|[6-9]00/.test(one.style?.fontWeight) ? 1.1 : NaN) ?? 1;
  const lines = [...element.querySelectorAll("tspan.line")];
  const texts = lines.length === 0 ? [element] : lines;
  const width = Math.max(...texts.map(({ textContent }) => lineWidth(textContent ?? ""))) * size * weight;
  const anchor = element.style.textAnchor || element.getAttribute("text-anchor");
  const start = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
  return {
    x: (Number(element.getAttribute("x")) || 0) - start,
    y: (Number(element.getAttribute("y")) || 0) - 0.93 * size,
    width,
    height: size * (1.17 + 1.3 * (texts.length - 1)),
  };
}

/** The first number that an element or one above it tells. */
function inherited(element: SvgElement, tell: (one: SvgElement) => number): number | null {
  for (let one: SvgElement | null = element; one !== null; one = one.parentNode as SvgElement | null) {
    const value = tell(one);
    if (value > 0) return value;
  }
  return null;
}

function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return EMPTY;
  const [x, y] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
