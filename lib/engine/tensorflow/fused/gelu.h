// x · Φ(x) in its three forms, and its derivative.
#pragma once
#include "kernels.h"
#include "vector.h"

namespace fused {
namespace {

struct ValueAndSlope {
  Vector value, slope;
};

// Φ by erf, and φ: the slope is Φ + x · φ.
inline ValueAndSlope GeluByErf(Vector x) {
  const Vector phi = Erf(x * 0.70710678118654752f) * 0.5f + 0.5f;
  const Vector density = Exp(x * x * -0.5f) * 0.3989422804014327f;
  return {x * phi, phi + x * density};
}

// x · σ(v) with v' at x, of which both approximations are: (1 + tanh u) / 2 = σ(2 u).
inline ValueAndSlope GeluBySigmoid(Vector x, Vector v, Vector slope) {
  const Vector sigma = 1.f / (Exp(-v) + 1.f);
  return {x * sigma, sigma + x * sigma * (1.f - sigma) * slope};
}

inline ValueAndSlope GeluByTanh(Vector x) {
  const float c = 2 * 0.7978845608028654f;  // 2 √(2/π)
  const Vector square = x * x * 0.044715f;
  return GeluBySigmoid(x, x * (square + 1.f) * c, (square * 3.f + 1.f) * c);
}

template <Gelu form>
inline ValueAndSlope GeluOf(Vector x) {
  if constexpr (form == Gelu::kErf) return GeluByErf(x);
  if constexpr (form == Gelu::kTanh) return GeluByTanh(x);
  if constexpr (form == Gelu::kSigmoid) return GeluBySigmoid(x, x * 1.702f, All(1.702f));
}

// As above, for what is rounded to bfloat16 at once, without a division: Φ − ½ and the slope − ½ as odd
// polynomials on [−4.25, 4.25], beyond which both are ±½. Least largest errors (Lawson's algorithm): Φ 1.3e-5, slope
// 2.2e-4, a tenth of what bfloat16 rounds off beside 1.
inline ValueAndSlope BriefGeluByErf(Vector x) {
  const Vector near = Least(Most(x, All(-4.25f)), All(4.25f));
  const Vector s = near * near;
  Vector p = All(6.012995450e-11f);
  p = p * s + -5.685116229e-09f;
  p = p * s + 2.373717353e-07f;
  p = p * s + -5.836483169e-06f;
  p = p * s + 9.557641361e-05f;
  p = p * s + -1.121429651e-03f;
  p = p * s + 9.858219273e-03f;
  p = p * s + -6.641108057e-02f;
  p = p * s + 3.989377845e-01f;
  Vector q = All(4.541053838e-10f);
  q = q * s + -4.569889336e-08f;
  q = q * s + 1.987705516e-06f;
  q = q * s + -4.926530111e-05f;
  q = q * s + 7.732066101e-04f;
  q = q * s + -8.070281665e-03f;
  q = q * s + 5.682040024e-02f;
  q = q * s + -2.629894755e-01f;
  q = q * s + 7.970177936e-01f;
  return {x * (near * p + 0.5f), near * q + 0.5f};
}

template <Gelu form, class Value>
inline ValueAndSlope GeluFor(Vector x) {
  if constexpr (form == Gelu::kErf && sizeof(Value) == sizeof(Bfloat16)) return BriefGeluByErf(x);
  return GeluOf<form>(x);
}

template <Gelu form>
struct Form {
  static constexpr Gelu value = form;
};

// Calls body(Form<form>{}).
template <class Body>
inline void WithForm(Gelu form, Body body) {
  switch (form) {
    case Gelu::kErf: return body(Form<Gelu::kErf>{});
    case Gelu::kTanh: return body(Form<Gelu::kTanh>{});
    case Gelu::kSigmoid: return body(Form<Gelu::kSigmoid>{});
  }
}

void RunGelu(Gelu form, const float *x, float *y, int64_t count) {
  WithForm(form, [&](auto constant) {
    Columns(count, [&](int64_t i, auto place) {
      Store(y + i, GeluOf<decltype(constant)::value>(Load(x + i, place)).value, place);
    });
  });
}

void RunGeluGrad(Gelu form, const float *x, const float *dy, float *dx, int64_t count) {
  WithForm(form, [&](auto constant) {
    Columns(count, [&](int64_t i, auto place) {
      Store(dx + i, Load(dy + i, place) * GeluOf<decltype(constant)::value>(Load(x + i, place)).slope, place);
    });
  });
}

// The derivative has the type of z.
template <class Sum, class Value>
inline void BiasGelu(const BiasActivation &a, Value *y, Rows rows) {
  const Sum *const z = static_cast<const Sum *>(a.z.data);
  Sum *const derivative = static_cast<Sum *>(a.derivative.data);
  WithForm(a.form, [&](auto constant) {
    for (int64_t r = rows.first; r < rows.last; r++) {
      const int64_t row = r * a.channels;
      Columns(a.channels, [&](int64_t c, auto place) {
        const auto [value, slope] =
            GeluFor<decltype(constant)::value, Value>(Load(z + row + c, place) + Load(a.bias + c, place));
        Store(derivative + row + c, slope, place);
        Store(y + row + c, value, place);
      });
    }
  });
}

void RunBiasGelu(const BiasActivation &a, Rows rows) {
  if (a.z.type == Type::kFloat) return BiasGelu<float>(a, static_cast<float *>(a.y.data), rows);
  Typed(a.y, [&](auto *y) { BiasGelu<Bfloat16>(a, y, rows); });
}

}  // namespace
}  // namespace fused
