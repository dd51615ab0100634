// DNS messages (RFC 1035); mDNS and LLMNR have the same shape.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "core/app/prefix.hpp"
#include "core/base/packet.hpp"

namespace mld {

/// Header and first question of a DNS message.
struct DnsMessage {
  std::uint16_t id = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;
  std::uint16_t qtype = 0;   ///< of the first question; 0 when there is none
  std::uint16_t qclass = 0;  ///< as on the wire (mDNS sets the top bit for unicast replies)
  std::uint8_t opcode = 0;
  std::uint8_t rcode = 0;
  bool is_response = false;
  bool truncated = false;              ///< the TC bit
  bool has_question = false;           ///< name, qtype and qclass are set
  std::uint16_t name_wire_length = 0;  ///< uncompressed, with length bytes and root; 1 for the root
  std::uint16_t name_length = 0;
  std::array<char, 255> name_text{};
  /// The first question's name in lower case without the final dot; the root is empty. Bytes
  /// outside printable ASCII are written as tshark writes control bytes: `\n` and its kin by
  /// letter, the others as three octal digits (`\001`, `\377`). A dot or backslash inside a label
  /// stands as it is. Cut at 255 characters, never inside an escape.
  std::string_view name() const { return {name_text.data(), name_length}; }
};

/// How the message is carried.
enum class DnsTransport : std::uint8_t {
  datagram,  ///< the prefix is one message
  stream,    ///< two length bytes come first (TCP)
};

/// Reads the header and first question. What is on port 53 and is no DNS gives `not_this`.
/// With `last` a message that is cut behind its first question is still `found`.
Prefix parse_dns(Bytes prefix, DnsTransport transport, bool last, DnsMessage& out);

}  // namespace mld
