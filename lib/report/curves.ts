import type { Data } from "plotly.js-dist";
import type { RunRecord, StepRow } from "../types.ts";
import { type Figure, figure, look, plotlyText } from "./figure.ts";
import { groupMethods } from "./methods.ts";
import { axisNames, panelLayout } from "./panels.ts";

/** Which curves. */
export interface CurvesOptions {
  /** Loss terms to show, as the definitions name them, or "total"; null: all. */
  readonly terms?: readonly string[] | null;
}

/**
 * Loss terms by step: a panel for each term, a colour for each method, a line for each seed. A term is shown as it
 * enters the total, that is with its weight.
 *
 * Each point is the mean over a fiftieth of the run's steps around it, and there are at most 400 points a line; the
 * line under the panels says so.
 *
 * @throws {RangeError} when there is no record, one is not done, or no record has a term that is asked for
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.curves(syntheticAblation({ seeds: [1, 2] }), { terms: ["total"] });
 * ```
 */
export function curves(records: readonly RunRecord[], { terms = null }: CurvesOptions = {}): Figure {
  const methods = groupMethods(records);
  const known = [...new Set(records.flatMap(({ steps }) => Object.keys(steps[0]?.loss ?? {})))];
  const panels = terms ?? known;
  const unknown = panels.find((term) => !known.includes(term));
  if (unknown !== undefined || panels.length === 0) {
    const given = unknown === undefined
      ? "Cannot plot loss terms: none is asked for"
      : `Cannot plot loss term "${unknown}"`;
    throw new RangeError(`${given}, the records have ${known.map((term) => `"${term}"`).join(", ") || "no steps"}`);
  }
  const data = methods.flatMap(({ name, records }, i) => {
    const lines = panels.flatMap((term, panel) =>
      records.filter(({ steps }) => steps[0]?.loss[term] !== undefined).map(({ steps, experiment }): Data => ({
        type: "scatter",
        mode: "lines",
        name: plotlyText(name),
        legendgroup: String(i),
        showlegend: false,
        ...axisNames(panel),
        ...smooth(steps, term),
        line: { color: look(i).colour, dash: look(i).dash, width: 1.75 },
        hovertemplate: `step %{x}: %{y:.4g} (seed ${experiment.seed})`,
      }))
    );
    return lines.map((line, k) => k === 0 ? { ...line, showlegend: true } as Data : line);
  });
  const windows = [...new Set(records.map(({ steps }) => windowOf(steps.length)))].sort((a, b) => a - b);
  const smoothing = windows.at(-1) === 1
    ? "Each point is one step."
    : `Each point is the mean over ${windows.join(" or ")} steps around it.`;
  const titles = panels.map((term) =>
    term === "total" ? "<b>total</b> (each method's own sum of terms)" : `<b>${plotlyText(term)}</b>`
  );
  return figure(
    data,
    panelLayout(titles, {
      across: "step",
      up: "loss",
      names: methods.map(({ name }) => name),
      below: smoothing,
      zero: true,
    }),
  );
}

/** A fiftieth of the steps, odd so that the window has a centre. */
function windowOf(steps: number): number {
  return 2 * Math.floor(steps / 100) + 1;
}

/** Means over a centred window, which is cut off at the ends. */
function smooth(steps: readonly StepRow[], term: string): { x: number[]; y: number[] } {
  const half = (windowOf(steps.length) - 1) / 2;
  const stride = Math.ceil(steps.length / 400);
  const x: number[] = [], y: number[] = [];
  for (let i = 0; i < steps.length; i += stride) {
    const window = steps.slice(Math.max(0, i - half), i + half + 1);
    const mean = window.reduce((sum, { loss }) => sum + loss[term], 0) / window.length;
    x.push(steps[i].step);
    y.push(Number(mean.toPrecision(5)));
  }
  return { x, y };
}
