// Layer norm and batch norm as operations.
#pragma once
#include <cmath>

#include "call.h"
#include "kernels.h"
#include "share.h"

namespace fused {

inline void ComputeLayerNorm(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  const float *const weight = call.In(1, x.row()), *const bias = call.In(2, x.row());
  const LayerNorm norm{x.data, weight, bias, call.Out(0, x.sizes, call.attributes.type), call.Out(1, {x.rows, 2}),
                       x.columns, call.attributes.epsilon};
  ShareRows(x.rows, x.columns, [&](Rows rows) { kernels.layer_norm(norm, rows); });
}

inline void ComputeLayerNormGrad(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  const float *const weight = call.In(1, x.row());
  const Given dy = call.Either(2, x.sizes);
  const float *const statistics = call.In(3, {x.rows, 2});
  const int64_t c = x.columns;
  const LayerNormGrad grad{x.data, weight, dy, statistics, call.Out(0, x.sizes, {2, 0}), x.columns};
  float *const dweight = call.Out(1, x.row()), *const dbias = call.Out(2, x.row());
  const Sums sums = SumRows(x.rows, x.columns, 2 * c, [&](float *own, Rows rows) {
    kernels.layer_norm_grad(grad, own, own + c, rows);
  });
  sums.To(dweight, 0, c);
  sums.To(dbias, c, c);
}

// Inputs x, weight, bias and perhaps the residual.
inline void ComputeBatchNorm(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  if (x.rows < 1) throw Refusal("input has shape " + Show(x.sizes) + ", expected a sample to take the mean of");
  const float *const weight = call.In(1, x.row()), *const bias = call.In(2, x.row());
  const bool joined = call.inputs() > 3;
  const float *const residual = joined ? call.In(3, x.sizes) : nullptr;
  float *const y = joined ? call.Out(0, x.sizes, {3}) : call.Out(0, x.sizes);
  float *const mean = call.Out(1, x.row()), *const variance = call.Out(2, x.row());
  const int c = x.columns, pieces = PiecesFor(x.rows, c);
  Sums moments(pieces, 2 * c);
  Pool::Get().Run(pieces, [&](int piece) {
    float *const own = moments.Of(piece);
    kernels.moments(x.data, c, own, own + c, Piece(x.rows, piece, pieces));
  });
  std::vector<float> scale(c);
  for (int i = 0; i < c; i++) {
    double middle = 0, squares = 0, count = 0;
    for (int piece = 0; piece < pieces; piece++) {
      const Rows rows = Piece(x.rows, piece, pieces);
      const double more = static_cast<double>(rows.last - rows.first), gap = moments.Of(piece)[i] - middle;
      squares += moments.Of(piece)[c + i] + gap * gap * count * more / (count + more);
      middle += gap * more / (count + more);
      count += more;
    }
    mean[i] = static_cast<float>(middle);
    variance[i] = static_cast<float>(squares / count);
    scale[i] = static_cast<float>(weight[i] / std::sqrt(squares / count + call.attributes.epsilon));
  }
  const BatchNorm norm{x.data, mean, scale.data(), bias, residual, y, c, call.attributes.activation == "relu"};
  ShareRows(x.rows, c, [&](Rows rows) { kernels.batch_norm(norm, rows); });
}

// Inputs x, weight, dy, mean, variance and, where a ReLU followed, its output.
inline void ComputeBatchNormGrad(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  const float *const weight = call.In(1, x.row()), *const dy = call.In(2, x.sizes);
  const float *const mean = call.In(3, x.row()), *const variance = call.In(4, x.row());
  const float *const y = call.inputs() > 5 ? call.In(5, x.sizes) : nullptr;
  float *const dx = call.Out(0, x.sizes, {2});
  float *const dweight = call.Out(1, x.row()), *const dbias = call.Out(2, x.row());
  const int c = x.columns;
  std::vector<float> slope(c), offset(c), scale(c);
  const BatchNormGrad grad{x.data, dy, y, mean, offset.data(), slope.data(), scale.data(), dx, c};
  const Sums sums = SumRows(x.rows, c, 2 * c, [&](float *own, Rows rows) {
    kernels.batch_norm_sums(grad, own, own + c, rows);
  });
  sums.To(dbias, 0, c);
  sums.To(dweight, c, c);
  for (int i = 0; i < c; i++) {
    const float root = 1 / std::sqrt(variance[i] + call.attributes.epsilon);
    dweight[i] *= root;
    offset[i] = dbias[i] / static_cast<float>(x.rows);
    slope[i] = dweight[i] * root / static_cast<float>(x.rows);
    scale[i] = weight[i] * root;
  }
  ShareRows(x.rows, c, [&](Rows rows) { kernels.batch_norm_grad(grad, rows); });
}

}  // namespace fused
