// Elementary functions that give the same bits in every build.
//
// The C libraries of the two builds (glibc and wasi-libc) differ in the last bit of log2 and exp,
// so whatever ends in a feature or a score uses these instead. Only additions, subtractions,
// multiplications and divisions of doubles are used, in a fixed order; build with
// -ffp-contract=off and without fast-math. std::sqrt is correctly rounded everywhere and stays.
#pragma once
#include <bit>
#include <cstdint>
#include <limits>

namespace mld {

/// The one NaN that means "unavailable" in a record: 0x7fc00000.
inline constexpr float kUnavailable = std::bit_cast<float>(std::uint32_t{0x7fc00000});

/// True for every NaN. Does not depend on the floating-point flags of the compiler.
constexpr bool is_nan(float x) {
  return (std::bit_cast<std::uint32_t>(x) & 0x7fffffffU) > 0x7f800000U;
}
/// True for every NaN. Does not depend on the floating-point flags of the compiler.
constexpr bool is_nan(double x) {
  return (std::bit_cast<std::uint64_t>(x) & 0x7fffffffffffffffULL) > 0x7ff0000000000000ULL;
}

/// False for NaN and for both infinities.
constexpr bool is_finite(float x) {
  return (std::bit_cast<std::uint32_t>(x) & 0x7f800000U) != 0x7f800000U;
}
/// False for NaN and for both infinities.
constexpr bool is_finite(double x) {
  return (std::bit_cast<std::uint64_t>(x) & 0x7ff0000000000000ULL) != 0x7ff0000000000000ULL;
}

/// Narrows to a record's float; every NaN becomes `kUnavailable`, values out of range an infinity.
constexpr float to_feature(double x) {
  if (is_nan(x)) return kUnavailable;
  if (x > 3.4028235677973366e38) return std::numeric_limits<float>::infinity();
  if (x < -3.4028235677973366e38) return -std::numeric_limits<float>::infinity();
  return static_cast<float>(x);
}

namespace math_internal {

inline constexpr double kNan = std::bit_cast<double>(0x7ff8000000000000ULL);

/// An unevaluated sum hi + lo with |lo| at most half a unit in the last place of hi.
struct Pair {
  double hi;
  double lo;
};

/// a * b exactly (Dekker), for magnitudes far from overflow and underflow.
constexpr Pair exact_product(double a, double b) {
  constexpr double kSplit = 134217729.0;  // 2^27 + 1
  const double ac = kSplit * a;
  const double ah = ac - (ac - a);
  const double al = a - ah;
  const double bc = kSplit * b;
  const double bh = bc - (bc - b);
  const double bl = b - bh;
  const double p = a * b;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

/// x = 2^exponent * mantissa with mantissa in [sqrt(1/2), sqrt(2)); x finite and > 0.
struct Scaled {
  int exponent;
  double mantissa;
};

constexpr Scaled scale(double x) {
  int exponent = 0;
  if (x < 2.2250738585072014e-308) {  // subnormal
    x *= 18014398509481984.0;         // 2^54
    exponent = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m >= 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  return {exponent, m};
}

/// factor * ln(m) as a pair, m in [sqrt(1/2), sqrt(2)), factor = c_hi + c_lo.
///
/// ln(m) = 2 atanh(s), s = (m - 1) / (m + 1). The leading term factor * 2s is carried in two
/// doubles, the rest of the series (at most 1 % of it) in one.
constexpr Pair scaled_log(double m, double c_hi, double c_lo) {
  const double f = m - 1.0;  // exact
  const double d = m + 1.0;
  const double d_lo = m - (d - 1.0);
  const double s = f / d;
  const Pair sd = exact_product(s, d);
  const double s_lo = (((f - sd.hi) - sd.lo) - s * d_lo) / d;
  const double z = s * s;
  double series = 1.0 / 23.0;
  series = series * z + 1.0 / 21.0;
  series = series * z + 1.0 / 19.0;
  series = series * z + 1.0 / 17.0;
  series = series * z + 1.0 / 15.0;
  series = series * z + 1.0 / 13.0;
  series = series * z + 1.0 / 11.0;
  series = series * z + 1.0 / 9.0;
  series = series * z + 1.0 / 7.0;
  series = series * z + 1.0 / 5.0;
  series = series * z + 1.0 / 3.0;
  const Pair lead = exact_product(2.0 * c_hi, s);
  const double rest = lead.lo + 2.0 * (c_hi * s_lo + c_lo * s) + lead.hi * (series * z);
  return {lead.hi, rest};
}

/// a + (b.hi + b.lo) rounded once, up to the rounding of the small part; |a| is 0 or > |b.hi|.
constexpr double sum(double a, Pair b) {
  const double s = a + b.hi;
  const double error = b.hi - (s - a);
  return s + (error + b.lo);
}

}  // namespace math_internal

/// Base-2 logarithm. Error below 1 unit in the last place; exact at powers of two.
/// 0 gives -infinity, a negative number or NaN gives NaN, +infinity itself.
constexpr double log2(double x) {
  using namespace math_internal;
  if (is_nan(x) || x < 0) return kNan;
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (!is_finite(x)) return x;
  const Scaled v = scale(x);
  // 1 / ln 2 in two doubles
  const Pair p = scaled_log(v.mantissa, 1.4426950408889634, 2.0355273740931033e-17);
  return sum(v.exponent, p);
}

/// Natural logarithm. Error below 1 unit in the last place. Special values as `log2`.
constexpr double log(double x) {
  using namespace math_internal;
  if (is_nan(x) || x < 0) return kNan;
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (!is_finite(x)) return x;
  const Scaled v = scale(x);
  Pair p = scaled_log(v.mantissa, 1.0, 0.0);
  // ln 2 with 21 trailing zero bits, so that the product with the exponent is exact, and the rest
  constexpr double kLn2Hi = 0x1.62e42feep-1;
  constexpr double kLn2Lo = 0x1.a39ef35793c76p-33;
  p.lo += v.exponent * kLn2Lo;
  return sum(v.exponent * kLn2Hi, p);
}

/// e to the power of x. Error below 1 unit in the last place for normal results.
/// Overflows to +infinity above 709.78, underflows to 0 below -745.13; NaN gives NaN.
constexpr double exp(double x) {
  using namespace math_internal;
  if (is_nan(x)) return kNan;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.1332191019412) return 0.0;
  const double scaled = x * 1.4426950408889634;
  const int k = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double hi = x - k * 0x1.62e42feep-1;  // exact, see `log`
  const double lo = k * 0x1.a39ef35793c76p-33;
  const double r = hi - lo;
  const double r_lo = (hi - r) - lo;
  double q = 1.0 / 6227020800.0;  // 1 / 13!
  q = q * r + 1.0 / 479001600.0;
  q = q * r + 1.0 / 39916800.0;
  q = q * r + 1.0 / 3628800.0;
  q = q * r + 1.0 / 362880.0;
  q = q * r + 1.0 / 40320.0;
  q = q * r + 1.0 / 5040.0;
  q = q * r + 1.0 / 720.0;
  q = q * r + 1.0 / 120.0;
  q = q * r + 1.0 / 24.0;
  q = q * r + 1.0 / 6.0;
  q = q * r + 0.5;
  double y = 1.0 + (r + (q * r * r + r_lo * (1.0 + r)));
  // two factors, so that subnormal and top results are rounded once
  const int half = k / 2;
  y *= std::bit_cast<double>(static_cast<std::uint64_t>(1023 + half) << 52);
  y *= std::bit_cast<double>(static_cast<std::uint64_t>(1023 + (k - half)) << 52);
  return y;
}

static_assert(log2(8.0) == 3.0 && log2(1.0) == 0.0 && log2(0.25) == -2.0);
static_assert(exp(0.0) == 1.0 && is_nan(log2(-1.0)) && is_nan(to_feature(math_internal::kNan)));

}  // namespace mld
