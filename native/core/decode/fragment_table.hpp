// Remembers what the first fragment of a datagram said, for the fragments that follow.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "core/base/packet.hpp"

namespace mld {

/// What identifies a fragmented datagram.
struct FragmentKey {
  AddressBytes src{};
  AddressBytes dst{};
  std::uint32_t id = 0;
  std::uint32_t network = 0;  ///< VLAN and VNI folded together
  std::uint8_t protocol = 0;  ///< as the fragment's own header names it
  std::uint8_t ip_version = 0;
};

/// What the first fragment said about the transport.
struct FragmentFacts {
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint16_t icmp_id = 0;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::uint8_t protocol = 0;  ///< after IPv6 extension headers
};

/// 1,024 entries in 128 sets of 8; a full set forgets its oldest entry. Work per call is bounded
/// whatever the keys are, and depends on packet order alone.
class FragmentTable {
 public:
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t capacity = 1024;
  /// An entry older than this is another datagram that reuses the identifier.
  static constexpr std::int64_t lifetime_us = 30'000'000;

  FragmentTable();
  /// Stores or replaces; true when a live entry had to be forgotten for it.
  bool put(const FragmentKey& key, const FragmentFacts& facts, std::int64_t time_us);
  /// The facts, or null when the first fragment was not seen.
  const FragmentFacts* find(const FragmentKey& key, std::int64_t time_us) const;
  void clear();

 private:
  struct Entry {
    FragmentKey key;
    FragmentFacts facts;
    std::int64_t time_us = 0;
    bool used = false;
  };
  std::vector<Entry> entries_;
  std::array<std::uint8_t, capacity / ways> oldest_{};
};

}  // namespace mld
