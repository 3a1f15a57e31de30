import type { Label } from "../types.ts";
import { type Band, meanBand, percentiles } from "./bands.ts";
import { random } from "../random.ts";
import { type Figure, figure, look } from "./figure.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { rangeLine } from "./ranges.ts";

/** What a diffusion model got wrong of one image at one timestep. */
export interface TimestepError {
  /** Of the image. */
  readonly id: string;
  /** Its class. */
  readonly label: Label;
  /** As the model counts them, 0…999. */
  readonly timestep: number;
  /** Mean squared error of the noise it foretold. */
  readonly error: number;
}

/**
 * The error of one denoising step by its timestep, photographs beside fakes, and how far photographs lie above fakes:
 * where the two differ most a latent error tells most. Grounds are 95 % intervals of the means over images.
 *
 * @throws {RangeError} when either class is missing
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * plot.timesteps([
 *   { id: "a", label: "real", timestep: 200, error: 0.12 },
 *   { id: "a", label: "real", timestep: 400, error: 0.07 },
 *   { id: "b", label: "fake", timestep: 200, error: 0.08 },
 *   { id: "b", label: "fake", timestep: 400, error: 0.06 },
 * ]);
 * ```
 */
export function timesteps(errors: readonly TimestepError[]): Figure {
  const steps = [...new Set(errors.map(({ timestep }) => timestep))].sort((a, b) => a - b);
  const real = linesOf(errors, { label: "real", steps }), fake = linesOf(errors, { label: "fake", steps });
  if (real.length === 0 || fake.length === 0) {
    throw new RangeError(
      `Cannot plot errors by timestep: found ${real.length} photographs and ${fake.length} fakes, expected some of each`,
    );
  }
  const lines: [string, Band, number, number][] = [
    ["real", meanBand(real), 0, 0],
    ["fake", meanBand(fake), 5, 0],
    ["real − fake", differenceBand(real, fake), 2, 1],
  ];
  const data = lines.flatMap(([name, band, n, panel]) =>
    rangeLine({
      name,
      group: name,
      x: steps,
      band,
      look: look(n),
      axes: axisNames(panel),
      legend: true,
      hover: "t = %{x}: %{y:.4g} [%{customdata[0]:.4g}, %{customdata[1]:.4g}]",
    })
  );
  const layout = panelLayout(["<b>error</b>", "<b>what tells them apart</b>"], {
    across: "timestep",
    up: ["mean squared error of the noise", "real − fake"],
  });
  return figure(data, {
    ...layout,
    yaxis: { ...layout.yaxis, rangemode: "tozero" },
    yaxis2: { ...layout.yaxis2, rangemode: "tozero", zeroline: true, zerolinecolor: "rgba(128,128,128,0.6)" },
  });
}

/** A line of errors for each image of a class; NaN where it was not measured. */
function linesOf(
  errors: readonly TimestepError[],
  { label, steps }: { label: Label; steps: readonly number[] },
): number[][] {
  const images = Map.groupBy(errors.filter((row) => row.label === label), ({ id }) => id);
  return [...images.values()].map((rows) => {
    const known = new Map(rows.map(({ timestep, error }) => [timestep, error]));
    return steps.map((step) => known.get(step) ?? NaN);
  });
}

/** Difference of the means of two groups of images, which are drawn again each by itself. */
function differenceBand(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): Band {
  const mean = (lines: readonly (readonly number[])[], i: number): number => {
    const known = lines.map((line) => line[i]).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const less = (x: readonly (readonly number[])[], y: readonly (readonly number[])[]): number[] =>
    a[0].map((_, i) => mean(x, i) - mean(y, i));
  const draw = random(0, "difference band");
  const again = (lines: readonly (readonly number[])[]) => lines.map(() => lines[draw.integer(lines.length)]);
  return { value: less(a, b), ...percentiles(Array.from({ length: 400 }, () => less(again(a), again(b)))) };
}
