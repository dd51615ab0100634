#include "core/base/sha256.hpp"

#include <algorithm>
#include <bit>

#include "core/base/bytes.hpp"

namespace mld {
namespace {

// Fractional parts of the cube roots of the first 64 primes (FIPS 180-4).
constexpr std::array<std::uint32_t, 64> round_constants{
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u,
    0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu,
    0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu,
    0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
    0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu,
    0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
    0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u, 0x19a4c116u,
    0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u,
    0xc67178f2u};

}  // namespace

void Sha256::block(const std::uint8_t* p) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; i++) w[i] = load_be32(p + 4 * i);
  for (std::size_t i = 16; i < 64; i++) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  std::array<std::uint32_t, 8> v = state_;
  for (std::size_t i = 0; i < 64; i++) {
    const std::uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
    const std::uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const std::uint32_t t1 = v[7] + s1 + choice + round_constants[i] + w[i];
    const std::uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
    const std::uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    v = {t1 + s0 + majority, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]};
  }
  for (std::size_t i = 0; i < 8; i++) state_[i] += v[i];
}

void Sha256::update(Bytes data) {
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

Sha256::Digest Sha256::digest() {
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
