import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/**
 * All colours shifted by one vector along the principal axes of the image's own colours, each axis by its variance
 * times a normal number: one for all axes, as albumentations' `FancyPCA` has it, where Krizhevsky et al. 2012 draw one
 * for each. Axes point to where their largest component is positive.
 */
export interface FancyPca extends Part<"fancyPca"> {
  /** Standard deviation of the normal number, > 0. */
  readonly alpha: number;
  /**
   * "transposed": the matrix of the axes has rows for columns, so that red is shifted by the variances along the first
   * axis, green along the second. albumentations does so, against the paper that it cites, and DRCT was trained with
   * it. Null: as the paper.
   */
  readonly axes: "transposed" | null;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode FancyPca} part. */
export const fancyPca: Maker<FancyPca> = part("fancyPca", { alpha: 0.1, axes: null, p: 0.5 }, {
  check: ({ alpha, axes, p }) => {
    checkNumber("fancyPca.alpha", alpha, { above: 0 });
    if (axes !== null) checkChoice("fancyPca.axes", axes, ["transposed"]);
    checkNumber("fancyPca.p", p, { from: 0, to: 1 });
  },
});

/** The shifted image, or the image itself; draws two numbers. */
export function fancyPcaImage({ alpha, axes, p }: FancyPca, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const strength = alpha * draw.normal();
  return idle ? image : shiftAlongAxes(image, { strength, transposed: axes === "transposed" });
}

/** An image shifted along its principal axes, each axis by `strength` times its variance (of values 0…1). */
export function shiftAlongAxes(
  { data, width, height }: Image,
  { strength, transposed }: { strength: number; transposed: boolean },
): Image {
  const axes = principalAxes(covariance(data)).map(({ value, vector }) => {
    const sign = vector.reduce((most, one) => Math.abs(one) > Math.abs(most) ? one : most) < 0 ? -1 : 1;
    return { value, vector: vector.map((one) => sign * one) };
  });
  const tables = [0, 1, 2].map((c) => {
    const share = axes.reduce(
      (sum, { value, vector }, i) => sum + value * (transposed ? axes[c].vector[i] : vector[c]),
      0,
    );
    return Uint8Array.from({ length: 256 }, (_, v) => Math.min(255, Math.max(0, v + 255 * strength * share)));
  });
  const to = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    to[i] = tables[0][data[i]];
    to[i + 1] = tables[1][data[i + 1]];
    to[i + 2] = tables[2][data[i + 2]];
  }
  return { data: to, width, height };
}

/** Of the three channels, values taken as 0…1; of a single pixel zero. */
function covariance(data: Uint8Array): number[][] {
  const count = data.length / 3;
  const sums = [0, 0, 0];
  const products = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  let rr = 0, rg = 0, rb = 0, gg = 0, gb = 0, bb = 0;
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
    sums[0] += r;
    sums[1] += g;
    sums[2] += b;
    rr += r * r;
    rg += r * g;
    rb += r * b;
    gg += g * g;
    gb += g * b;
    bb += b * b;
  }
  const sum = [[rr, rg, rb], [rg, gg, gb], [rb, gb, bb]]; // whole numbers: exact up to 10¹¹ pixels
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      products[a][b] = (sum[a][b] - sums[a] * sums[b] / count) / Math.max(1, count - 1) / 255 ** 2;
    }
  }
  return products;
}

/** Eigenvalues and unit eigenvectors of a symmetric 3 × 3 matrix, largest first, by Jacobi's rotations. */
export function principalAxes(matrix: readonly (readonly number[])[]): { value: number; vector: number[] }[] {
  const a = matrix.map((row) => [...row]);
  const v = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [[0, 1], [0, 2], [1, 2]]) {
      if (a[p][q] === 0) continue;
      const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const cos = 1 / Math.hypot(t, 1);
      const sin = t * cos;
      for (let k = 0; k < 3; k++) [a[k][p], a[k][q]] = [cos * a[k][p] - sin * a[k][q], sin * a[k][p] + cos * a[k][q]];
      for (let k = 0; k < 3; k++) [a[p][k], a[q][k]] = [cos * a[p][k] - sin * a[q][k], sin * a[p][k] + cos * a[q][k]];
      for (let k = 0; k < 3; k++) [v[k][p], v[k][q]] = [cos * v[k][p] - sin * v[k][q], sin * v[k][p] + cos * v[k][q]];
    }
  }
  return [0, 1, 2].map((i) => ({ value: a[i][i], vector: [v[0][i], v[1][i], v[2][i]] })).sort((x, y) =>
    y.value - x.value
  );
}
