// Columns to JSON lines: the fast twin of the formatter in raglogger/format.ts; both give the same
// bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/packet.hpp"

namespace mld {

/// What the double in a column means. NaN is null in every kind.
enum class FieldKind : std::uint8_t {
  number = 0,   ///< the number itself; infinities are null
  boolean = 1,  ///< 0 false, anything else true
  text = 2,     ///< offset in the arena * 65536 + length in bytes
  time = 3,     ///< microseconds since the Unix epoch
};

/// How far format_lines came.
struct FormatResult {
  std::size_t lines = 0;  ///< whole lines written
  std::size_t bytes = 0;  ///< bytes written
  bool bad_text = false;  ///< it stopped before a line that names text outside the arena
};

/// The shape of a line: nested names in order. Immutable once made.
class LineSchema {
 public:
  /// Makes the shape of dotted paths, one a line, and a kind for each. Leaves of one parent stand
  /// together. Returns false when there are no fields, the counts differ, a kind is unknown, a name
  /// is empty or a name has a character that would need an escape.
  static bool make(std::string_view paths, std::span<const std::uint8_t> kinds, LineSchema& schema);

  std::size_t field_count() const { return fields_.size(); }

  /// Writes rows as lines, each with its newline, until all are done or the next might not fit: a
  /// line needs at most fixed_bytes() + 6 * the bytes of its texts. `numbers` is row-major,
  /// field_count() in a row.
  FormatResult format_lines(std::span<const double> numbers, Bytes arena, std::size_t rows,
                            std::span<char> out) const;

  /// Bytes of a line at most, without its texts.
  std::size_t fixed_bytes() const { return fixed_bytes_; }

 private:
  enum class Outcome : std::uint8_t { written, no_room, bad_text };

  struct Field {
    std::uint32_t prefix_offset = 0;
    std::uint32_t prefix_length = 0;
    FieldKind kind = FieldKind::number;
  };

  /// Writes one row from `end` on and moves `end`; `spare` is the room beyond fixed_bytes().
  Outcome format_line(const double* values, Bytes arena, std::size_t spare, char*& end) const;

  std::string prefixes_;  // all that stands before values, then the end, then a block of spaces
  std::vector<Field> fields_;
  std::size_t end_offset_ = 0;
  std::size_t end_length_ = 0;
  std::size_t fixed_bytes_ = 0;
};

}  // namespace mld
