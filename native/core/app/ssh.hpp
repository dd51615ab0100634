// SSH identification string (RFC 4253, 4.2).
#pragma once
#include <string_view>

#include "core/app/prefix.hpp"
#include "core/base/packet.hpp"

namespace mld {

/// The banner of either side. Views borrow from the prefix and hold raw bytes of the wire.
struct SshBanner {
  std::string_view line;      ///< "SSH-2.0-OpenSSH_9.2 comment", without CR LF, at most 255 bytes
  std::string_view version;   ///< "2.0"
  std::string_view software;  ///< "OpenSSH_9.2"
};

/// Reads the banner. A server may send other lines first; they are skipped when they are text.
Prefix parse_ssh(Bytes prefix, bool last, SshBanner& out);

}  // namespace mld
