import type { Data } from "plotly.js-dist";
import { random } from "../random.ts";
import { distanceTitles } from "./distances.ts";
import { type EmbeddedGroup, type EmbeddedModel, unitRows } from "./embedded.ts";
import { type Figure, figure, look, plotlyText, tinted } from "./figure.ts";
import { fixed } from "./numbers.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { shareTicks } from "./ticks.ts";

/** The kinds of pairs, in the order of the legend. */
const kinds = [
  { kind: "real", name: distanceTitles.real, filled: true },
  { kind: "fake", name: distanceTitles.fake, filled: false },
  { kind: "between", name: "real ↔ fake", filled: false },
] as const;

/** Columns of a histogram, and pairs of real and fake that are drawn where there are more. */
const BINS = 40, PAIRS = 20_000;

/**
 * How far images lie from their reconstructions and photographs from fakes, as histograms of the squared distance of
 * unit embeddings, a panel for each model: contrastive alone beside dual. The bar below a histogram holds 90 % of its
 * pairs, its mark is the mean.
 *
 * @throws {RangeError} when there is no model, or one has no pair of any kind
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const rows = [
 *   { id: "a", group: "real" as const, x: [1, 0] },
 *   { id: "a", group: "realRec" as const, x: [0.2, 1] },
 *   { id: "b", group: "fake" as const, x: [0, 1] },
 *   { id: "b", group: "fakeRec" as const, x: [0.1, 1] },
 * ];
 * plot.pairDistances([{ name: "contrastive-only", rows }, { name: "dual", rows }]);
 * ```
 */
export function pairDistances(models: readonly EmbeddedModel[]): Figure {
  if (models.length === 0) throw new RangeError("Cannot plot distances: found no model, expected at least one");
  const found = models.map(distancesOf);
  const most = Math.max(...found.flatMap((one) => Object.values(one).flat())) || 1;
  const top = Math.max(...found.flatMap((one) => kinds.map(({ kind }) => Math.max(0, ...heights(one[kind], most)))));
  const data = found.flatMap((one, panel) =>
    kinds.flatMap(({ kind, name, filled }, i) => {
      if (one[kind].length === 0) return [];
      const legend = found.findIndex((other) => other[kind].length > 0) === panel;
      return traces(one[kind], { name, filled, i, most, below: -top * (0.05 + 0.06 * i), panel, legend });
    })
  );
  const layout = panelLayout(models.map(({ name }) => `<b>${plotlyText(name)}</b>`), {
    across: "squared distance of unit embeddings",
    up: "share of the pairs, %",
    below: "The bar below a histogram holds 90 % of its pairs, its mark is the mean.",
    form: ".0%",
  });
  const axes = models.flatMap((_, panel) => {
    const number = panel === 0 ? "" : String(panel + 1);
    const [x, y] = [`xaxis${number}`, `yaxis${number}`] as ["xaxis", "yaxis"];
    return [
      [x, { ...layout[x], range: [-most / 80, most * 1.02] }],
      [y, {
        ...layout[y],
        ...shareTicks(top),
        range: [-top * 0.24, top * 1.05],
        zeroline: true,
        zerolinecolor: "rgba(128,128,128,0.6)",
      }],
    ];
  });
  return figure(data, { ...layout, ...Object.fromEntries(axes) });
}

/** By kind of pair. */
type Distances = Readonly<Record<(typeof kinds)[number]["kind"], number[]>>;

function distancesOf(model: EmbeddedModel): Distances {
  const rows = unitRows(model);
  const of = (group: EmbeddedGroup) => rows.filter((row) => row.group === group);
  const paired = (group: "real" | "fake", made: "realRec" | "fakeRec"): number[] => {
    const originals = new Map(of(group).map(({ id, x }) => [id, x]));
    return of(made).flatMap(({ id, x }) => originals.has(id) ? [squared(x, originals.get(id)!)] : []);
  };
  const [real, fake] = [of("real"), of("fake")];
  const count = real.length * fake.length;
  const draw = random(0, "pairs");
  const chosen = count <= PAIRS
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from({ length: PAIRS }, () => draw.integer(count));
  const found = {
    real: paired("real", "realRec"),
    fake: paired("fake", "fakeRec"),
    between: chosen.map((i) => squared(real[i % real.length].x, fake[Math.floor(i / real.length)].x)),
  };
  if (Object.values(found).every(({ length }) => length === 0)) {
    throw new RangeError(
      `Cannot plot distances of "${model.name}": found no pair, expected reconstructions with the ids of their ` +
        "originals, or photographs and fakes",
    );
  }
  return found;
}

function squared(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

function heights(distances: readonly number[], most: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const distance of distances) counts[Math.min(BINS - 1, Math.floor(BINS * distance / most))] += 1;
  return counts.map((count) => count / Math.max(1, distances.length));
}

interface Drawn {
  readonly name: string;
  readonly filled: boolean;
  readonly i: number;
  readonly most: number;
  readonly below: number;
  readonly panel: number;
  readonly legend: boolean;
}

function traces(distances: readonly number[], { name, filled, i, most, below, panel, legend }: Drawn): Data[] {
  const { colour, dash, symbol } = look(i);
  const shares = heights(distances, most);
  const first = shares.findIndex((share) => share > 0), last = shares.findLastIndex((share) => share > 0);
  const bins = Array.from({ length: last - first + 3 }, (_, i) => first - 1 + i); // down to zero at both ends
  const sorted = distances.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const base = { type: "scatter" as const, name, legendgroup: name, ...axisNames(panel) };
  return [
    {
      ...base,
      mode: "lines",
      x: bins.flatMap((bin) => [bin, bin + 1].map((edge) => edge * most / BINS)),
      y: bins.flatMap((bin) => [shares[bin] ?? 0, shares[bin] ?? 0]),
      line: { color: colour, dash, width: 2 },
      ...(filled ? { fill: "tozeroy" as const, fillcolor: tinted(colour, 0.18) } : {}),
      showlegend: legend,
      hovertemplate: "%{x:.3g}: %{y:.1%}",
    },
    {
      ...base,
      mode: "markers",
      x: [mean],
      y: [below],
      error_x: {
        type: "data",
        symmetric: false,
        array: [at(0.95) - mean],
        arrayminus: [mean - at(0.05)],
        color: colour,
        thickness: 2,
        width: 4,
      },
      marker: { color: colour, symbol, size: 9 },
      showlegend: false,
      hovertemplate: `mean ${fixed(mean, 3)}, 90 % from ${fixed(at(0.05), 3)} to ${fixed(at(0.95), 3)}`,
    },
  ];
}
