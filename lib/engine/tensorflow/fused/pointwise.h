// Kernels that treat rows of channels value by value, with what they sum up on their way.
#pragma once
#include "kernels.h"
#include "vector.h"

namespace fused {
namespace {

// Calls body(place of the value, column, place) for all values of rows.
template <class Body>
inline void Values(int channels, Rows rows, Body body) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    Columns(channels, [&](int64_t c, auto place) { body(r * channels + c, c, place); });
  }
}

// Writes float32.
void RunBias(const BiasActivation &a, Rows rows) {
  float *const y = static_cast<float *>(a.y.data);
  Typed(a.z, [&](const auto *z) {
    if (a.relu) {
      Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
        Store(y + i, Positive(Load(z + i, place) + Load(a.bias + c, place)), place);
      });
      return;
    }
    Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
      Store(y + i, Load(z + i, place) + Load(a.bias + c, place), place);
    });
  });
}

void RunActivationGrad(const ActivationGrad &a, float *sums, Rows rows) {
  const auto run = [&](const auto *dy, const auto *kept, auto *dz, auto gradient) {
    Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
      const Vector made = gradient(Load(dy + i, place), Load(kept + i, place));
      Store(dz + i, made, place);
      Add(sums + c, made, place);
    });
  };
  Typed(a.dy, [&](const auto *dy) {
    Typed(a.kept, [&](const auto *kept) {
      Typed(a.dz, [&](auto *dz) {
        if (a.relu) run(dy, kept, dz, [](Vector given, Vector output) { return Where(output, given); });
        else run(dy, kept, dz, [](Vector given, Vector slope) { return given * slope; });
      });
    });
  });
}

void RunColumnSums(const float *x, int channels, float *sums, Rows rows) {
  Values(channels, rows, [&](int64_t i, int64_t c, auto place) { Add(sums + c, Load(x + i, place), place); });
}

void RunNarrow(const float *x, Bfloat16 *y, int channels, float *sums, Rows rows) {
  Values(channels, rows, [&](int64_t i, int64_t c, auto place) {
    const Vector values = Load(x + i, place);
    Store(y + i, values, place);
    Add(sums + c, values, place);
  });
}

void RunAddScaled(const AddScaled &a, Rows rows) {
  Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
    Store(a.y + i, Load(a.x + i, place) + Load(a.branch + i, place) * Load(a.scale + c, place), place);
  });
}

void RunAddScaledGrad(const AddScaledGrad &a, float *sums, Rows rows) {
  Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
    const Vector dy = Load(a.dy + i, place);
    Add(sums + c, dy * Load(a.branch + i, place), place);
    Store(a.dbranch + i, dy * Load(a.scale + c, place), place);
  });
}

void RunAddBranch(const AddBranch &a, Rows rows) {
  Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
    const Vector branch = Load(a.z + i, place) + Load(a.bias + c, place);
    Store(a.y + i, Load(a.x + i, place) + branch * Load(a.scale + c, place), place);
  });
}

void RunAddBranchGrad(const AddBranchGrad &a, float *bias, float *scale, Rows rows) {
  Values(a.channels, rows, [&](int64_t i, int64_t c, auto place) {
    const Vector dy = Load(a.dy + i, place), dz = dy * Load(a.scale + c, place);
    Add(scale + c, dy * (Load(a.z + i, place) + Load(a.bias + c, place)), place);
    Add(bias + c, dz, place);
    Store(a.dz + i, dz, place);
  });
}

// dx = y · (dy − Σ dy · y).
void RunSoftmaxGrad(const float *y, const float *dy, float *dx, int channels, Rows rows) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    const int64_t row = r * channels;
    Vector sums{};
    Columns(channels, [&](int64_t c, auto place) { sums += Load(y + row + c, place) * Load(dy + row + c, place); });
    const float sum = Sum(sums);
    Columns(channels, [&](int64_t c, auto place) {
      Store(dx + row + c, Load(y + row + c, place) * (Load(dy + row + c, place) - sum), place);
    });
  }
}

// dx = dy − Σ dy · exp y.
void RunLogSoftmaxGrad(const float *y, const float *dy, float *dx, int channels, Rows rows) {
  for (int64_t r = rows.first; r < rows.last; r++) {
    const int64_t row = r * channels;
    Vector sums{};
    Columns(channels, [&](int64_t c, auto place) { sums += Load(dy + row + c, place); });
    const float sum = Sum(sums);
    Columns(channels, [&](int64_t c, auto place) {
      Store(dx + row + c, Load(dy + row + c, place) - Exp(Load(y + row + c, place)) * sum, place);
    });
  }
}

void RunAdam(const Adam &a) {
  Columns(a.count, [&](int64_t i, auto place) {
    const Vector gradient = Load(a.gradient + i, place);
    const Vector first = Load(a.first + i, place) * a.beta1 + gradient * a.gain1;
    const Vector second = Load(a.second + i, place) * a.beta2 + gradient * gradient * a.gain2;
    const Vector change = first * a.pace / (Root(second) * a.root + a.epsilon);
    Store(a.new_param + i, Load(a.param + i, place) * a.kept - change, place);
    Store(a.new_first + i, first, place);
    Store(a.new_second + i, second, place);
  });
}

}  // namespace
}  // namespace fused
