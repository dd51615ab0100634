#include "core/base/md5.hpp"

#include <algorithm>
#include <bit>

#include "core/base/bytes.hpp"

namespace mld {
namespace {

// floor(2^32 * |sin(i + 1)|) (RFC 1321).
constexpr std::array<std::uint32_t, 64> sines{
    0xd76aa478u, 0xe8c7b756u, 0x242070dbu, 0xc1bdceeeu, 0xf57c0fafu, 0x4787c62au, 0xa8304613u,
    0xfd469501u, 0x698098d8u, 0x8b44f7afu, 0xffff5bb1u, 0x895cd7beu, 0x6b901122u, 0xfd987193u,
    0xa679438eu, 0x49b40821u, 0xf61e2562u, 0xc040b340u, 0x265e5a51u, 0xe9b6c7aau, 0xd62f105du,
    0x02441453u, 0xd8a1e681u, 0xe7d3fbc8u, 0x21e1cde6u, 0xc33707d6u, 0xf4d50d87u, 0x455a14edu,
    0xa9e3e905u, 0xfcefa3f8u, 0x676f02d9u, 0x8d2a4c8au, 0xfffa3942u, 0x8771f681u, 0x6d9d6122u,
    0xfde5380cu, 0xa4beea44u, 0x4bdecfa9u, 0xf6bb4b60u, 0xbebfbc70u, 0x289b7ec6u, 0xeaa127fau,
    0xd4ef3085u, 0x04881d05u, 0xd9d4d039u, 0xe6db99e5u, 0x1fa27cf8u, 0xc4ac5665u, 0xf4292244u,
    0x432aff97u, 0xab9423a7u, 0xfc93a039u, 0x655b59c3u, 0x8f0ccc92u, 0xffeff47du, 0x85845dd1u,
    0x6fa87e4fu, 0xfe2ce6e0u, 0xa3014314u, 0x4e0811a1u, 0xf7537e82u, 0xbd3af235u, 0x2ad7d2bbu,
    0xeb86d391u};

constexpr std::array<int, 16> shifts{7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

}  // namespace

void Md5::block(const std::uint8_t* p) {
  std::array<std::uint32_t, 16> m;
  for (std::size_t i = 0; i < 16; i++) m[i] = load_le32(p + 4 * i);
  std::uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3];
  for (std::size_t i = 0; i < 64; i++) {
    std::uint32_t f = 0;
    std::size_t g = 0;
    if (i < 16) {
      f = (b & c) | (~b & d);
      g = i;
    } else if (i < 32) {
      f = (d & b) | (~d & c);
      g = (5 * i + 1) % 16;
    } else if (i < 48) {
      f = b ^ c ^ d;
      g = (3 * i + 5) % 16;
    } else {
      f = c ^ (b | ~d);
      g = (7 * i) % 16;
    }
    const std::uint32_t next = b + std::rotl(a + f + sines[i] + m[g], shifts[i / 16 * 4 + i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
}

void Md5::update(Bytes data) {
  std::size_t filled = static_cast<std::size_t>(length_ % 64);
  length_ += data.size();
  while (!data.empty()) {
    if (filled == 0 && data.size() >= 64) {
      block(data.data());
      data = data.subspan(64);
      continue;
    }
    const std::size_t n = std::min(data.size(), 64 - filled);
    std::copy_n(data.begin(), n, buffer_.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += n;
    data = data.subspan(n);
    if (filled == 64) {
      block(buffer_.data());
      filled = 0;
    }
  }
}

Md5::Digest Md5::digest() {
  const std::uint64_t bits = length_ * 8;
  const std::array<std::uint8_t, 64> padding{0x80};
  const std::size_t filled = static_cast<std::size_t>(length_ % 64);
  update(Bytes(padding).first(filled < 56 ? 56 - filled : 120 - filled));
  std::array<std::uint8_t, 8> tail;
  for (std::size_t i = 0; i < 8; i++) tail[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  update(tail);
  Digest out;
  for (std::size_t i = 0; i < 16; i++) {
    out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (8 * (i % 4)));
  }
  return out;
}

}  // namespace mld
