// Log lines: numbers and texts by a table of what JSON.stringify printed, lines by hand.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/log/jsonl.hpp"
#include "core/log/number.hpp"
#include "core/log/shortest.hpp"
#include "core/log/text.hpp"
#include "test_cpp/check.hpp"

namespace {

struct NumberCase {
  double value;
  const char* text;
};

// Printed by a JavaScript engine: JSON.stringify(value).
constexpr NumberCase kNumbers[] = {
    {0.0, "0"},
    {1.0, "1"},
    {-1.0, "-1"},
    {0.1, "0.1"},
    {-0.25, "-0.25"},
    {123.456, "123.456"},
    {100000000000000000000.0, "100000000000000000000"},
    {123456789012345680000.0, "123456789012345680000"},
    {1e+21, "1e+21"},
    {-1e+21, "-1e+21"},
    {1.5e+21, "1.5e+21"},
    {1e+23, "1e+23"},
    {0.000001, "0.000001"},
    {0.0000015, "0.0000015"},
    {9.999e-7, "9.999e-7"},
    {1e-7, "1e-7"},
    {1.25e-10, "1.25e-10"},
    {5e-324, "5e-324"},
    {1.7976931348623157e+308, "1.7976931348623157e+308"},
    {2.2250738585072014e-308, "2.2250738585072014e-308"},
    {4.35, "4.35"},
    {0.000001234, "0.000001234"},
    {9007199254740991.0, "9007199254740991"},
    {9007199254740992.0, "9007199254740992"},
    {9007199254740994.0, "9007199254740994"},
    {18446744073709552000.0, "18446744073709552000"},
    {9223372036854776000.0, "9223372036854776000"},
    {0.30000000000000004, "0.30000000000000004"},
    {0.10000000149011612, "0.10000000149011612"},
    {100.0, "100"},
    {100.000000001, "100.000000001"},
    {5e-7, "5e-7"},
    {5e-324, "5e-324"},
    {1234567.000001, "1234567.000001"},
    {65535.0, "65535"},
    {4294967296.5, "4294967296.5"},
};

std::string number(double value) {
  std::array<char, mld::kNumberRoom> out{};
  return {out.data(), mld::write_number(value, out.data())};
}

/// The same number by the C++ library: digits and exponent, laid out by nobody.
std::string library_digits(double value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  return {text, end.ptr};
}

std::string own_digits(double value) {
  const mld::Decimal decimal = mld::shortest_decimal(value);
  std::string digits = std::to_string(decimal.digits);
  const int exponent = decimal.exponent + static_cast<int>(digits.size()) - 1;
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (digits.size() > 1) digits.insert(1, ".");
  const std::string size = std::to_string(std::abs(exponent));
  return digits + (exponent < 0 ? "e-" : "e+") + (size.size() < 2 ? "0" : "") + size;
}

std::string time(std::int64_t time_us) {
  std::array<char, mld::kTimeBytes> out{};
  return {out.data(), mld::write_time(time_us, out.data())};
}

mld::Bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text(const std::string& from) {
  std::vector<char> out(2 + mld::kMaxEscape * from.size());
  return {out.data(), mld::write_text(bytes(from), out.data())};
}

void numbers_are_as_javascript_prints_them() {
  for (const NumberCase& c : kNumbers) {
    CHECK(number(c.value) == c.text);
    if (c.value > 0) CHECK(number(-c.value) == std::string("-") + c.text);
  }
  CHECK(number(-0.0) == "0");
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(number(std::numeric_limits<double>::infinity()) == "null");
  CHECK(number(-std::numeric_limits<double>::infinity()) == "null");
}

void shortest_decimals_are_those_of_the_library() {
  std::uint64_t state = 1;
  int different = 0;
  for (std::uint64_t exponent = 0; exponent < 2047; ++exponent) {
    for (std::uint64_t i = 0; i < 200; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      // both ends of the binade, then any mantissa
      const std::uint64_t any = i < 8 ? i : (i < 16 ? 0xfffffffffffffU - (i - 8) : state >> 12);
      const auto value = std::bit_cast<double>((exponent << 52) | any);
      if (value > 0 && own_digits(value) != library_digits(value)) ++different;
    }
  }
  CHECK(different == 0);
}

void times_are_rfc_3339() {
  CHECK(time(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(time(1709164800000001) == "2024-02-29T00:00:00.000001Z");
  CHECK(time(1709251199999999) == "2024-02-29T23:59:59.999999Z");
  CHECK(time(951782400000000) == "2000-02-29T00:00:00.000000Z");
  CHECK(time(4107542400000000) == "2100-03-01T00:00:00.000000Z");
  CHECK(time(-1) == "1970-01-01T00:00:00.000000Z");
  CHECK(time(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999999Z");
}

void texts_are_escaped_as_json() {
  CHECK(text("") == "\"\"");
  CHECK(text("plain text, long enough") == "\"plain text, long enough\"");
  CHECK(text("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(text(std::string("\0\x01\b\t\n\v\f\r\x1f\x7f", 10)) ==
        "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\"");
  CHECK(text("eight by\"te words\n in a row") == "\"eight by\\\"te words\\n in a row\"");
  CHECK(text("\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80") ==
        "\"\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80\"");
}

void bytes_that_are_not_utf8_are_replaced() {
  const std::string r = "\xef\xbf\xbd";
  CHECK(text("\xff") == "\"" + r + "\"");
  CHECK(text("\xc0\xaf") == "\"" + r + r + "\"");
  CHECK(text("\xe2\x80") == "\"" + r + "\"");  // cut short: one part
  CHECK(text("\xe2\x80z") == "\"" + r + "z\"");
  CHECK(text("\xed\xa0\x80") == "\"" + r + r + r + "\"");  // a surrogate
  CHECK(text("\xf4\x90\x80\x80") == "\"" + r + r + r + r + "\"");
  CHECK(text("\xf0\x9f\x98") == "\"" + r + "\"");
  CHECK(text("\x80\x80") == "\"" + r + r + "\"");
}

constexpr double kNull = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::uint8_t, 5> kKinds = {3, 2, 0, 1, 0};
constexpr const char* kPaths = "a.at\na.b.name\na.b.score\nflag\nlast.x";

void lines_nest_and_stand_in_order() {
  mld::LineSchema schema;
  REQUIRE(mld::LineSchema::make(kPaths, kKinds, schema));
  CHECK(schema.field_count() == 5);
  const std::string arena = "xxhost";
  const std::vector<double> rows = {0, 2 * 65536 + 4, 0.5, 1, 7, kNull, kNull, kNull, kNull, kNull};
  std::vector<char> out(4096);
  const auto result = schema.format_lines(rows, bytes(arena), 2, out);
  CHECK(result.lines == 2);
  CHECK(!result.bad_text);
  CHECK(std::string(out.data(), result.bytes) ==
        "{\"a\":{\"at\":\"1970-01-01T00:00:00.000000Z\",\"b\":{\"name\":\"host\",\"score\":0.5}},"
        "\"flag\":true,\"last\":{\"x\":7}}\n"
        "{\"a\":{\"at\":null,\"b\":{\"name\":null,\"score\":null}},\"flag\":null,\"last\":{\"x\":"
        "null}}\n");
}

void a_line_that_may_not_fit_is_left_for_the_next_call() {
  mld::LineSchema schema;
  REQUIRE(mld::LineSchema::make(kPaths, kKinds, schema));
  const std::string arena(100, '\n');
  const std::vector<double> rows = {0, 100, 0.5, 1, 7, 0, 100, 0.5, 1, 7};
  const std::size_t line = schema.fixed_bytes() + mld::kMaxEscape * 100;
  std::vector<char> out(line);
  CHECK(schema.format_lines(rows, bytes(arena), 2, out).lines == 1);
  CHECK(schema.format_lines(rows, bytes(arena), 2, std::span(out).first(line - 1)).lines == 0);
  CHECK(schema.format_lines(rows, bytes(arena), 2, {}).lines == 0);
}

void text_outside_the_arena_stops_the_writing() {
  mld::LineSchema schema;
  REQUIRE(mld::LineSchema::make(kPaths, kKinds, schema));
  std::vector<char> out(4096);
  const std::string arena = "host";
  for (const double bad : {5.0, 4 * 65536 + 1.0, 5 * 65536.0, -1.0, 1e300, HUGE_VAL}) {
    const std::vector<double> rows = {0, 4, 0, 0, 0, 0, bad, 0, 0, 0};
    const auto result = schema.format_lines(rows, bytes(arena), 2, out);
    CHECK(result.lines == 1);
    CHECK(result.bad_text);
  }
  // fewer numbers than rows
  const std::vector<double> rows = {0, 4, 0, 0, 0, 0};
  CHECK(schema.format_lines(rows, bytes(arena), 2, out).lines == 1);
}

void a_schema_that_makes_no_sense_is_refused() {
  mld::LineSchema schema;
  const std::array<std::uint8_t, 1> one = {0};
  const std::array<std::uint8_t, 1> unknown = {4};
  CHECK(mld::LineSchema::make("a", one, schema));
  CHECK(!mld::LineSchema::make("", one, schema));
  CHECK(!mld::LineSchema::make("a\nb", one, schema));
  CHECK(!mld::LineSchema::make("a..b", one, schema));
  CHECK(!mld::LineSchema::make("a\"", one, schema));
  CHECK(!mld::LineSchema::make("a", unknown, schema));
}

}  // namespace

int main() {
  numbers_are_as_javascript_prints_them();
  shortest_decimals_are_those_of_the_library();
  times_are_rfc_3339();
  texts_are_escaped_as_json();
  bytes_that_are_not_utf8_are_replaced();
  lines_nest_and_stand_in_order();
  a_line_that_may_not_fit_is_left_for_the_next_call();
  text_outside_the_arena_stops_the_writing();
  a_schema_that_makes_no_sense_is_refused();
  return mld::test::finish();
}
