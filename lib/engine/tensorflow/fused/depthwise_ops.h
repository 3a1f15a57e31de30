// Depthwise convolution at stride 1, padded so that the image keeps its size, in all three directions.
// N images · H, W height and width · C channels · K side of the filter, odd
#pragma once
#include <cstring>

#include "call.h"
#include "kernels.h"
#include "share.h"

namespace fused {

struct Images : Matrix {
  explicit Images(const Input &input) : Matrix(input) {
    if (sizes.size() != 4) throw Refusal("input has shape " + Show(sizes) + ", expected images [N, H, W, C]");
    for (const int64_t size : sizes) {
      if (size > INT32_MAX) throw Refusal("input has shape " + Show(sizes) + ", expected axes below 2 ** 31");
    }
  }
  int number() const { return static_cast<int>(sizes[0]); }
  int height() const { return static_cast<int>(sizes[1]); }
  int width() const { return static_cast<int>(sizes[2]); }
  int64_t pixels() const { return sizes[1] * sizes[2]; }
};

inline bool IsSide(int64_t size) { return size == 3 || size == 5 || size == 7 || size == 9 || size == 11; }

// A filter [K, K, C, 1] for such images.
inline Input FilterFor(const Images &images, const Input &filter) {
  const Sizes &sizes = filter.sizes;
  if (sizes.size() == 4 && IsSide(sizes[0]) && sizes == Sizes{sizes[0], sizes[0], images.columns, 1}) return filter;
  throw Refusal("filter has shape " + Show(sizes) + ", expected [K, K, " + std::to_string(images.columns) +
                ", 1] with an odd K from 3 to 11");
}

// Copies `count` of `stride` channels of every pixel into vectors of `width`, the rest of them 0.
inline std::vector<float> Packed(const float *from, int64_t pixels, int stride, int count, int width) {
  std::vector<float> to(static_cast<size_t>(pixels * width));
  for (int64_t p = 0; p < pixels; p++) std::memcpy(&to[p * width], from + p * stride, sizeof(float) * count);
  return to;
}

inline void Unpack(const std::vector<float> &from, float *to, int64_t pixels, int stride, int count, int width) {
  for (int64_t p = 0; p < pixels; p++) std::memcpy(to + p * stride, &from[p * width], sizeof(float) * count);
}

// Images and vectors of channels are independent of each other; channels that fill no vector are packed into one.
inline void Convolve(const Kernels &kernels, const Images &x, const float *filter, const float *bias, float *y, int size) {
  const int c = x.columns, width = kernels.width, vectors = (c + width - 1) / width;
  const int64_t pixels = x.pixels();
  Pool::Get().Run(x.number() * vectors, [&](int item) {
    const int first = item % vectors * width, count = std::min(width, c - first);
    const int64_t at = item / vectors * pixels * c + first;
    const float *const own = bias == nullptr ? nullptr : bias + first;
    Depthwise pass{x.data + at, filter + first, own, y + at, x.height(), x.width(), c, c, size};
    if (count == width) return kernels.depthwise(pass);
    const std::vector<float> image = Packed(pass.x, pixels, c, count, width);
    const std::vector<float> weights = Packed(pass.filter, size * size, c, count, width);
    std::vector<float> start(width), result(static_cast<size_t>(pixels * width));
    if (own != nullptr) std::copy(own, own + count, start.begin());
    pass = {image.data(), weights.data(), start.data(), result.data(), pass.height, pass.width, width, width, size};
    kernels.depthwise(pass);
    Unpack(result, y + at, pixels, c, count, width);
  });
}

// Inputs x, filter and perhaps the bias.
inline void ComputeDepthwise(Call &call, const Kernels &kernels) {
  const Images x(call.In(0));
  const Input filter = FilterFor(x, call.In(1));
  const float *const bias = call.inputs() > 2 ? call.In(2, x.row()) : nullptr;
  Convolve(kernels, x, filter.data, bias, call.Out(0, x.sizes), static_cast<int>(filter.sizes[0]));
}

// Inputs dy and filter: a convolution with the filter turned by half a circle.
inline void ComputeDepthwiseInputGrad(Call &call, const Kernels &kernels) {
  const Images dy(call.In(0));
  const Input filter = FilterFor(dy, call.In(1));
  const int64_t taps = filter.sizes[0] * filter.sizes[0], c = dy.columns;
  std::vector<float> turned(static_cast<size_t>(taps * c));
  for (int64_t tap = 0; tap < taps; tap++) {
    std::memcpy(&turned[(taps - 1 - tap) * c], filter.data + tap * c, sizeof(float) * static_cast<size_t>(c));
  }
  Convolve(kernels, dy, turned.data(), nullptr, call.Out(0, dy.sizes), static_cast<int>(filter.sizes[0]));
}

// Inputs x and dy.
inline void ComputeDepthwiseFilterGrad(Call &call, const Kernels &kernels) {
  const Images x(call.In(0));
  const float *const dy = call.In(1, x.sizes);
  if (!IsSide(call.attributes.size)) {
    throw Refusal("size is " + std::to_string(call.attributes.size) + ", expected an odd one from 3 to 11");
  }
  const int size = static_cast<int>(call.attributes.size), taps = size * size, c = x.columns;
  float *const dfilter = call.Out(0, {size, size, c, 1});
  const int width = kernels.width, vectors = (c + width - 1) / width, pieces = std::clamp(x.number(), 1, 16);
  const int64_t pixels = x.pixels();
  const Sums sums(pieces, int64_t{taps} * c);
  Pool::Get().Run(pieces * vectors, [&](int item) {
    const int first = item % vectors * width, count = std::min(width, c - first), piece = item / vectors;
    float *const own = sums.Of(piece) + first;
    std::vector<float> result(count == width ? 0 : taps * width);
    const Rows images = Piece(x.number(), piece, pieces);
    for (int64_t image = images.first; image < images.last; image++) {
      const int64_t at = image * pixels * c + first;
      DepthwiseFilterGrad pass{x.data + at, dy + at, own, x.height(), x.width(), c, c, size};
      if (count == width) {
        kernels.depthwise_filter_grad(pass);
        continue;
      }
      const std::vector<float> values = Packed(pass.x, pixels, c, count, width);
      const std::vector<float> given = Packed(pass.dy, pixels, c, count, width);
      pass = {values.data(), given.data(), result.data(), pass.height, pass.width, width, width, size};
      kernels.depthwise_filter_grad(pass);
    }
    if (count != width) Unpack(result, own, taps, c, count, width);
  });
  sums.To(dfilter, 0, int64_t{taps} * c);
}

}  // namespace fused
