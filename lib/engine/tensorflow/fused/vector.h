// Vectors as wide as the level's registers, by GCC's extension. Everything that a level's file includes has internal
// linkage: of two inline functions of one name the linker would keep one, perhaps that of a level too high.
#pragma once
#include <cstdint>

#include "kernels.h"

namespace fused {
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 16;
#elif defined(__AVX2__)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif

typedef float Vector __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));
typedef uint32_t Bits __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));
typedef uint16_t Halves __attribute__((vector_size(kWidth * 2), aligned(2), may_alias));

// A vector's place in memory: whole, or the first `count` values of it, at the end of a row.
struct Whole {};
struct Part {
  int count;
};

inline Vector Load(const float *from, Whole = {}) { return *reinterpret_cast<const Vector *>(from); }
inline Vector Load(const float *from, Part part) {
  Vector values{};
  for (int i = 0; i < part.count; i++) values[i] = from[i];
  return values;
}
inline void Store(float *to, Vector values, Whole = {}) { *reinterpret_cast<Vector *>(to) = values; }
inline void Store(float *to, Vector values, Part part) {
  for (int i = 0; i < part.count; i++) to[i] = values[i];
}

inline Vector Widened(Halves halves) {
  const Bits bits = __builtin_convertvector(halves, Bits) << 16;
  return reinterpret_cast<const Vector &>(bits);
}
// To the nearest, and of two as near to the even one; NaN stays NaN, whatever its bits are.
inline Halves Narrowed(Vector values) {
  const Bits bits = reinterpret_cast<const Bits &>(values);
  const Bits rounded = bits + 0x7fff + ((bits >> 16) & 1), quiet = bits | 0x400000;
  return __builtin_convertvector((values == values ? rounded : quiet) >> 16, Halves);
}
inline Vector Load(const Bfloat16 *from, Whole = {}) { return Widened(*reinterpret_cast<const Halves *>(from)); }
inline Vector Load(const Bfloat16 *from, Part part) {
  Halves halves{};
  for (int i = 0; i < part.count; i++) halves[i] = from[i].bits;
  return Widened(halves);
}
inline void Store(Bfloat16 *to, Vector values, Whole = {}) { *reinterpret_cast<Halves *>(to) = Narrowed(values); }
inline void Store(Bfloat16 *to, Vector values, Part part) {
  const Halves halves = Narrowed(values);
  for (int i = 0; i < part.count; i++) to[i].bits = halves[i];
}

// Calls body(pointer) with a pointer to values of their type.
template <class Body>
inline void Typed(Given values, Body body) {
  if (values.type == Type::kFloat) body(static_cast<const float *>(values.data));
  else body(static_cast<const Bfloat16 *>(values.data));
}
template <class Body>
inline void Typed(Made values, Body body) {
  if (values.type == Type::kFloat) body(static_cast<float *>(values.data));
  else body(static_cast<Bfloat16 *>(values.data));
}

// Zero beyond the part.
inline Vector Keep(Vector values, Whole) { return values; }
inline Vector Keep(Vector values, Part part) {
  for (int i = part.count; i < kWidth; i++) values[i] = 0;
  return values;
}
template <class Place>
inline void Add(float *to, Vector values, Place place) {
  Store(to, Load(to, place) + values, place);
}

// Calls f(column, place) for a row of `count` values, vector by vector.
template <class Body>
inline void Columns(int64_t count, Body body) {
  int64_t column = 0;
  for (; column + kWidth <= count; column += kWidth) body(column, Whole{});
  if (column < count) body(column, Part{static_cast<int>(count - column)});
}

inline Vector All(float value) { return Vector{} + value; }
// A product that goes on rounded: the compiler would take it into a sum of one rounding.
inline Vector Rounded(Vector product) {
  __asm__("" : "+x"(product));
  return product;
}
// Of these three NaN comes out where it went in: a loss that has lost its way is to be seen.
inline Vector Least(Vector a, Vector b) { return b < a ? b : a; }
inline Vector Most(Vector a, Vector b) { return b > a ? b : a; }
inline Vector Positive(Vector a) { return Most(a, Vector{}); }
inline Vector Where(Vector condition, Vector values) { return condition > Vector{} ? values : Vector{}; }
inline float Sum(Vector values) {
  for (int half = kWidth / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) values[i] += values[i + half];
  }
  return values[0];
}
inline Vector Root(Vector values) {
  for (int i = 0; i < kWidth; i++) values[i] = __builtin_sqrtf(values[i]);
  return values;
}

// To 1 ulp; beyond ±87 as there. Coefficients: Cephes, expf.
inline Vector Exp(Vector x) {
  x = Least(Most(x, All(-87.f)), All(87.f));
  const float shift = 12582912.f;  // 1.5 · 2²³: adding it rounds to whole numbers
  const Vector n = (x * 1.44269504088896341f + shift) - shift;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector p = All(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.f;
  const Integers power = (__builtin_convertvector(n, Integers) + 127) << 23;
  return p * reinterpret_cast<const Vector &>(power);
}

// To 2 ulp. Rational approximation on [−4, 4], beyond which float32 knows ±1 only; coefficients: Eigen, erf.
inline Vector Erf(Vector x) {
  x = Least(Most(x, All(-4.f)), All(4.f));
  const Vector s = x * x;
  Vector p = All(-2.72614225801306e-10f);
  p = p * s + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  Vector q = All(-1.45660718464996e-05f);
  q = q * s + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  return x * p / q;
}

}  // namespace
}  // namespace fused
