#include "core/log/number.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

#include "core/log/shortest.hpp"

namespace mld {
namespace {

constexpr double kMaxSafe = 9007199254740992.0;
constexpr std::int64_t kSecondUs = 1000000;
constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

/// The digits of a decimal without zeros at the end, and the place of the point: value = 0.digits *
/// 10^point.
struct Digits {
  char digits[32];  // 17 at most; longer so that blocks can be copied
  int count = 0;
  int point = 0;
};

Digits shortest(double value) {
  const Decimal decimal = shortest_decimal(value);
  Digits digits;
  const auto end = std::to_chars(digits.digits, digits.digits + 20, decimal.digits).ptr;
  digits.count = static_cast<int>(end - digits.digits);
  digits.point = digits.count + decimal.exponent;
  while (digits.count > 1 && digits.digits[digits.count - 1] == '0') --digits.count;
  return digits;
}

/// Copies at most 24 bytes as whole blocks: a call or a loop would cost more than the bytes.
char* copy(const char* from, int count, char* out) {
  std::memcpy(out, from, 24);
  return out + count;
}

/// Writes at most 24 zeros.
char* zeros(int count, char* out) {
  std::memset(out, '0', 24);
  return out + count;
}

char* write_exponent(int exponent, char* out) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  return std::to_chars(out, out + 3, exponent < 0 ? -exponent : exponent).ptr;
}

/// Lays out digits by ECMA-262, Number::toString(x, 10), steps 6 to 12.
char* lay_out(const Digits& decimal, char* out) {
  const int k = decimal.count;
  const int n = decimal.point;
  if (k <= n && n <= 21) return zeros(n - k, copy(decimal.digits, k, out));
  if (0 < n && n <= 21) {
    out = copy(decimal.digits, n, out);
    *out++ = '.';
    return copy(decimal.digits + n, k - n, out);
  }
  if (-6 < n && n <= 0) {
    *out++ = '0';
    *out++ = '.';
    return copy(decimal.digits, k, zeros(-n, out));
  }
  *out++ = decimal.digits[0];
  if (k > 1) {
    *out++ = '.';
    out = copy(decimal.digits + 1, k - 1, out);
  }
  return write_exponent(n - 1, out);
}

/// Writes a number of at most 6 decimals and 15 digits; nullptr when the value is none. Two
/// decimals of at most 15 digits are never the same double, so what divides back to the value is
/// its shortest form.
char* write_short_decimal(double value, char* out) {
  constexpr double kScale = 1e6;
  constexpr double kLargest = 1e8;
  if (value >= kLargest || value < 1e-6) return nullptr;
  const auto scaled = static_cast<std::uint64_t>(value * kScale + 0.5);
  if (static_cast<double>(scaled) / kScale != value) return nullptr;
  std::uint64_t fraction = scaled % 1000000;
  out = std::to_chars(out, out + kMaxNumberBytes, scaled / 1000000).ptr;
  *out++ = '.';
  char digits[6];
  for (int i = 5; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  std::memcpy(out, digits, 6);
  out += 6;
  while (out[-1] == '0') --out;
  return out;
}

char* write_padded(std::int64_t value, int width, char* out) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

struct Date {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};

/// Days since 1970-01-01 to a date of the Gregorian calendar; eras of 400 years that begin on
/// March 1.
Date to_date(std::int64_t days) {
  const std::int64_t z = days + 719468;
  const std::int64_t era = z / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

}  // namespace

char* write_number(double value, char* out) {
  if (!std::isfinite(value)) {
    std::memcpy(out, "null", 4);
    return out + 4;
  }
  if (std::fabs(value) < kMaxSafe) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) {
      if (whole >= 0 && whole < 10) {
        *out = static_cast<char>('0' + whole);
        return out + 1;
      }
      return std::to_chars(out, out + kMaxNumberBytes, whole).ptr;
    }
  }
  if (value < 0) *out++ = '-';
  const double size = std::fabs(value);
  char* const end = write_short_decimal(size, out);
  return end != nullptr ? end : lay_out(shortest(size), out);
}

char* write_time(std::int64_t time_us, char* out) {
  std::int64_t seconds = time_us / kSecondUs;
  std::int64_t rest = time_us % kSecondUs;
  if (time_us < 0) {
    seconds = 0;
    rest = 0;
  } else if (seconds > kLastSecond) {
    seconds = kLastSecond;
    rest = kSecondUs - 1;
  }
  const Date date = to_date(seconds / kDaySeconds);
  const std::int64_t second = seconds % kDaySeconds;
  out = write_padded(date.year, 4, out);
  *out++ = '-';
  out = write_padded(date.month, 2, out);
  *out++ = '-';
  out = write_padded(date.day, 2, out);
  *out++ = 'T';
  out = write_padded(second / 3600, 2, out);
  *out++ = ':';
  out = write_padded(second / 60 % 60, 2, out);
  *out++ = ':';
  out = write_padded(second % 60, 2, out);
  *out++ = '.';
  out = write_padded(rest, 6, out);
  *out++ = 'Z';
  return out;
}

}  // namespace mld
