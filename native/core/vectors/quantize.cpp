// Floats to bytes.
#include <cmath>

#include "core/base/math.hpp"
#include "core/vectors/vectors.hpp"

namespace mld::vectors {
namespace {

constexpr double kLargest = 127;

/// The largest absolute value of a row, or -1 where one is not finite.
double largest_of(std::span<const float> row) {
  double largest = 0;
  for (const float x : row) {
    if (!is_finite(x)) return -1;
    const double size = std::fabs(static_cast<double>(x));
    if (size > largest) largest = size;
  }
  return largest;
}

}  // namespace

bool are_dimensions(std::size_t dimensions) {
  return dimensions > 0 && dimensions <= kMaxDimensions && dimensions % kDimensionUnit == 0;
}

std::size_t quantize(std::size_t dimensions, std::span<const float> vectors,
                     std::span<std::int8_t> out) {
  if (!are_dimensions(dimensions) || out.size() < vectors.size()) return 0;
  const std::size_t rows = vectors.size() / dimensions;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto row = vectors.subspan(r * dimensions, dimensions);
    const double largest = largest_of(row);
    if (largest < 0) return r;
    const double factor = largest > 0 ? kLargest / largest : 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      // half to even, in both builds
      const double rounded = __builtin_rint(static_cast<double>(row[i]) * factor);
      out[r * dimensions + i] = static_cast<std::int8_t>(rounded);
    }
  }
  return rows;
}

}  // namespace mld::vectors
