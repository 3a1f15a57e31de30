// Depthwise convolution at stride 1 with as many pixels out as in: one image, as many channels as a vector is wide.
// A tile of pixels beside each other stays in registers; every pixel that is read serves all sums it belongs to.
#pragma once
#include <type_traits>

#include "kernels.h"
#include "vector.h"

namespace fused {
namespace {

// Whether a tile's windows reach over the left or right edge of the image.
enum class Edge { kInside, kOver };

template <int tile, int size, Edge edge>
inline void DepthwiseTile(const Depthwise &a, int row, int column) {
  constexpr int pad = size / 2;
  Vector sums[tile];
  const Vector start = a.bias == nullptr ? Vector{} : Load(a.bias);
  for (int i = 0; i < tile; i++) sums[i] = start;
  const int first = row < pad ? pad - row : 0;
  const int last = row + pad >= a.height ? a.height - row + pad : size;
  for (int k = first; k < last; k++) {
    const float *const filter = a.filter + static_cast<int64_t>(k) * size * a.channels;
    const float *const line = a.x + static_cast<int64_t>(row + k - pad) * a.width * a.stride;
    Vector weights[size];
    for (int j = 0; j < size; j++) weights[j] = Load(filter + j * a.channels);
#pragma GCC unroll 32
    for (int j = 0; j < tile + size - 1; j++) {
      const int at = column + j - pad;
      if (edge == Edge::kOver && (at < 0 || at >= a.width)) continue;
      const Vector value = Load(line + static_cast<int64_t>(at) * a.stride);
#pragma GCC unroll 16
      for (int w = 0; w < size; w++) {
        if (j - w >= 0 && j - w < tile) sums[j - w] += value * weights[w];
      }
    }
  }
  float *const y = a.y + (static_cast<int64_t>(row) * a.width + column) * a.stride;
  for (int i = 0; i < tile; i++) Store(y + static_cast<int64_t>(i) * a.stride, sums[i]);
}

// Calls body(tile, edge, column) for the tiles of a row, as constants.
template <int size, class Body>
inline void Tiles(int width, Body body) {
  using Inside = std::integral_constant<Edge, Edge::kInside>;
  using Over = std::integral_constant<Edge, Edge::kOver>;
  constexpr int pad = size / 2;
  int column = 0;
  for (; column + 8 <= width; column += 8) {
    if (column >= pad && column + 8 + pad <= width) body(std::integral_constant<int, 8>{}, Inside{}, column);
    else body(std::integral_constant<int, 8>{}, Over{}, column);
  }
  for (; column + 4 <= width; column += 4) body(std::integral_constant<int, 4>{}, Over{}, column);
  for (; column < width; column++) body(std::integral_constant<int, 1>{}, Over{}, column);
}

template <int size>
void DepthwiseOf(const Depthwise &a) {
  for (int row = 0; row < a.height; row++) {
    Tiles<size>(a.width, [&](auto tile, auto edge, int column) { DepthwiseTile<tile(), size, edge()>(a, row, column); });
  }
}

template <int tile, int size, Edge edge>
inline void FilterGradTile(const DepthwiseFilterGrad &a, const float *line, const float *dy, Vector *sums, int column) {
  constexpr int pad = size / 2;
  Vector given[tile];
  for (int i = 0; i < tile; i++) given[i] = Load(dy + static_cast<int64_t>(column + i) * a.stride);
#pragma GCC unroll 32
  for (int j = 0; j < tile + size - 1; j++) {
    const int at = column + j - pad;
    if (edge == Edge::kOver && (at < 0 || at >= a.width)) continue;
    const Vector value = Load(line + static_cast<int64_t>(at) * a.stride);
#pragma GCC unroll 16
    for (int w = 0; w < size; w++) {
      if (j - w >= 0 && j - w < tile) sums[w] += value * given[j - w];
    }
  }
}

template <int size>
void FilterGradOf(const DepthwiseFilterGrad &a) {
  constexpr int pad = size / 2;
  for (int k = 0; k < size; k++) {
    float *const dfilter = a.dfilter + static_cast<int64_t>(k) * size * a.channels;
    for (int row = 0; row < a.height; row++) {
      const int from = row + k - pad;
      if (from < 0 || from >= a.height) continue;
      const float *const line = a.x + static_cast<int64_t>(from) * a.width * a.stride;
      const float *const dy = a.dy + static_cast<int64_t>(row) * a.width * a.stride;
      // a row's sums by themselves: a sum over all pixels in one go would lose digits
      Vector sums[size] = {};
      Tiles<size>(a.width, [&](auto tile, auto edge, int column) {
        FilterGradTile<tile(), size, edge()>(a, line, dy, sums, column);
      });
      for (int w = 0; w < size; w++) Add(dfilter + w * a.channels, sums[w], Whole{});
    }
  }
}

void RunDepthwise(const Depthwise &a) {
  switch (a.size) {
    case 3: return DepthwiseOf<3>(a);
    case 5: return DepthwiseOf<5>(a);
    case 7: return DepthwiseOf<7>(a);
    case 9: return DepthwiseOf<9>(a);
    case 11: return DepthwiseOf<11>(a);
  }
}

void RunDepthwiseFilterGrad(const DepthwiseFilterGrad &a) {
  switch (a.size) {
    case 3: return FilterGradOf<3>(a);
    case 5: return FilterGradOf<5>(a);
    case 7: return FilterGradOf<7>(a);
    case 9: return FilterGradOf<9>(a);
    case 11: return FilterGradOf<11>(a);
  }
}

}  // namespace
}  // namespace fused
