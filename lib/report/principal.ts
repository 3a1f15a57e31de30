import { random } from "../random.ts";

/** Points in the plane in which they differ most. */
export interface Plane {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Shares of the variance that lie along x and y, 0…1. */
  readonly shares: readonly [x: number, y: number];
}

/** Directions that are followed, of which two are kept, and how often. */
const DIRECTIONS = 8, TURNS = 24;

/**
 * The first two principal components of some points. Equal points give an equal plane; of each axis the end is positive
 * at which the farthest point lies.
 *
 * @param points n of them, each with the same number of values
 * @throws {RangeError} when there are fewer than three points or two values, or their lengths differ
 *
 * Source: Halko, Martinsson and Tropp 2011, subspace iteration from a random start with Rayleigh and Ritz's step, here
 * with a fixed seed.
 */
export function principalPlane(points: readonly ArrayLike<number>[]): Plane {
  const [n, d] = [points.length, points[0]?.length ?? 0];
  const odd = points.find(({ length }) => length !== d);
  if (n < 3 || d < 2 || odd !== undefined) {
    throw new RangeError(
      `Cannot project ${n} points of ${d}${odd === undefined ? "" : ` and ${odd.length}`} values: expected 3 or more ` +
        "points of 2 or more values, all of the same number",
    );
  }
  const rows = centred(points, d);
  const k = Math.min(DIRECTIONS, d, n);
  const draw = random(0, "principal plane");
  let basis = orthonormal(Array.from({ length: k }, () => Float64Array.from({ length: d }, () => draw.normal())));
  for (let turn = 0; turn < TURNS; turn++) {
    basis = orthonormal(basis.map((direction) => gathered(rows, rows.map((row) => dot(row, direction)), d)));
  }
  const places = basis.map((direction) => Float64Array.from(rows, (row) => dot(row, direction))); // k of n
  const { values, vectors } = symmetricEigen(places.map((a) => places.map((b) => dot(a, b))));
  const total = rows.reduce((sum, row) => sum + dot(row, row), 0) || 1;
  const [x, y] = [0, 1].map((i) => {
    const line = new Float64Array(n);
    for (const [j, place] of places.entries()) for (let p = 0; p < n; p++) line[p] += vectors[i][j] * place[p];
    const farthest = line.reduce((most, value) => Math.abs(value) > Math.abs(most) ? value : most, 0);
    return farthest < 0 ? line.map((value) => -value) : line;
  });
  return { x, y, shares: [values[0] / total, values[1] / total] };
}

function centred(points: readonly ArrayLike<number>[], d: number): Float64Array[] {
  const mean = new Float64Array(d);
  for (const point of points) for (let i = 0; i < d; i++) mean[i] += point[i] / points.length;
  return points.map((point) => mean.map((value, i) => point[i] - value));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Σ weight · row. */
function gathered(rows: readonly Float64Array[], weights: readonly number[], d: number): Float64Array {
  const sum = new Float64Array(d);
  for (let r = 0; r < rows.length; r++) for (let i = 0; i < d; i++) sum[i] += weights[r] * rows[r][i];
  return sum;
}

/** Gram and Schmidt's, twice, since once loses digits; a direction that vanishes becomes zero. */
function orthonormal(directions: readonly Float64Array[]): Float64Array[] {
  const made: Float64Array[] = [];
  for (const direction of directions) {
    const own = direction.slice();
    const before = Math.sqrt(dot(own, own));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of made) {
        const along = dot(own, other);
        for (let i = 0; i < own.length; i++) own[i] -= along * other[i];
      }
    }
    const length = Math.sqrt(dot(own, own));
    made.push(own.map((value) => length > 1e-12 * before ? value / length : 0));
  }
  return made;
}

/** Eigenvalues of a symmetric matrix, falling, and their vectors: Jacobi's rotations. */
function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  const v: number[][] = a.map((_, i) => a.map((_, j) => i === j ? 1 : 0)); // rows become vectors
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) < 1e-300) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1), s = t * c;
        for (let i = 0; i < n; i++) [a[i][p], a[i][q]] = [c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]];
        for (let i = 0; i < n; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
        for (let i = 0; i < n; i++) [v[p][i], v[q][i]] = [c * v[p][i] - s * v[q][i], s * v[p][i] + c * v[q][i]];
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => v[i]) };
}
