#include "core/flow/sums.hpp"

#include <algorithm>

namespace mld {

double byte_entropy(Bytes data) {
  if (data.empty()) return kMissing;
  data = data.first(std::min<std::size_t>(data.size(), 4096));
  std::array<std::uint16_t, 256> counts{};
  double sum = 0;
  for (const std::uint8_t byte : data) ++counts[byte];
  for (const std::uint8_t byte : data) {  // each value once, without a walk over all 256
    sum += times_log2(counts[byte]);
    counts[byte] = 0;
  }
  const double total = static_cast<double>(data.size());
  const double bits = mld::log2(total) - sum / total;
  return bits < 0 ? 0 : bits;
}

}  // namespace mld
