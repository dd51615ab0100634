// TLS ClientHello: server name, ALPN, JA3.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "core/app/prefix.hpp"
#include "core/base/packet.hpp"

namespace mld {

/// Facts of a ClientHello. Text fields hold raw bytes of the wire.
struct ClientHello {
  std::uint16_t record_version = 0;  ///< of the first record
  std::uint16_t version = 0;         ///< legacy version in the hello; 0x0303 for TLS 1.2 and 1.3
  std::uint16_t best_version = 0;    ///< highest of supported_versions (not GREASE), else `version`
  std::uint16_t cipher_count = 0;    ///< without GREASE
  bool complete = false;             ///< the whole hello was seen; otherwise fields may be missing
  bool has_sni = false;
  bool has_ja3 = false;  ///< only when `complete`
  std::uint8_t sni_length = 0;
  std::uint8_t alpn_length = 0;
  std::array<char, 255> sni_text{};
  std::array<char, 255> alpn_text{};
  std::array<char, 32> ja3_text{};
  /// Host name of the server_name extension; empty if none. Longer than 255 bytes is cut.
  std::string_view sni() const { return {sni_text.data(), sni_length}; }
  /// First protocol of the ALPN extension; empty if none.
  std::string_view alpn() const { return {alpn_text.data(), alpn_length}; }
  /// JA3 fingerprint, 32 hexadecimal digits; empty unless `has_ja3`.
  std::string_view ja3() const { return {ja3_text.data(), has_ja3 ? ja3_text.size() : 0}; }
};

/// Reads a ClientHello that starts at the first byte; it may span records. While it is incomplete
/// the answer is `need_more` and `out` already holds what was seen; with `last` the answer is then
/// `found`, with `complete` false.
Prefix parse_client_hello(Bytes prefix, bool last, ClientHello& out);

}  // namespace mld
