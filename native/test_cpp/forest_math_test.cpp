// mld::log2, log and exp against the C library's long double functions.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "core/base/math.hpp"

namespace {

int failures = 0;

void check(bool ok, const char* what) {
  if (ok) return;
  ++failures;
  std::printf("FAIL %s\n", what);
}

struct Rng {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

double ulps(double got, long double want) {
  const double rounded = static_cast<double>(want);
  const double unit = std::nextafter(std::fabs(rounded), INFINITY) - std::fabs(rounded);
  return static_cast<double>(std::fabs((static_cast<long double>(got) - want) / unit));
}

}  // namespace

int main() {
  Rng rng;
  double worst_log2 = 0;
  double worst_log = 0;
  double worst_exp = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    double x = 0;
    switch (i % 4) {
      case 0:
        x = std::bit_cast<double>(rng.next() & 0x7fefffffffffffffULL);
        break;
      case 1:
        x = rng.unit();
        break;
      case 2:
        x = 1.0 + (rng.unit() - 0.5) * std::pow(2.0, -static_cast<double>(rng.next() % 50));
        break;
      default:
        x = static_cast<double>(rng.next() % 100000) / static_cast<double>(1 + rng.next() % 1000);
    }
    if (x == 0 || x == 1) continue;
    worst_log2 = std::fmax(worst_log2, ulps(mld::log2(x), std::log2(static_cast<long double>(x))));
    worst_log = std::fmax(worst_log, ulps(mld::log(x), std::log(static_cast<long double>(x))));
    const double e = (rng.unit() - 0.5) * (i % 2 == 0 ? 1415.0 : 2.0);
    worst_exp = std::fmax(worst_exp, ulps(mld::exp(e), std::exp(static_cast<long double>(e))));
  }
  std::printf("worst error in units of the last place: log2 %.3f, log %.3f, exp %.3f\n", worst_log2,
              worst_log, worst_exp);
  check(worst_log2 < 1, "log2 is within 1 ulp");
  check(worst_log < 1, "log is within 1 ulp");
  check(worst_exp < 1, "exp is within 1 ulp");
  for (int k = -1074; k <= 1023; ++k) {
    check(mld::log2(std::ldexp(1.0, k)) == k, "log2 is exact at powers of two");
  }
  constexpr double kInf = std::numeric_limits<double>::infinity();
  check(mld::log2(0) == -kInf && mld::log(0) == -kInf, "log of 0 is -infinity");
  check(mld::log2(-0.0) == -kInf, "log of -0 is -infinity");
  check(mld::is_nan(mld::log2(-1)) && mld::is_nan(mld::log(-kInf)), "log of a negative is NaN");
  check(mld::log2(kInf) == kInf && mld::log(kInf) == kInf, "log of infinity is infinity");
  check(mld::is_nan(mld::exp(mld::log2(-1))), "exp of NaN is NaN");
  check(mld::exp(kInf) == kInf && mld::exp(-kInf) == 0, "exp of the infinities");
  check(mld::exp(709.78) < kInf && mld::exp(709.79) == kInf, "exp overflows where it must");
  check(mld::exp(-745.0) > 0 && mld::exp(-745.2) == 0, "exp underflows where it must");
  check(std::bit_cast<std::uint32_t>(mld::to_feature(mld::log2(-1))) == 0x7fc00000U,
        "to_feature gives the canonical NaN");
  check(mld::to_feature(1e300) == std::numeric_limits<float>::infinity(), "to_feature saturates");
  if (failures == 0) std::printf("ok\n");
  return failures == 0 ? 0 : 1;
}
