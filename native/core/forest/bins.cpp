// Thresholds of the histogram bins.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/math.hpp"
#include "core/forest/trainer.hpp"

namespace mld::forest {
namespace {

/// A finite threshold t with a < t <= b, in the middle where floats allow; NaN when there is none.
float between(float a, float b) {
  const double middle = (static_cast<double>(a) + static_cast<double>(b)) / 2;
  float t = static_cast<float>(middle);
  if (is_nan(middle)) t = 0;  // -infinity and +infinity
  if (!is_finite(t)) t = is_finite(b) ? b : std::numeric_limits<float>::max();
  if (t <= a) t = b;
  if (!is_finite(t)) return kUnavailable;  // the largest float and +infinity
  return t == 0 ? 0.0F : t;                // never -0
}

}  // namespace

std::vector<float> make_thresholds(std::vector<float> values, std::uint32_t bins) {
  std::erase_if(values, [](float x) { return is_nan(x); });
  std::sort(values.begin(), values.end());
  std::size_t distinct = values.empty() ? 0 : 1;
  for (std::size_t i = 1; i < values.size(); ++i) distinct += values[i - 1] < values[i] ? 1 : 0;
  std::vector<float> thresholds;
  std::size_t bin = 1;  // the bin being filled, from 1
  for (std::size_t i = 1; i < values.size() && thresholds.size() + 1 < bins; ++i) {
    if (!(values[i - 1] < values[i])) continue;
    if (distinct > bins && i * bins < bin * values.size()) continue;  // not full yet
    const float t = between(values[i - 1], values[i]);
    if (is_nan(t)) continue;
    thresholds.push_back(t);
    bin = distinct > bins ? i * bins / values.size() + 1 : bin + 1;
  }
  return thresholds;
}

}  // namespace mld::forest
