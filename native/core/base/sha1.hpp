// SHA-1: Community ID is defined over it.
#pragma once
#include <array>
#include <cstdint>

#include "core/base/packet.hpp"

namespace mld {

/// Incremental SHA-1. Feed with `update`, then call `digest` once.
class Sha1 {
 public:
  using Digest = std::array<std::uint8_t, 20>;

  /// Adds bytes to the message.
  void update(Bytes data);
  /// Ends the message and gives its digest; the object must not be fed afterwards.
  Digest digest();

 private:
  void block(const std::uint8_t* p);

  std::array<std::uint32_t, 5> state_{0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u,
                                      0xc3d2e1f0u};
  std::array<std::uint8_t, 64> buffer_{};
  std::uint64_t length_ = 0;  // bytes seen
};

/// SHA-1 of one byte range.
inline Sha1::Digest sha1(Bytes data) {
  Sha1 hash;
  hash.update(data);
  return hash.digest();
}

}  // namespace mld
