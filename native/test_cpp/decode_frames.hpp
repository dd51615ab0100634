// Builds byte strings for the capture, decode and application tests.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/base/packet.hpp"

namespace mld::test {

using Buffer = std::vector<std::uint8_t>;

inline Buffer bytes(std::initializer_list<int> values) {
  Buffer out;
  for (const int value : values) out.push_back(static_cast<std::uint8_t>(value));
  return out;
}

inline Buffer text(std::string_view from) { return Buffer(from.begin(), from.end()); }

inline Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// `width` bytes of `value`, most significant first unless `little`.
inline Buffer number(std::uint64_t value, int width, bool little = false) {
  Buffer out;
  for (int i = 0; i < width; i++) {
    const int shift = 8 * (little ? i : width - 1 - i);
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  return out;
}

inline Buffer be16(std::size_t value) { return number(value, 2); }
inline Buffer be32(std::size_t value) { return number(value, 4); }

inline Buffer ethernet(int type, const Buffer& rest) {
  return bytes({2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}) + number(static_cast<std::uint64_t>(type), 2) +
         rest;
}

struct Ip4 {
  int protocol = 6;
  int fragment = 0;  // flags and offset field
  int id = 7;
  int total = -1;  // as written; -1 computes it
  int source_last = 1;
};

/// From 10.0.0.(source_last) to 10.0.0.9.
inline Buffer ip4(const Buffer& rest, const Ip4& with = {}) {
  const std::size_t total =
      with.total < 0 ? 20 + rest.size() : static_cast<std::size_t>(with.total);
  return bytes({0x45, 0}) + be16(total) + be16(static_cast<std::size_t>(with.id)) +
         be16(static_cast<std::size_t>(with.fragment)) + bytes({64, with.protocol, 0, 0}) +
         bytes({10, 0, 0, with.source_last, 10, 0, 0, 9}) + rest;
}

/// From fd00::1 to fd00::2.
inline Buffer ip6(int next, const Buffer& rest, int length = -1) {
  const std::size_t size = length < 0 ? rest.size() : static_cast<std::size_t>(length);
  return bytes({0x60, 0, 0, 0}) + be16(size) + bytes({next, 64}) +
         bytes({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) +
         bytes({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}) + rest;
}

inline Buffer tcp(const Buffer& payload, int flags = 0x18, int words = 5) {
  return be16(4000) + be16(80) + be32(0x01020304) + be32(0x05060708) + bytes({words << 4, flags}) +
         be16(1000) + bytes({0, 0, 0, 0}) + payload;
}

inline Buffer udp(int source, int destination, const Buffer& payload, int length = -1) {
  const std::size_t size = length < 0 ? 8 + payload.size() : static_cast<std::size_t>(length);
  return be16(static_cast<std::size_t>(source)) + be16(static_cast<std::size_t>(destination)) +
         be16(size) + bytes({0, 0}) + payload;
}

}  // namespace mld::test
