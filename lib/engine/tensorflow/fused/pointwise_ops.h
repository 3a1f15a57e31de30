// Bias and activation, LayerScale, softmax's gradients and Adam as operations.
#pragma once
#include <cmath>

#include "call.h"
#include "kernels.h"
#include "share.h"

namespace fused {

inline Gelu FormOf(const std::string &name) {
  return name == "tanh" ? Gelu::kTanh : name == "sigmoid" ? Gelu::kSigmoid : Gelu::kErf;
}

inline void ComputeBias(Call &call, const Kernels &kernels) {
  const Matrix z(call.In(0));
  const float *const bias = call.In(1, z.row());
  const BiasActivation pass{z.values, bias, call.Out(0, z.sizes, Type::kFloat, {0}), {}, z.columns,
                            call.attributes.activation == "relu", Gelu::kErf};
  ShareRows(z.rows, z.columns, [&](Rows rows) { kernels.bias(pass, rows); });
}

inline void ComputeBiasGelu(Call &call, const Kernels &kernels) {
  const Matrix z(call.In(0));
  const float *const bias = call.In(1, z.row());
  const Made y = call.Out(0, z.sizes, call.attributes.type, {0});
  const BiasActivation pass{z.values, bias, y, call.Out(1, z.sizes, z.values.type), z.columns, false,
                            FormOf(call.attributes.form)};
  ShareRows(z.rows, z.columns, [&](Rows rows) { kernels.bias_gelu(pass, rows); });
}

inline void ComputeActivationGrad(Call &call, const Kernels &kernels) {
  const Matrix dy(call.In(0));
  const Given kept = call.Either(1, dy.sizes);
  const ActivationGrad grad{dy.values, kept, call.Out(0, dy.sizes, call.attributes.type, {0, 1}), dy.columns,
                            call.attributes.activation == "relu"};
  float *const dbias = call.Out(1, dy.row());
  SumRows(dy.rows, dy.columns, dy.columns, [&](float *sums, Rows rows) {
    kernels.activation_grad(grad, sums, rows);
  }).To(dbias, 0, dy.columns);
}

inline void ComputeColumnSums(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  float *const y = call.Out(0, x.row());
  SumRows(x.rows, x.columns, x.columns, [&](float *sums, Rows rows) {
    kernels.column_sums(x.data, x.columns, sums, rows);
  }).To(y, 0, x.columns);
}

// The same values as bfloat16, and the sums of the columns.
inline void ComputeNarrow(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  auto *const y = static_cast<Bfloat16 *>(call.Out(0, x.sizes, Type::kBfloat16).data);
  float *const sums = call.Out(1, x.row());
  SumRows(x.rows, x.columns, x.columns, [&](float *own, Rows rows) {
    kernels.narrow(x.data, y, x.columns, own, rows);
  }).To(sums, 0, x.columns);
}

// Calls body(first value, number of values) for pieces of so many values.
template <class Body>
void ShareValues(int64_t count, Body body) {
  const int64_t step = 16384;
  Pool::Get().Run(static_cast<int>((count + step - 1) / step), [&](int item) {
    body(item * step, std::min(step, count - item * step));
  });
}

inline void ComputeGelu(Call &call, const Kernels &kernels) {
  const Input x = call.In(0);
  float *const y = call.Out(0, x.sizes, {0});
  const Gelu form = FormOf(call.attributes.form);
  ShareValues(x.count(), [&](int64_t i, int64_t count) { kernels.gelu(form, x.data + i, y + i, count); });
}

inline void ComputeGeluGrad(Call &call, const Kernels &kernels) {
  const Input x = call.In(0);
  const float *const dy = call.In(1, x.sizes);
  float *const dx = call.Out(0, x.sizes, {1, 0});
  const Gelu form = FormOf(call.attributes.form);
  ShareValues(x.count(), [&](int64_t i, int64_t count) { kernels.gelu_grad(form, x.data + i, dy + i, dx + i, count); });
}

inline void ComputeAddScaled(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  const float *const branch = call.In(1, x.sizes), *const scale = call.In(2, x.row());
  const AddScaled pass{x.data, branch, scale, call.Out(0, x.sizes, {0, 1}), x.columns};
  ShareRows(x.rows, x.columns, [&](Rows rows) { kernels.add_scaled(pass, rows); });
}

inline void ComputeAddScaledGrad(Call &call, const Kernels &kernels) {
  const Matrix branch(call.In(0));
  const float *const scale = call.In(1, branch.row()), *const dy = call.In(2, branch.sizes);
  const AddScaledGrad grad{branch.data, scale, dy, call.Out(0, branch.sizes, {0, 2}), branch.columns};
  float *const dscale = call.Out(1, branch.row());
  SumRows(branch.rows, branch.columns, branch.columns, [&](float *sums, Rows rows) {
    kernels.add_scaled_grad(grad, sums, rows);
  }).To(dscale, 0, branch.columns);
}

// Inputs x, z, bias, scale.
inline void ComputeAddBranch(Call &call, const Kernels &kernels) {
  const Matrix x(call.In(0));
  const AddBranch pass{x.data, call.Brief(1, x.sizes), call.In(2, x.row()), call.In(3, x.row()),
                       call.Out(0, x.sizes, {0}), x.columns};
  ShareRows(x.rows, x.columns, [&](Rows rows) { kernels.add_branch(pass, rows); });
}

// Inputs dy, z, bias, scale.
inline void ComputeAddBranchGrad(Call &call, const Kernels &kernels) {
  const Matrix dy(call.In(0));
  const int c = dy.columns;
  auto *const dz = static_cast<Bfloat16 *>(call.Out(0, dy.sizes, Type::kBfloat16, {1}).data);
  const AddBranchGrad grad{call.Brief(1, dy.sizes), call.In(2, dy.row()), call.In(3, dy.row()), dy.data, dz, c};
  float *const dbias = call.Out(1, dy.row()), *const dscale = call.Out(2, dy.row());
  const Sums sums = SumRows(dy.rows, c, 2 * c, [&](float *own, Rows rows) {
    kernels.add_branch_grad(grad, own, own + c, rows);
  });
  sums.To(dbias, 0, c);
  sums.To(dscale, c, c);
}

template <auto kernel>
void ComputeRowGrad(Call &call, const Kernels &kernels) {
  const Matrix y(call.In(0));
  const float *const dy = call.In(1, y.sizes);
  float *const dx = call.Out(0, y.sizes, {1});
  ShareRows(y.rows, y.columns, [&](Rows rows) { (kernels.*kernel)(y.data, dy, dx, y.columns, rows); });
}

// Inputs: N parameters, their gradients, first and second moments, then learning rate and number of the step.
inline void ComputeAdam(Call &call, const Kernels &kernels) {
  const Attributes &given = call.attributes;
  const int n = (call.inputs() - 2) / 4;
  if (static_cast<int>(given.decays.size()) != n) {
    throw Refusal("there are " + std::to_string(given.decays.size()) + " decays, expected " + std::to_string(n));
  }
  const double rate = *call.In(4 * n, {}), step = *call.In(4 * n + 1, {});
  // 1 − βᵗ
  const auto correction = [&](float log) { return -std::expm1(step * log); };
  std::vector<Adam> pieces;
  for (int i = 0; i < n; i++) {
    const Input param = call.In(i);
    const Adam whole{param.data,
                     call.In(n + i, param.sizes),
                     call.In(2 * n + i, param.sizes),
                     call.In(3 * n + i, param.sizes),
                     call.Out(i, param.sizes, {i, n + i}),
                     call.Out(n + i, param.sizes, {2 * n + i}),
                     call.Out(2 * n + i, param.sizes, {3 * n + i}),
                     param.count(),
                     given.beta1,
                     given.beta2,
                     given.gain1,
                     given.gain2,
                     static_cast<float>(1 - rate * given.decays[i]),
                     static_cast<float>(rate / correction(given.log1)),
                     static_cast<float>(1 / std::sqrt(correction(given.log2))),
                     given.epsilon};
    const int64_t most = 16384;
    for (int64_t at = 0; at < whole.count; at += most) {
      Adam piece = whole;
      for (const float **from : {&piece.param, &piece.gradient, &piece.first, &piece.second}) *from += at;
      for (float **to : {&piece.new_param, &piece.new_first, &piece.new_second}) *to += at;
      piece.count = std::min(most, whole.count - at);
      pieces.push_back(piece);
    }
  }
  Pool::Get().Run(static_cast<int>(pieces.size()), [&](int item) { kernels.adam(pieces[item]); });
}

}  // namespace fused
