// Layer norm over rows, batch norm over columns, and their gradients.
#pragma once
#include "kernels.h"
#include "vector.h"

namespace fused {
namespace {

template <class Value>
inline void LayerNormTo(Value *to, const LayerNorm &a, Rows rows) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    const float *const x = a.x + r * a.channels;
    Value *const y = to + r * a.channels;
    Vector sum{}, squares{};
    Columns(a.channels, [&](int64_t c, auto place) { sum += Load(x + c, place); });
    const float mean = Sum(sum) / a.channels;
    Columns(a.channels, [&](int64_t c, auto place) {
      const Vector centred = Keep(Load(x + c, place) - mean, place);
      squares += centred * centred;
    });
    const float scale = 1 / __builtin_sqrtf(Sum(squares) / a.channels + a.epsilon);
    Columns(a.channels, [&](int64_t c, auto place) {
      const Vector normal = (Load(x + c, place) - mean) * scale;
      Store(y + c, normal * Load(a.weight + c, place) + Load(a.bias + c, place), place);
    });
    a.statistics[2 * r] = mean;
    a.statistics[2 * r + 1] = scale;
  }
}

void RunLayerNorm(const LayerNorm &a, Rows rows) {
  Typed(a.y, [&](auto *y) { LayerNormTo(y, a, rows); });
}

template <class Value>
inline void LayerNormBack(const Value *from, const LayerNormGrad &a, float *dweight, float *dbias, Rows rows) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    const float *const x = a.x + r * a.channels;
    const Value *const dy = from + r * a.channels;
    float *const dx = a.dx + r * a.channels;
    const float mean = a.statistics[2 * r], scale = a.statistics[2 * r + 1];
    Vector plain{}, weighted{};
    Columns(a.channels, [&](int64_t c, auto place) {
      const Vector given = Load(dy + c, place), normal = (Load(x + c, place) - mean) * scale;
      const Vector outer = given * Load(a.weight + c, place);
      plain += outer;
      weighted += outer * normal;
      Add(dweight + c, given * normal, place);
      Add(dbias + c, given, place);
    });
    const float offset = Sum(plain) / a.channels, slope = Sum(weighted) / a.channels;
    Columns(a.channels, [&](int64_t c, auto place) {
      const Vector normal = (Load(x + c, place) - mean) * scale;
      // rounded as it is in the sum, so that a row of one value has a gradient of 0 and not of rounding
      const Vector outer = Rounded(Load(dy + c, place) * Load(a.weight + c, place));
      Store(dx + c, (outer - offset - normal * slope) * scale, place);
    });
  }
}

void RunLayerNormGrad(const LayerNormGrad &a, float *dweight, float *dbias, Rows rows) {
  Typed(a.dy, [&](const auto *dy) { LayerNormBack(dy, a, dweight, dbias, rows); });
}

// Block by block, each small enough to be read twice from the cache: the mean first, then the squares about it. Blocks
// are joined as in Chan, Golub and LeVeque 1983, so that a mean far from 0 costs no digits.
void RunMoments(const float *x, int channels, float *mean, float *squares, Rows rows) {
  const int64_t step = channels >= 1024 ? 4 : 4096 / channels;
  for (int64_t first = rows.first; first < rows.last; first += step) {
    const int64_t last = first + step < rows.last ? first + step : rows.last;
    const float count = static_cast<float>(last - first), before = static_cast<float>(first - rows.first);
    const float share = count / (before + count);
    Columns(channels, [&](int64_t c, auto place) {
      Vector sum{}, own{};
      for (int64_t r = first; r < last; r++) sum += Load(x + r * channels + c, place);
      const Vector middle = sum / count;
      for (int64_t r = first; r < last; r++) {
        const Vector centred = Load(x + r * channels + c, place) - middle;
        own += centred * centred;
      }
      const Vector old = first == rows.first ? Vector{} : Load(mean + c, place);
      const Vector gap = middle - old;
      Store(mean + c, old + gap * share, place);
      const Vector past = first == rows.first ? Vector{} : Load(squares + c, place);
      Store(squares + c, past + own + gap * gap * (before * share), place);
    });
  }
}

void RunBatchNorm(const BatchNorm &a, Rows rows) {
  const auto run = [&](auto follow) {
    for (int64_t r = rows.first; r < rows.last; r++) {
      const int64_t row = r * a.channels;
      Columns(a.channels, [&](int64_t c, auto place) {
        const Vector centred = Load(a.x + row + c, place) - Load(a.mean + c, place);
        const Vector scaled = centred * Load(a.scale + c, place) + Load(a.bias + c, place);
        Store(a.y + row + c, follow(scaled, row + c, place), place);
      });
    }
  };
  const auto joined = [&](Vector y, int64_t i, auto place) { return y + Load(a.residual + i, place); };
  if (a.residual != nullptr && a.relu) run([&](Vector y, int64_t i, auto place) { return Positive(joined(y, i, place)); });
  else if (a.residual != nullptr) run(joined);
  else if (a.relu) run([](Vector y, int64_t, auto) { return Positive(y); });
  else run([](Vector y, int64_t, auto) { return y; });
}

// Calls body(place of the value, column, place, dy where y > 0).
template <class Body>
inline void BackThroughRelu(const BatchNormGrad &a, Rows rows, Body body) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    const int64_t row = r * a.channels;
    if (a.y == nullptr) {
      Columns(a.channels, [&](int64_t c, auto place) { body(row + c, c, place, Load(a.dy + row + c, place)); });
    } else {
      Columns(a.channels, [&](int64_t c, auto place) {
        body(row + c, c, place, Where(Load(a.y + row + c, place), Load(a.dy + row + c, place)));
      });
    }
  }
}

void RunBatchNormSums(const BatchNormGrad &a, float *plain, float *centred, Rows rows) {
  BackThroughRelu(a, rows, [&](int64_t i, int64_t c, auto place, Vector dy) {
    Add(plain + c, dy, place);
    Add(centred + c, dy * (Load(a.x + i, place) - Load(a.mean + c, place)), place);
  });
}

void RunBatchNormGrad(const BatchNormGrad &a, Rows rows) {
  BackThroughRelu(a, rows, [&](int64_t i, int64_t c, auto place, Vector dy) {
    const Vector known = (Load(a.x + i, place) - Load(a.mean + c, place)) * Load(a.slope + c, place);
    Store(a.dx + i, (dy - Load(a.offset + c, place) - known) * Load(a.scale + c, place), place);
  });
}

}  // namespace
}  // namespace fused
