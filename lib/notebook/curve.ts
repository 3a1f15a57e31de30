import { ink, look } from "../report/figure.ts";
import { escapeHtml } from "../report/html.ts";

/** Loss terms by step, to be drawn. */
export interface Curve {
  /** Values by name of the term: one for each step from `first` on, NaN where there is none. */
  readonly terms: ReadonlyMap<string, readonly number[]>;
  /** Number of the first step; more than 1 where a run went on from a checkpoint. */
  readonly first: number;
  /** Steps that the run has, done or not. */
  readonly steps: number;
}

/** The lines of a curve as a text can show them. */
const KEYS = { solid: "━━━", dash: "╍╍╍", dot: "┉┉┉", dashdot: "━┉━", longdash: "━━╍", longdashdot: "━━┉" } as const;

/** What stands for the n-th line in words below the curve: also without colours it is told. */
export function lineKey(n: number): string {
  return KEYS[look(n).dash];
}

/** Size and margins in pixels, and points of a line at most. */
const [WIDTH, HEIGHT] = [640, 200];
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 12, 10, 28];
const POINTS = 150;

/** The dashes of lines, as SVG counts them; as plotly draws them at this width. */
const DASHES = {
  solid: "",
  dash: "8 5",
  dot: "2 3",
  dashdot: "8 3 2 3",
  longdash: "13 5",
  longdashdot: "13 4 2 4",
} as const;

/**
 * Loss terms by step as SVG, drawn by hand: a redrawing ten times a second must cost little and ask nobody for a
 * library. A point is the mean of as many steps as fall to it.
 */
export function curveSvg({ terms, first, steps }: Curve): string {
  const stride = Math.max(1, Math.ceil(steps / POINTS));
  const lines = [...terms.values()].map((values) => means(values, stride));
  const most = niceAbove(Math.max(0, ...lines.flat().filter(Number.isFinite)));
  const x = (step: number): string => (LEFT + (WIDTH - LEFT - RIGHT) * step / Math.max(1, steps)).toFixed(1);
  const y = (value: number): string => (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most).toFixed(1);
  const text = `fill="${ink.text}" font-size="12" font-family="system-ui, sans-serif"`;
  const ticks = [0, 0.5, 1].map((share) =>
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share * most)}" y2="${y(share * most)}" stroke="${ink.line}"/>` +
    `<text x="${LEFT - 8}" y="${y(share * most)}" dy="4" text-anchor="end" ${text}>${tick(share * most)}</text>`
  );
  const drawn = lines.map((values, i) => {
    // in the middle of the steps that it stands for
    const points = values.map((value, k) =>
      Number.isFinite(value) ? `${x(Math.min(steps, first - 1 + (k + 0.5) * stride))},${y(value)}` : ""
    ).filter((point) => point !== "");
    const line = `fill="none" stroke="${look(i).colour}" stroke-width="1.75" stroke-linejoin="round"` +
      (DASHES[look(i).dash] === "" ? "" : ` stroke-dasharray="${DASHES[look(i).dash]}"`);
    return `<polyline points="${points.join(" ")}" ${line}/>`;
  });
  const below = `y="${HEIGHT - 8}" ${text}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `role="img" aria-label="${escapeHtml(`Loss by step: ${[...terms.keys()].join(", ")}`)}">${ticks.join("")}` +
    `${drawn.join("")}<text x="${LEFT}" ${below}>0</text>` +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" text-anchor="middle" ${below}>step</text>` +
    `<text x="${WIDTH - RIGHT}" text-anchor="end" ${below}>${steps}</text></svg>`;
}

function means(values: readonly number[], stride: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i += stride) {
    const some = values.slice(i, i + stride).filter(Number.isFinite); // none at all: NaN, which is not drawn
    found.push(some.reduce((sum, value) => sum + value, 0) / some.length);
  }
  return found;
}

/** The next of 1, 2, 4, 6, 10, 20, … times a power of ten; its half is a round number too. */
function niceAbove(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 10].find((factor) => factor * power >= value * 0.999) ?? 10);
}

function tick(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
