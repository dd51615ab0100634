#include "core/log/jsonl.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/log/number.hpp"
#include "core/log/text.hpp"

namespace mld {
namespace {

constexpr std::size_t kMaxValueBytes = 32;
constexpr std::size_t kBlock = 16;
// Values and prefixes are copied as whole blocks: this much may be overwritten after a line's end.
constexpr std::size_t kSlack = kNumberRoom + kBlock;
static_assert(kMaxNumberBytes <= kMaxValueBytes && kTimeBytes + 2 <= kMaxValueBytes);
constexpr double kTextUnit = 65536.0;
constexpr double kMaxText = 9007199254740992.0;
constexpr double kMaxTime = 9.0e18;

bool plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
}

/// Splits at a character; an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// A text's place in the arena; false when it lies outside.
bool find_text(double value, Bytes arena, Bytes& text) {
  if (!(value >= 0) || value >= kMaxText) return false;
  const auto packed = static_cast<std::uint64_t>(value);
  const std::uint64_t offset = packed / static_cast<std::uint64_t>(kTextUnit);
  const std::uint64_t length = packed % static_cast<std::uint64_t>(kTextUnit);
  if (offset > arena.size() || length > arena.size() - offset) return false;
  text = arena.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  return true;
}

/// Copies whole blocks from where there is enough to read to where there is enough room.
char* copy_blocks(const char* from, std::size_t count, char* out) {
  std::size_t at = 0;
  do {
    std::memcpy(out + at, from + at, kBlock);
    at += kBlock;
  } while (at < count);
  return out + count;
}

template <std::size_t N>
char* write_word(const char (&word)[N], char* out) {
  std::memcpy(out, word, N - 1);
  return out + (N - 1);
}

char* write_quoted_time(double value, char* out) {
  *out++ = '"';
  const double bounded = value < 0 ? 0 : (value > kMaxTime ? kMaxTime : value);
  out = write_time(static_cast<std::int64_t>(bounded), out);
  *out++ = '"';
  return out;
}

}  // namespace

bool LineSchema::make(std::string_view paths, std::span<const std::uint8_t> kinds,
                      LineSchema& schema) {
  schema = LineSchema();
  const std::vector<std::string_view> lines = split(paths, '\n');
  if (lines.size() != kinds.size()) return false;
  std::vector<std::string_view> open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (kinds[i] > static_cast<std::uint8_t>(FieldKind::time)) return false;
    std::vector<std::string_view> names = split(lines[i], '.');
    if (!std::all_of(names.begin(), names.end(), plain_name)) return false;
    const std::string_view leaf = names.back();
    names.pop_back();
    std::size_t shared = 0;
    while (shared < std::min(open.size(), names.size()) && open[shared] == names[shared]) ++shared;
    const std::size_t start = schema.prefixes_.size();
    if (i == 0) schema.prefixes_ += '{';
    if (i > 0) schema.prefixes_.append(open.size() - shared, '}') += ',';
    for (std::size_t n = shared; n < names.size(); ++n) {
      ((schema.prefixes_ += '"') += names[n]) += "\":{";
    }
    ((schema.prefixes_ += '"') += leaf) += "\":";
    schema.fields_.push_back({static_cast<std::uint32_t>(start),
                              static_cast<std::uint32_t>(schema.prefixes_.size() - start),
                              static_cast<FieldKind>(kinds[i])});
    open = std::move(names);
  }
  schema.end_offset_ = schema.prefixes_.size();
  schema.end_length_ = open.size() + 2;
  schema.prefixes_.append(open.size() + 1, '}') += '\n';
  schema.fixed_bytes_ = schema.prefixes_.size() + lines.size() * kMaxValueBytes + kSlack;
  schema.prefixes_.append(kBlock, ' ');
  return true;
}

LineSchema::Outcome LineSchema::format_line(const double* values, Bytes arena, std::size_t spare,
                                            char*& end) const {
  for (const Field& field : fields_) {
    const double value = *values++;
    end = copy_blocks(prefixes_.data() + field.prefix_offset, field.prefix_length, end);
    if (std::isnan(value)) {
      end = write_word("null", end);
    } else if (field.kind == FieldKind::number) {
      end = write_number(value, end);
    } else if (field.kind == FieldKind::boolean) {
      end = value != 0 ? write_word("true", end) : write_word("false", end);
    } else if (field.kind == FieldKind::time) {
      end = write_quoted_time(value, end);
    } else {
      Bytes text;
      if (!find_text(value, arena, text)) return Outcome::bad_text;
      if (kMaxEscape * text.size() > spare) return Outcome::no_room;
      spare -= kMaxEscape * text.size();
      end = write_text(text, end);
    }
  }
  end = copy_blocks(prefixes_.data() + end_offset_, end_length_, end);
  return Outcome::written;
}

FormatResult LineSchema::format_lines(std::span<const double> numbers, Bytes arena,
                                      std::size_t rows, std::span<char> out) const {
  FormatResult result;
  if (fields_.empty()) return result;
  rows = std::min(rows, numbers.size() / fields_.size());
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t room = out.size() - result.bytes;
    if (room < fixed_bytes_) return result;
    char* const start = out.data() + result.bytes;
    char* end = start;
    const Outcome outcome =
        format_line(numbers.data() + row * fields_.size(), arena, room - fixed_bytes_, end);
    if (outcome != Outcome::written) {
      result.bad_text = outcome == Outcome::bad_text;
      return result;
    }
    result.bytes += static_cast<std::size_t>(end - start);
    ++result.lines;
  }
  return result;
}

}  // namespace mld
