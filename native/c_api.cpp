// The C interface: converts, and nothing else.
#include <algorithm>
#include <cstring>
#include <span>

#include "core/base/sha256.hpp"
#include "include/mldefender.h"

namespace {

constexpr std::uint32_t kAbiVersion = 1;

}  // namespace

std::uint32_t mld_abi_version(void) noexcept { return kAbiVersion; }

std::uint32_t mld_sha256(const std::uint8_t* data, std::size_t data_len, std::uint8_t* out,
                         std::size_t out_cap) noexcept {
  const auto digest = mld::sha256(std::span(data, data_len));
  if (out_cap < digest.size()) return 0;
  std::memcpy(out, digest.data(), digest.size());
  return static_cast<std::uint32_t>(digest.size());
}
