// MD5: JA3 is defined over it.
#pragma once
#include <array>
#include <cstdint>

#include "core/base/packet.hpp"

namespace mld {

/// Incremental MD5. Feed with `update`, then call `digest` once.
class Md5 {
 public:
  using Digest = std::array<std::uint8_t, 16>;

  /// Adds bytes to the message.
  void update(Bytes data);
  /// Ends the message and gives its digest; the object must not be fed afterwards.
  Digest digest();

 private:
  void block(const std::uint8_t* p);

  std::array<std::uint32_t, 4> state_{0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u};
  std::array<std::uint8_t, 64> buffer_{};
  std::uint64_t length_ = 0;  // bytes seen
};

/// MD5 of one byte range.
inline Md5::Digest md5(Bytes data) {
  Md5 hash;
  hash.update(data);
  return hash.digest();
}

}  // namespace mld
