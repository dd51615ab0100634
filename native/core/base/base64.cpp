#include "core/base/base64.hpp"

namespace mld {

void base64_encode(Bytes data, char* out) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t i = 0;
  for (; i + 3 <= data.size(); i += 3) {
    const std::uint32_t v = (static_cast<std::uint32_t>(data[i]) << 16) |
                            (static_cast<std::uint32_t>(data[i + 1]) << 8) | data[i + 2];
    *out++ = digits[v >> 18];
    *out++ = digits[(v >> 12) & 63];
    *out++ = digits[(v >> 6) & 63];
    *out++ = digits[v & 63];
  }
  if (i == data.size()) return;
  const bool two = i + 2 == data.size();
  const std::uint32_t v = (static_cast<std::uint32_t>(data[i]) << 16) |
                          (two ? static_cast<std::uint32_t>(data[i + 1]) << 8 : 0);
  *out++ = digits[v >> 18];
  *out++ = digits[(v >> 12) & 63];
  *out++ = two ? digits[(v >> 6) & 63] : '=';
  *out++ = '=';
}

void hex_encode(Bytes data, char* out) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const std::uint8_t byte : data) {
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
  }
}

}  // namespace mld
