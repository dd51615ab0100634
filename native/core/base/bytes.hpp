// Byte order and length-checked reading.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/packet.hpp"

namespace mld {

/// Big-endian 16-bit value at `p`; the caller has checked that 2 bytes are there.
inline std::uint16_t load_be16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>((p[0] << 8) | p[1]);
}

/// Big-endian 32-bit value at `p`; the caller has checked that 4 bytes are there.
inline std::uint32_t load_be32(const std::uint8_t* p) {
  return (static_cast<std::uint32_t>(p[0]) << 24) | (static_cast<std::uint32_t>(p[1]) << 16) |
         (static_cast<std::uint32_t>(p[2]) << 8) | p[3];
}

/// Little-endian 16-bit value at `p`; the caller has checked that 2 bytes are there.
inline std::uint16_t load_le16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>((p[1] << 8) | p[0]);
}

/// Little-endian 32-bit value at `p`; the caller has checked that 4 bytes are there.
inline std::uint32_t load_le32(const std::uint8_t* p) {
  return (static_cast<std::uint32_t>(p[3]) << 24) | (static_cast<std::uint32_t>(p[2]) << 16) |
         (static_cast<std::uint32_t>(p[1]) << 8) | p[0];
}

/// Writes `value` to `p[0..3]`, most significant byte first.
inline void store_be32(std::uint8_t* p, std::uint32_t value) {
  p[0] = static_cast<std::uint8_t>(value >> 24);
  p[1] = static_cast<std::uint8_t>(value >> 16);
  p[2] = static_cast<std::uint8_t>(value >> 8);
  p[3] = static_cast<std::uint8_t>(value);
}

/// Reads fields from the front of a byte range. A read past the end gives 0 (or an empty range),
/// leaves the cursor at the end and makes `ok()` false for good, so that a parser can read a whole
/// structure and check once.
class Cursor {
 public:
  explicit Cursor(Bytes data) : data_(data) {}

  /// False once any read went past the end.
  bool ok() const { return ok_; }
  /// Bytes not read yet.
  std::size_t left() const { return data_.size() - at_; }
  /// Bytes read so far.
  std::size_t position() const { return at_; }

  std::uint8_t u8() { return need(1) ? data_[at_++] : std::uint8_t{0}; }
  std::uint16_t be16() { return need(2) ? load_be16(step(2)) : std::uint16_t{0}; }
  std::uint32_t be32() { return need(4) ? load_be32(step(4)) : 0; }
  std::uint32_t be24() {
    if (!need(3)) return 0;
    const std::uint8_t* p = step(3);
    return (static_cast<std::uint32_t>(p[0]) << 16) | load_be16(p + 1);
  }
  std::uint16_t le16() { return need(2) ? load_le16(step(2)) : std::uint16_t{0}; }
  std::uint32_t le32() { return need(4) ? load_le32(step(4)) : 0; }
  /// The next `n` bytes, borrowed.
  Bytes take(std::size_t n) {
    if (!need(n)) return {};
    at_ += n;
    return data_.subspan(at_ - n, n);
  }
  void skip(std::size_t n) {
    if (need(n)) at_ += n;
  }

 private:
  bool need(std::size_t n) {
    if (n <= left()) return true;
    at_ = data_.size();
    ok_ = false;
    return false;
  }
  const std::uint8_t* step(std::size_t n) {
    at_ += n;
    return data_.data() + (at_ - n);
  }

  Bytes data_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace mld
