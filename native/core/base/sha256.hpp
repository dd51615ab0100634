// SHA-256: digests of records and files.
#pragma once
#include <array>
#include <cstdint>

#include "core/base/packet.hpp"

namespace mld {

/// Incremental SHA-256. Feed with `update`, then call `digest` once.
class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  /// Adds bytes to the message.
  void update(Bytes data);
  /// Ends the message and gives its digest; the object must not be fed afterwards.
  Digest digest();

 private:
  void block(const std::uint8_t* p);

  std::array<std::uint32_t, 8> state_{0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                      0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
  std::array<std::uint8_t, 64> buffer_{};
  std::uint64_t length_ = 0;  // bytes seen
};

/// SHA-256 of one byte range.
inline Sha256::Digest sha256(Bytes data) {
  Sha256 hash;
  hash.update(data);
  return hash.digest();
}

}  // namespace mld
