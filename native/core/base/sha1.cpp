#include "core/base/sha1.hpp"

#include <algorithm>
#include <bit>

#include "core/base/bytes.hpp"

namespace mld {

void Sha1::block(const std::uint8_t* p) {
  std::array<std::uint32_t, 80> w;
  for (std::size_t i = 0; i < 16; i++) w[i] = load_be32(p + 4 * i);
  for (std::size_t i = 16; i < 80; i++) {
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  std::uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3], e = state_[4];
  for (std::size_t i = 0; i < 80; i++) {
    std::uint32_t f = 0;
    std::uint32_t k = 0;
    if (i < 20) {
      f = (b & c) | (~b & d);
      k = 0x5a827999u;
    } else if (i < 40) {
      f = b ^ c ^ d;
      k = 0x6ed9eba1u;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8f1bbcdcu;
    } else {
      f = b ^ c ^ d;
      k = 0xca62c1d6u;
    }
    const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
  state_[4] += e;
}

void Sha1::update(Bytes data) {
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

Sha1::Digest Sha1::digest() {
  const std::uint64_t bits = length_ * 8;
  const std::array<std::uint8_t, 64> padding{0x80};
  const std::size_t filled = static_cast<std::size_t>(length_ % 64);
  update(Bytes(padding).first(filled < 56 ? 56 - filled : 120 - filled));
  std::array<std::uint8_t, 8> tail;
  store_be32(tail.data(), static_cast<std::uint32_t>(bits >> 32));
  store_be32(tail.data() + 4, static_cast<std::uint32_t>(bits));
  update(tail);
  Digest out;
  for (std::size_t i = 0; i < state_.size(); i++) store_be32(out.data() + 4 * i, state_[i]);
  return out;
}

}  // namespace mld
