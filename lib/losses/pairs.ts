/** Distances and pairs that the metric losses share. */
// D embedding width · N, M rows
import {
  add,
  cast,
  div,
  greater,
  matMul,
  maximum,
  mean,
  mul,
  notEqual,
  reshape,
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

/** 1 for every pair of different rows, 0 on the diagonal. [N, N]. */
export function distinctPairs(n: number): Tensor2D {
  // a comparison of two vectors: of the matrix itself, JavaScript would fill every entry, and a recording keep it
  const rows_N = tensor(Float32Array.from({ length: n }, (_, i) => i));
  return cast(notEqual(reshape(rows_N, [n, 1]), rows_N), "float32") as Tensor2D;
}

/** The sum over all entries but the diagonal: every pair of different rows, counted twice. [N, N] → scalar. */
export function sumOfPairs(matrix_NN: Tensor2D): Scalar {
  return sum(mul(matrix_NN, distinctPairs(matrix_NN.shape[0])));
}

/**
 * L2 distance of every row to every row. [N, D] → [N, N].
 *
 * By ‖a‖² + ‖b‖² − 2 a·b, because the differences of 1,024 rows of 1,024 values would take 4 GB. That leaves a rounding
 * error in the square, small beside ‖a‖² + ‖b‖²; hence rows are taken from their mean first, which changes no distance
 * and lets rows that all lie close together keep their digits. What is below the error counts as 0 and has no
 * gradient, as in PyTorch's `cdist` at 0.
 */
export function distances(x_ND: Tensor2D): Tensor2D {
  const centred_ND = sub<Tensor2D>(x_ND, mean(x_ND, 0));
  const squared_N1 = sum(square(centred_ND), 1, true);
  const scale_NN = add<Tensor2D>(squared_N1, reshape(squared_N1, [-1]));
  const squared_NN = sub<Tensor2D>(scale_NN, mul(similarities(centred_ND, centred_ND), 2));
  const least_NN = add<Tensor2D>(mul(scale_NN, rounding), 1e-30);
  const apart_NN = cast(greater(squared_NN, least_NN), "float32");
  // the root of the smaller ones would have an infinite gradient, and 0 · ∞ is not 0
  return mul<Tensor2D>(sqrt(maximum(squared_NN, least_NN)), apart_NN);
}

/** Largest error of a squared distance by ‖a‖² + ‖b‖²; measured: 2.3e-6 for 2,048 values a row, on wasm. */
const rounding = 1e-5;

/** Squared L2 distance of each row to the same row of another. [N, D], [N, D] → [N]. */
export function squaredDistances(a_ND: Tensor2D, b_ND: Tensor2D): Tensor1D {
  return sum<Tensor1D>(square(sub(a_ND, b_ND)), 1);
}
