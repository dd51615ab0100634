// Exact sums for means and deviations, and entropies. Integers stay integers until a feature is
// made of them, so results do not depend on the order of additions.
#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/math.hpp"
#include "core/base/packet.hpp"

namespace mld {

inline constexpr double kMissing = math_internal::kNan;

/// A sum of squares in 128 bits.
struct Squares {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  void add(const Squares& other) {
    lo += other.lo;
    hi += other.hi + (lo < other.lo ? 1 : 0);
  }
  /// Adds x * x.
  void add_square(std::uint64_t x) {
    if (x < (std::uint64_t{1} << 32)) {
      const std::uint64_t square = x * x;
      lo += square;
      hi += lo < square ? 1 : 0;
      return;
    }
    const std::uint64_t a = x >> 32;
    const std::uint64_t b = x & 0xffffffffu;
    const std::uint64_t middle = a * b;  // twice, at bit 32
    add({b * b, a * a});
    add({middle << 33, middle >> 31});
  }
  double value() const { return static_cast<double>(hi) * 0x1p64 + static_cast<double>(lo); }
};

/// Population variance of n numbers by their sum and sum of squares. n * squares - sum * sum is
/// formed exactly (modulo 2^192 resp. 2^128, which these sums do not reach).
inline double variance(std::uint64_t n, std::uint64_t sum, const Squares& squares) {
  if (n == 0) return kMissing;
  using Wide = unsigned __int128;
  const Wide all = (static_cast<Wide>(squares.hi) << 64) | squares.lo;
  // Exact where n * squares fits in 128 bits: always, but for sums nobody can capture.
  const Wide product = all * n;
  const Wide square = static_cast<Wide>(sum) * sum;
  if (product <= square) return 0;
  const Wide difference = product - square;
  const double top = static_cast<double>(static_cast<std::uint64_t>(difference >> 64)) * 0x1p64 +
                     static_cast<double>(static_cast<std::uint64_t>(difference));
  return top / (static_cast<double>(n) * static_cast<double>(n));
}

/// Population standard deviation of the same.
inline double deviation(std::uint64_t n, std::uint64_t sum, const Squares& squares) {
  return n == 0 ? kMissing : std::sqrt(variance(n, sum, squares));
}

/// a / b, missing where b is 0.
inline double ratio(double a, double b) { return b == 0 ? kMissing : a / b; }

namespace sums_internal {
inline constexpr std::size_t kTable = 513;
inline constexpr auto kTimesLog = [] {
  std::array<double, kTable> table{};
  for (std::size_t n = 1; n < kTable; ++n) {
    table[n] = static_cast<double>(n) * mld::log2(static_cast<double>(n));
  }
  return table;
}();
}  // namespace sums_internal

/// n * log2(n), 0 for 0.
inline double times_log2(std::uint64_t n) {
  using namespace sums_internal;
  if (n < kTable) return kTimesLog[static_cast<std::size_t>(n)];
  return static_cast<double>(n) * mld::log2(static_cast<double>(n));
}

/// Shannon entropy in bits of counts that sum to `total`; missing if that is 0.
template <class Count>
double entropy(std::span<const Count> counts, std::uint64_t total) {
  if (total == 0) return kMissing;
  double sum = 0;
  for (const Count n : counts) sum += times_log2(n);
  const double bits = mld::log2(static_cast<double>(total)) - sum / static_cast<double>(total);
  return bits < 0 ? 0 : bits;
}

/// Shannon entropy in bits of the values of bytes; missing if there are none. At most 4096 count.
double byte_entropy(Bytes data);

inline double text_entropy(std::string_view text) {
  return byte_entropy({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// Bin of a frame length: floor(log2(len)), at most 15; 0 for 0.
inline unsigned size_bin(std::uint32_t length) {
  if (length == 0) return 0;
  const unsigned bin = 31u - static_cast<unsigned>(__builtin_clz(length));
  return bin > 15 ? 15 : bin;
}

}  // namespace mld
