#include "core/log/text.hpp"

#include <cstdint>
#include <cstring>

namespace mld {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHigh = 0x8080808080808080U;
constexpr char kHex[] = "0123456789abcdef";
constexpr std::uint8_t kReplacement[] = {0xef, 0xbf, 0xbd};

/// High bits where 8 bytes hold one that needs a look: a control, quote, backslash, or a byte of
/// 0x80 and above. A byte beside such a one may be marked wrongly, but none is marked where there
/// is none.
std::uint64_t marks(std::uint64_t word) {
  const std::uint64_t quote = word ^ (kOnes * 0x22);
  const std::uint64_t slash = word ^ (kOnes * 0x5c);
  return word | (word - kOnes * 0x20) | (quote - kOnes) | (slash - kOnes);
}

char* write_escape(std::uint8_t byte, char* out) {
  *out++ = '\\';
  switch (byte) {
    case '"':
    case '\\':
      *out++ = static_cast<char>(byte);
      return out;
    case '\b':
      *out++ = 'b';
      return out;
    case '\t':
      *out++ = 't';
      return out;
    case '\n':
      *out++ = 'n';
      return out;
    case '\f':
      *out++ = 'f';
      return out;
    case '\r':
      *out++ = 'r';
      return out;
    default:
      std::memcpy(out, "u00", 3);
      out[3] = kHex[byte >> 4];
      out[4] = kHex[byte & 15];
      return out + 5;
  }
}

/// A UTF-8 sequence at the start of `text`: how many bytes belong together, and whether they are
/// whole.
struct Sequence {
  std::size_t length;
  bool valid;
};

Sequence read_sequence(Bytes text) {
  const std::uint8_t lead = text[0];
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
  std::size_t length = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || text[i] < low || text[i] > high) return {i, false};
    low = 0x80;
    high = 0xbf;
  }
  return {length, true};
}

std::uint64_t load(const std::uint8_t* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, 8);
  return word;
}

/// Whether no byte of at least 8 needs a look; the last word may overlap the one before.
bool is_plain(Bytes text) {
  std::uint64_t special = 0;
  for (std::size_t at = 0; at + 8 <= text.size(); at += 8) special |= marks(load(&text[at]));
  special |= marks(load(text.data() + text.size() - 8));
  return (special & kHigh) == 0;
}

/// Copies at least 8 bytes by words: quicker than a call for texts of this length.
char* copy_plain(Bytes text, char* out) {
  for (std::size_t at = 0; at + 8 <= text.size(); at += 8) std::memcpy(out + at, &text[at], 8);
  std::memcpy(out + text.size() - 8, text.data() + text.size() - 8, 8);
  return out + text.size();
}

char* write_escaped(Bytes text, char* out) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::uint8_t byte = text[at];
    if (byte < 0x20 || byte == '"' || byte == '\\') {
      out = write_escape(byte, out);
      ++at;
    } else if (byte < 0x80) {
      *out++ = static_cast<char>(byte);
      ++at;
    } else {
      const Sequence sequence = read_sequence(text.subspan(at));
      const std::size_t length = sequence.valid ? sequence.length : 3;
      std::memcpy(out, sequence.valid ? &text[at] : kReplacement, length);
      out += length;
      at += sequence.length;
    }
  }
  return out;
}

}  // namespace

char* write_text(Bytes text, char* out) {
  *out++ = '"';
  out = text.size() >= 8 && is_plain(text) ? copy_plain(text, out) : write_escaped(text, out);
  *out++ = '"';
  return out;
}

}  // namespace mld
