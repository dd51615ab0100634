// Community ID v1: a flow identifier that other tools compute alike.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/packet.hpp"

namespace mld {

/// What a Community ID is made of. Either direction of a flow gives the same text.
struct CommunityIdInput {
  AddressBytes src{};
  AddressBytes dst{};
  std::uint8_t ip_version = 4;
  std::uint8_t protocol = 0;
  std::uint16_t src_port = 0;  ///< ICMP and ICMPv6: the type of a message from src to dst
  std::uint16_t dst_port = 0;  ///< ICMP and ICMPv6: its code
};

/// "1:" and 28 characters of base64.
struct CommunityId {
  std::array<char, 30> text{};
  std::string_view view() const { return {text.data(), text.size()}; }
};

/// Computes the identifier. TCP, UDP and SCTP use ports; ICMP and ICMPv6 pair request and reply
/// types; other protocols use the addresses alone.
CommunityId community_id(const CommunityIdInput& input, std::uint16_t seed = 0);

}  // namespace mld
