#include "core/app/community_id.hpp"

#include <cstring>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/sha1.hpp"

namespace mld {
namespace {

struct TypePair {
  std::uint8_t request;
  std::uint8_t reply;
};

// Message types that answer each other, as the specification lists them.
constexpr TypePair icmp4_pairs[] = {{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}};
constexpr TypePair icmp6_pairs[] = {{128, 129}, {133, 134}, {135, 136},
                                    {130, 131}, {139, 140}, {144, 145}};

template <std::size_t N>
bool counterpart(const TypePair (&pairs)[N], std::uint16_t type, std::uint16_t& answer) {
  for (const TypePair& pair : pairs) {
    if (type == pair.request) {
      answer = pair.reply;
      return true;
    }
    if (type == pair.reply) {
      answer = pair.request;
      return true;
    }
  }
  return false;
}

}  // namespace

CommunityId community_id(const CommunityIdInput& input, std::uint16_t seed) {
  const std::size_t width = input.ip_version == 6 ? 16 : 4;
  std::uint16_t src_port = input.src_port;
  std::uint16_t dst_port = input.dst_port;
  bool has_ports = false;
  bool one_way = false;
  if (input.protocol == 6 || input.protocol == 17 || input.protocol == 132) {
    has_ports = true;
  } else if (input.protocol == 1 || input.protocol == 58) {
    has_ports = true;
    std::uint16_t answer = 0;
    if (input.protocol == 1 ? counterpart(icmp4_pairs, src_port, answer)
                            : counterpart(icmp6_pairs, src_port, answer)) {
      dst_port = answer;
    } else {
      one_way = true;  // type and code stand as they are and the order is not changed
    }
  }
  const AddressBytes* src = &input.src;
  const AddressBytes* dst = &input.dst;
  const int order = std::memcmp(src->data(), dst->data(), width);
  if (!one_way && (order > 0 || (order == 0 && has_ports && src_port > dst_port))) {
    std::swap(src, dst);
    std::swap(src_port, dst_port);
  }

  std::array<std::uint8_t, 40> message;
  std::size_t n = 0;
  const auto put16 = [&](std::uint16_t value) {
    message[n++] = static_cast<std::uint8_t>(value >> 8);
    message[n++] = static_cast<std::uint8_t>(value);
  };
  put16(seed);
  std::memcpy(message.data() + n, src->data(), width);
  n += width;
  std::memcpy(message.data() + n, dst->data(), width);
  n += width;
  message[n++] = input.protocol;
  message[n++] = 0;
  if (has_ports) {
    put16(src_port);
    put16(dst_port);
  }
  CommunityId out;
  out.text[0] = '1';
  out.text[1] = ':';
  base64_encode(sha1(Bytes(message).first(n)), out.text.data() + 2);
  return out;
}

}  // namespace mld
