/** Distances and pairs that the metric losses share. */
// D embedding width · N, M rows
import {
  div,
  matMul,
  maximum,
  mul,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  tensor,
  type Tensor1D,
  type Tensor2D,
} from "../engine/ops.ts";

/**
 * Rows of length 1; a row of zeros stays zero and has a finite gradient. [N, D] → [N, D].
 *
 * The smallest length, 1e-12, is that of PyTorch's `normalize`. It stands under the root, where it keeps the
 * gradient of the square root finite.
 */
export function unitRows(x_ND: Tensor2D): Tensor2D {
  const squared_N1 = maximum(sum(square(x_ND), 1, true), 1e-24);
  return div(x_ND, sqrt(squared_N1));
}

/** Cosine similarity of every row of one with every row of another, both of unit rows. [N, D], [M, D] → [N, M]. */
export function similarities(a_ND: Tensor2D, b_MD: Tensor2D): Tensor2D {
  return matMul(a_ND, b_MD, false, true);
}

/** The sum over all entries but the diagonal: every pair of different rows, counted twice. [N, N] → scalar. */
export function sumOfPairs(matrix_NN: Tensor2D): Scalar {
  const n = matrix_NN.shape[0];
  const distinct = new Float32Array(n * n).fill(1);
  for (let i = 0; i < n; i++) distinct[i * n + i] = 0;
  return sum(mul(matrix_NN, tensor(distinct, [n, n])));
}

/** Squared L2 distance of each row to the same row of another. [N, D], [N, D] → [N]. */
export function squaredDistances(a_ND: Tensor2D, b_ND: Tensor2D): Tensor1D {
  return sum<Tensor1D>(square(sub(a_ND, b_ND)), 1);
}
