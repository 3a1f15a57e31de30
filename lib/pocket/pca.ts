/** Principal components of rows of numbers. */
export interface Components {
  /** `count` unit vectors of `width` values, the widest spread first, one after another. */
  readonly axes: Float64Array;
  /** Standard deviation along each. */
  readonly deviations: Float64Array;
}

/**
 * The directions in which rows spread most around zero.
 *
 * The sign of an axis is chosen so that its largest value is positive.
 *
 * @param rows n · width values
 * @throws {RangeError} when `count` is not from 1 to `width`
 */
export function principalComponents(
  rows: ArrayLike<number>,
  { width, count }: { width: number; count: number },
): Components {
  if (!Number.isInteger(count) || count < 1 || count > width) {
    throw new RangeError(`Cannot find ${count} components of rows of ${width} values: expected 1 to ${width}`);
  }
  const { values, vectors } = eigen(secondMoments(rows, width), width);
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]).slice(0, count);
  const axes = new Float64Array(count * width);
  for (const [k, column] of order.entries()) {
    let largest = 0;
    for (let i = 0; i < width; i++) {
      const value = vectors[i * width + column];
      if (Math.abs(value) > Math.abs(largest) + 1e-9) largest = value;
    }
    for (let i = 0; i < width; i++) axes[k * width + i] = vectors[i * width + column] * Math.sign(largest);
  }
  return { axes, deviations: Float64Array.from(order, (column) => Math.sqrt(Math.max(values[column], 0))) };
}

function secondMoments(rows: ArrayLike<number>, width: number): Float64Array {
  const count = rows.length / width;
  const moments = new Float64Array(width * width);
  for (let row = 0; row < rows.length; row += width) {
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) moments[i * width + j] += rows[row + i] * rows[row + j];
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) moments[j * width + i] = moments[i * width + j] /= count;
  }
  return moments;
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. */
function eigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const scale = Math.max(...Array.from({ length: n }, (_, i) => Math.abs(a[i * n + i])), Number.MIN_VALUE);
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off = Math.max(off, Math.abs(a[p * n + q]));
        rotate(a, vectors, { n, p, q });
      }
    }
    if (off < 1e-14 * scale) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), vectors };
}

/** Turns the plane of axes p and q so that a[p, q] vanishes. */
function rotate(a: Float64Array, vectors: Float64Array, { n, p, q }: { n: number; p: number; q: number }): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const slope = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (slope < 0 ? -1 : 1) / (Math.abs(slope) + Math.sqrt(slope * slope + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k], a[q * n + k]];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const [u, v] = [vectors[k * n + p], vectors[k * n + q]];
    vectors[k * n + p] = c * u - s * v;
    vectors[k * n + q] = s * u + c * v;
  }
}
