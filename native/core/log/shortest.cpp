#include "core/log/shortest.hpp"

#include <bit>

#include "core/log/powers.gen.hpp"

namespace mld {
namespace {

constexpr int kMantissaBits = 52;
constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << kMantissaBits;
constexpr int kExponentBias = 1075;

__extension__ using Wide = unsigned __int128;

// floor(log10(2^e)), floor(log10(3/4 * 2^e)) and floor(log2(10^e)) for every exponent that occurs.
int log10_of_pow2(int e) { return (e * 1262611) >> 22; }
int log10_of_three_quarters_pow2(int e) { return (e * 1262611 - 524031) >> 22; }
int log2_of_pow10(int e) { return (e * 1741647) >> 19; }

/// The top 64 bits of power * factor, with the lowest set if any bit below is: comparisons come out
/// right.
std::uint64_t multiply_to_odd(const PowerOfTen& power, std::uint64_t factor) {
  const Wide low = Wide{power.low} * factor;
  const Wide sum = Wide{power.high} * factor + static_cast<std::uint64_t>(low >> 64);
  const auto below = static_cast<std::uint64_t>(sum);
  return static_cast<std::uint64_t>(sum >> 64) | (below > 1 ? 1U : 0U);
}

}  // namespace

Decimal shortest_decimal(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t fraction = bits & (kHiddenBit - 1);
  const int biased = static_cast<int>(bits >> kMantissaBits);
  const std::uint64_t c = biased == 0 ? fraction : fraction | kHiddenBit;
  const int q = (biased == 0 ? 1 : biased) - kExponentBias;

  // Below a power of two the doubles lie twice as close.
  const bool lower_is_closer = fraction == 0 && biased > 1;
  const int k = lower_is_closer ? log10_of_three_quarters_pow2(q) : log10_of_pow2(q);
  const int shift = q + log2_of_pow10(-k) + 1;
  const PowerOfTen& power = kPowersOfTen[-k - kFirstPower];
  const std::uint64_t left = multiply_to_odd(power, (4 * c - (lower_is_closer ? 1 : 2)) << shift);
  const std::uint64_t middle = multiply_to_odd(power, (4 * c) << shift);
  const std::uint64_t right = multiply_to_odd(power, (4 * c + 2) << shift);

  // The ends of the interval round to the value when its mantissa is even.
  const std::uint64_t odd = c & 1;
  const std::uint64_t lower = left + odd;
  const std::uint64_t upper = right - odd;
  const std::uint64_t s = middle / 4;
  if (s >= 10) {
    const std::uint64_t tens = s / 10;
    const bool below_inside = lower <= 40 * tens;
    const bool above_inside = 40 * tens + 40 <= upper;
    if (below_inside != above_inside) return {tens + (above_inside ? 1 : 0), k + 1};
  }
  const bool below_inside = lower <= 4 * s;
  const bool above_inside = 4 * s + 4 <= upper;
  if (below_inside != above_inside) return {s + (above_inside ? 1 : 0), k};
  const std::uint64_t half = 4 * s + 2;
  const bool up = middle > half || (middle == half && (s & 1) != 0);
  return {s + (up ? 1 : 0), k};
}

}  // namespace mld
