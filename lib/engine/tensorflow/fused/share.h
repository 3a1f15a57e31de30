// How work is cut into items: by its shape alone, so that no sum depends on the number of threads.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>

#include "kernels.h"
#include "pool.h"

namespace fused {

// Number of items for so many values, each big enough to be worth handing over.
inline int ItemsFor(int64_t values) { return static_cast<int>(std::clamp<int64_t>(values / 16384, 1, 256)); }

inline Rows Piece(int64_t rows, int item, int items) { return {rows * item / items, rows * (item + 1) / items}; }

// Calls body(rows) for pieces of all rows.
template <class Body>
void ShareRows(int64_t rows, int columns, Body body) {
  const int items = ItemsFor(rows * columns);
  Pool::Get().Run(items, [&](int item) { body(Piece(rows, item, items)); });
}

// Sums over rows: every piece has sums of its own, `values` floats that start at 0, added up in order at the end.
class Sums {
 public:
  Sums(int pieces, int64_t values)
      : pieces_(pieces), values_(values), sums_(new float[static_cast<size_t>(pieces * values)]()) {}
  Sums(Sums &&) = default;
  float *Of(int piece) const { return sums_.get() + piece * values_; }
  // Writes `count` of them, from `first` on.
  void To(float *to, int64_t first, int64_t count) const {
    std::memcpy(to, Of(0) + first, sizeof(float) * static_cast<size_t>(count));
    for (int piece = 1; piece < pieces_; piece++) {
      const float *const sums = Of(piece) + first;
      for (int64_t i = 0; i < count; i++) to[i] += sums[i];
    }
  }

 private:
  const int pieces_;
  const int64_t values_;
  std::unique_ptr<float[]> sums_;
};

// Pieces of rows that have sums of their own: enough rows in each that adding them up costs little.
inline int PiecesFor(int64_t rows, int columns) {
  const int64_t most = std::min<int64_t>(rows / 16, 256);
  return static_cast<int>(std::max<int64_t>(1, std::min(most, rows * columns / 32768)));
}

// Calls body(sums of the piece, its rows) for pieces of all rows.
template <class Body>
Sums SumRows(int64_t rows, int columns, int64_t values, Body body) {
  const int pieces = PiecesFor(rows, columns);
  Sums sums(pieces, values);
  Pool::Get().Run(pieces, [&](int piece) { body(sums.Of(piece), Piece(rows, piece, pieces)); });
  return sums;
}

}  // namespace fused
