// Base64 (RFC 4648, with padding) and lower-case hexadecimal text.
#pragma once
#include <cstddef>

#include "core/base/packet.hpp"

namespace mld {

/// Characters that `base64_encode` writes for `n` bytes.
constexpr std::size_t base64_length(std::size_t n) { return (n + 2) / 3 * 4; }

/// Writes `base64_length(data.size())` characters to `out`, without a terminator.
void base64_encode(Bytes data, char* out);

/// Writes `2 * data.size()` lower-case hexadecimal digits to `out`, without a terminator.
void hex_encode(Bytes data, char* out);

}  // namespace mld
