// What is compiled once for each level of x86-64 processors (level.cc), as a table of functions.
// R rows · C channels · H, W height and width · K side of a filter
#pragma once
#include <cstdint>

namespace fused {

// The upper half of a float: its sign, its exponent and seven bits of its mantissa.
struct Bfloat16 {
  uint16_t bits;
};

enum class Type { kFloat, kBfloat16 };

// Values of a type that is known when the kernel is called.
struct Given {
  const void *data;
  Type type;
};
struct Made {
  void *data;
  Type type;
};

// Rows of a matrix that one call works on.
struct Rows {
  int64_t first, last;
};

// [R, C]; `statistics` [R, 2]: each row's mean and reciprocal deviation.
struct LayerNorm {
  const float *x, *weight, *bias;
  Made y;
  float *statistics;
  int channels;
  float epsilon;
};

// The sums [C] are added to.
struct LayerNormGrad {
  const float *x, *weight;
  Given dy;
  const float *statistics;
  float *dx;
  int channels;
};

// y = (x − mean) · scale + bias + residual, then perhaps a ReLU. `residual` may be null.
struct BatchNorm {
  const float *x, *mean, *scale, *bias, *residual;
  float *y;
  int channels;
  bool relu;
};

// dx = (dy − offset − (x − mean) · slope) · scale, where y > 0; `y` is null when no ReLU followed.
struct BatchNormGrad {
  const float *x, *dy, *y, *mean;
  const float *offset, *slope, *scale;
  float *dx;
  int channels;
};

enum class Gelu { kErf, kTanh, kSigmoid };

// y = f(z + bias); with a GELU `derivative` is that of f at z + bias.
struct BiasActivation {
  Given z;
  const float *bias;
  Made y, derivative;
  int channels;
  bool relu;
  Gelu form;
};

// dz = dy where kept > 0 (ReLU), else dy · kept.
struct ActivationGrad {
  Given dy, kept;
  Made dz;
  int channels;
  bool relu;
};

// y = x + branch · scale.
struct AddScaled {
  const float *x, *branch, *scale;
  float *y;
  int channels;
};

// y = x + (z + bias) · scale, z in bfloat16.
struct AddBranch {
  const float *x;
  const Bfloat16 *z;
  const float *bias, *scale;
  float *y;
  int channels;
};

// dz = dy · scale, which is added to the sums `bias` [C]; dy · (z + bias) to the sums `scale` [C].
struct AddBranchGrad {
  const Bfloat16 *z;
  const float *bias, *scale, *dy;
  Bfloat16 *dz;
  int channels;
};

// dbranch = dy · scale; dy · branch is added to the sums [C].
struct AddScaledGrad {
  const float *branch, *scale, *dy;
  float *dbranch;
  int channels;
};

// One image, as many channels as a vector is wide. Pixels of x and y lie `stride` floats apart, values of the filter
// `channels` apart. `bias` may be null.
struct Depthwise {
  const float *x, *filter, *bias;
  float *y;
  int height, width, stride, channels, size;
};

// As above; what the filter's gradient gets of this image is added to `dfilter`.
struct DepthwiseFilterGrad {
  const float *x, *dy;
  float *dfilter;
  int height, width, stride, channels, size;
};

// Of one parameter, or a piece of one. The factors belong to the step: param · kept − mean · pace / (root · √v + ε).
struct Adam {
  const float *param, *gradient, *first, *second;
  float *new_param, *new_first, *new_second;
  int64_t count;
  float beta1, beta2, gain1, gain2, kept, pace, root, epsilon;
};

struct Kernels {
  // channels that depthwise convolutions take at a time
  int width;
  void (*layer_norm)(const LayerNorm &, Rows);
  void (*layer_norm_grad)(const LayerNormGrad &, float *dweight, float *dbias, Rows);
  // mean and sum of squares about it, per channel
  void (*moments)(const float *x, int channels, float *mean, float *squares, Rows);
  void (*batch_norm)(const BatchNorm &, Rows);
  // adds the sums of dy and of dy · (x − mean), where y > 0
  void (*batch_norm_sums)(const BatchNormGrad &, float *plain, float *centred, Rows);
  void (*batch_norm_grad)(const BatchNormGrad &, Rows);
  void (*bias)(const BiasActivation &, Rows);
  void (*bias_gelu)(const BiasActivation &, Rows);
  void (*activation_grad)(const ActivationGrad &, float *sums, Rows);
  void (*column_sums)(const float *x, int channels, float *sums, Rows);
  void (*narrow)(const float *x, Bfloat16 *y, int channels, float *sums, Rows);
  void (*add_scaled)(const AddScaled &, Rows);
  void (*add_scaled_grad)(const AddScaledGrad &, float *sums, Rows);
  void (*add_branch)(const AddBranch &, Rows);
  void (*add_branch_grad)(const AddBranchGrad &, float *bias, float *scale, Rows);
  void (*gelu)(Gelu, const float *x, float *y, int64_t count);
  void (*gelu_grad)(Gelu, const float *x, const float *dy, float *dx, int64_t count);
  void (*softmax_grad)(const float *y, const float *dy, float *dx, int channels, Rows);
  void (*log_softmax_grad)(const float *y, const float *dy, float *dx, int channels, Rows);
  void (*depthwise)(const Depthwise &);
  void (*depthwise_filter_grad)(const DepthwiseFilterGrad &);
  void (*adam)(const Adam &);
};

extern const Kernels level2, level3, level4;

}  // namespace fused
